import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Command } from 'commander';
import { createLog } from '../../node/daemon/log.ts';
import { RelayDaemon } from '../../node/daemon/relay-daemon.ts';
import { CellPump } from '../../node/daemon/testing/cell-pump.ts';
import { registerUpdateCommands } from './register.ts';

/** What never comes fails a test instead of holding all of them up. */
const DEADLINE = { timeout: 120_000 };

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-send-'));
const relays: RelayDaemon[] = [];
const events: { readonly event: string; readonly sha256?: string }[] = [];
let onEvent = (): void => {};

after(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  rmSync(home, { recursive: true });
});

/** What a command line prints, and its exit code. Words are split at spaces. */
async function run(line: string): Promise<{ out: string; err: string; code: number | null }> {
  const out: string[] = [];
  const err: string[] = [];
  let code: number | null = null;
  const program = new Command().exitOverride();
  registerUpdateCommands(program, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    finish: (finished) => {
      code = finished;
    },
    userFolder: home,
  });
  await program.parseAsync(['update', ...line.split(' ')], { from: 'user' });
  return { out: out.join('\n'), err: err.join('\n'), code };
}

async function relay(name: string, peers: readonly string[] = []): Promise<RelayDaemon> {
  const daemon = await RelayDaemon.start({
    listen: ['/ip4/127.0.0.1/tcp/0'],
    peers,
    root: readFileSync(path.join(home, 'site', '1.root.json')),
    stateFolder: path.join(home, name),
    statusPort: null,
    log: createLog('info', 'json', (line) => {
      events.push(JSON.parse(line));
      onEvent();
    }),
  });
  relays.push(daemon);
  return daemon;
}

/** Resolves when a relay has logged it. */
function logged(event: string): Promise<void> {
  return new Promise((resolve) => {
    onEvent = () => {
      if (events.some((line) => line.event === event)) resolve();
    };
    onEvent();
  });
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
    const [address] = (await relay('first')).addresses;
    const published = await run(`publish strict-cells --repository site --key keys --peer ${address}`);
    assert.equal(published.code, 0, published.err);
    assert.match(published.out, new RegExp(`\\nsent: ${address} has verified it$`));
    assert.equal(pendingOf(relays[0]!), 'strict-cells');
    const pump = await CellPump.to(address!);
    await logged('confirmed');
    await pump.stop();
    const revoked = await run(
      `revoke strict-cells@1 --reason bad --repository site --key keys --peer ${address} --json`,
    );
    assert.equal(revoked.code, 0, revoked.err);
    const [, sent] = revoked.out.split('\n').map((line) => JSON.parse(line));
    assert.deepEqual([sent.sent.length, sent.sent[0].outcome], [1, 'taken']);
    await logged('revoked');
    assert.equal(relays[0]!.status().hooks.find(({ hook }) => hook === 'cell-admission')?.active, null);
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
