import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RelayDaemon } from '../../node/daemon/relay-daemon.ts';
import { CellPump } from '../../node/daemon/testing/cell-pump.ts';
import { TestDaemons } from '../../node/daemon/testing/test-daemons.ts';
import { runUpdate } from '../testing/update-command.ts';

/** What never comes fails a test instead of holding all of them up. */
const DEADLINE = { timeout: 120_000 };

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-send-'));
const daemons = new TestDaemons();
after(async () => {
  await daemons.end();
  rmSync(home, { recursive: true });
});

/** Words are split at spaces. */
const run = (line: string) => runUpdate(line.split(' '), { userFolder: home });

function relay(name: string): Promise<RelayDaemon> {
  return daemons.start({ firstRoot: readFileSync(path.join(home, 'site', '1.root.json')) }, name);
}

const pendingOf = (daemon: RelayDaemon) =>
  daemon.status().hooks.find(({ hook }) => hook === 'cell-admission')?.pending?.module ?? null;

before(async () => {
  for (const role of ['root', 'targets', 'snapshot', 'timestamp'])
    await run(`keys --role ${role} --out keys`);
  await run('repository create --repository site --key keys');
});

describe('update --peer', DEADLINE, () => {
  it('a module that is published comes to the relay, which runs it when a cell comes, and leaves it when it is revoked', async () => {
    const first = await relay('first');
    const [address] = first.addresses;
    const published = await run(`publish strict-cells --repository site --key keys --peer ${address}`);
    assert.equal(published.code, 0, published.err);
    assert.match(published.out, new RegExp(`\\nsent: ${address} has verified it$`));
    assert.equal(pendingOf(first), 'strict-cells');
    const pump = await CellPump.to(address!);
    await daemons.logged(first, 'confirmed');
    await pump.stop();
    const revoked = await run(
      `revoke strict-cells@1 --reason bad --repository site --key keys --peer ${address} --json`,
    );
    assert.equal(revoked.code, 0, revoked.err);
    const [, sent] = revoked.out.split('\n').map((line) => JSON.parse(line));
    assert.deepEqual([sent.sent.length, sent.sent[0].outcome], [1, 'taken']);
    await daemons.logged(first, 'revoked');
    assert.equal(first.status().hooks.find(({ hook }) => hook === 'cell-admission')?.active, null);
  });

  it('send: a relay that was not there when it was published has it then, by whom it is sent to', async () => {
    await run('publish ewma-scheduling --repository site --key keys');
    const late = await relay('late');
    const [address] = late.addresses;
    const sent = await run(`send --repository site --peer ${address}`);
    assert.deepEqual([sent.out, sent.code], [`sent: ${address} has verified it`, 0]);
    const again = await run(`send --repository site --peer ${address}`);
    assert.deepEqual([again.out, again.code], [`sent: ${address} had it already`, 0]);
    assert.equal(
      late.status().trust.updates.some(({ module }) => module === 'ewma-scheduling'),
      true,
    );
  });

  it('a relay of another network is told apart from one that has it, though its versions are as high', async () => {
    for (const role of ['root', 'targets', 'snapshot', 'timestamp'])
      await run(`keys --role ${role} --out other-keys`);
    await run('repository create --repository other --key other-keys');
    const ours = await relay('ours');
    const [address] = ours.addresses;
    await run(`send --repository site --peer ${address}`);
    const { out, err, code } = await run(
      `publish reduced-exit --repository other --key other-keys --peer ${address}`,
    );
    assert.match(out, /^published: reduced-exit 1/);
    assert.doesNotMatch(out, /sent:/);
    assert.match(err, new RegExp(`^error: ${address} trusts the root of another network`));
    assert.equal(code, 1);
  });

  it('nobody there: it stays published, and the exit code says that it was not sent', async () => {
    const { out, err, code } = await run(
      'timestamp --repository site --key keys --peer /ip4/127.0.0.1/tcp/1',
    );
    assert.match(out, /^published: timestamp anew/);
    assert.match(
      err,
      /^error: \/ip4\/127\.0\.0\.1\/tcp\/1 cannot be reached: .*\n {4}hint: it stays published/,
    );
    assert.equal(code, 1);
  });

  it('what is no address is refused before anything is published', async () => {
    const before = readFileSync(path.join(home, 'site', 'timestamp.json'));
    const { err, code } = await run('timestamp --repository site --key keys --peer localhost:9001');
    assert.match(err, /^error: --peer localhost:9001: is no address/);
    assert.equal(code, 2);
    assert.deepEqual(readFileSync(path.join(home, 'site', 'timestamp.json')), before);
  });
});
