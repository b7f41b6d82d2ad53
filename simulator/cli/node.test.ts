/** `node` as its operator runs it: a process with its signals, its exit codes, and power cuts. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CellPump } from '../../node/daemon/testing/cell-pump.ts';
import { ChildRelay } from '../../node/daemon/testing/child-relay.ts';
import { acceptingModule } from '../../node/daemon/testing/modules.ts';
import { TestClient } from '../../node/daemon/testing/test-client.ts';
import {
  lastingRepository,
  publishModule,
  sendTo,
  TestDaemons,
} from '../../node/daemon/testing/test-daemons.ts';
import { sha256 } from '../../node/trust/testing/test-repository.ts';

/** What never comes fails a test instead of holding all of them up. */
const DEADLINE = { timeout: 300_000 };

const SEED = process.env.RELAYWAVE_TEST_SEED ?? '1';
const folder = mkdtempSync(join(tmpdir(), 'relaywave-node-'));
after(async () => {
  await ChildRelay.killAll();
  rmSync(folder, { recursive: true });
});

/** A share of 1 that follows from the seed and a name. */
function chance(name: string): number {
  return createHash('sha256').update(`${SEED} ${name}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** Events of an update, in their order; a kill that waits for one comes right after it. */
const EVENTS = ['heard', 'verified', 'staged', 'activated', 'confirmed', 'trusted'] as const;
const LANES = 2;
const KILLS_IN_A_LANE = 6;
/** From the moment the publisher begins to when the trial is over it takes about half of this. */
const RANDOM_KILL_WITHIN_MS = 600;

/** Restarts one relay over and over: each time an update is published and the relay killed while it arrives. */
async function lane(name: string): Promise<Set<string>> {
  const repository = lastingRepository();
  const root = join(folder, `${name}.root.json`);
  writeFileSync(root, repository.firstRoot);
  const state = join(folder, name);
  const start = () => new ChildRelay(['--root', root, '--state', state, '--log-level', 'debug']);
  const seen = new Set<string>();
  let confirmed: string | null = null;
  let child = start();
  await child.listening();
  const { peer } = await child.status();
  for (let version = 1; version <= KILLS_IN_A_LANE; version++) {
    const module = acceptingModule(version);
    const hash = sha256(module);
    publishModule(repository, module, version);
    const pump = await CellPump.to(child.addresses[0]!);
    const sending = sendTo(child.addresses, repository, module);
    const event = EVENTS[version - 1];
    if (event !== undefined)
      await child.until(() => child.has(event, event === 'trusted' ? {} : { sha256: hash }));
    else {
      const delayMs = chance(`${name} ${version}`) * RANDOM_KILL_WITHIN_MS;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
    assert.ok(!child.hasEnded, 'it has not ended by itself');
    await child.kill();
    await Promise.all([pump.stop(), sending]);
    for (const reached of EVENTS) if (child.has(reached, { sha256: hash })) seen.add(reached);
    if (child.has('confirmed', { sha256: hash })) confirmed = hash;

    child = start();
    await child.listening();
    const status = await child.status();
    const slot = status.hooks.find(({ hook }) => hook === 'cell-admission')!;
    const message = `killed at version ${version} (${event ?? 'at random'}); reproduce with: npm test -- --seed ${SEED} "killed at any moment"`;
    assert.equal(status.peer, peer, message);
    // What was confirmed last runs, or the new one, if it was confirmed as the process died.
    const answering = slot.active?.sha256 ?? null;
    assert.ok(answering === confirmed || answering === hash, `${message}: ${JSON.stringify(slot)}`);
    assert.notEqual(slot.phase, 'trial', message);
    assert.deepEqual(slot.quarantined, [], message);
    assert.ok(!child.has('set-aside'), `${message}: a file was damaged`);
    assert.deepEqual(readdirSync(join(state, 'updates', 'broken')), [], message);
    // And it comes to run the new one after all.
    const again = await CellPump.to(child.addresses[0]!);
    const [sent] = await sendTo(child.addresses, repository, module);
    assert.ok(sent!.outcome === 'taken' || sent!.outcome === 'had', `${message}: ${JSON.stringify(sent)}`);
    if (answering !== hash) await child.until(() => child.has('confirmed', { sha256: hash }));
    assert.ok(!child.hasEnded, message);
    confirmed = hash;
    await again.stop();
  }
  child.process.kill('SIGTERM');
  assert.equal(await child.end(), 0);
  return seen;
}

describe('a relay that is killed', DEADLINE, () => {
  it(`killed at any moment of an update, ${LANES * KILLS_IN_A_LANE} times: it comes back with the last good module`, async () => {
    const seen = await Promise.all(Array.from({ length: LANES }, (_, index) => lane(`lane-${index}`)));
    // Each was waited for: the kills came at all stages.
    assert.deepEqual(new Set(seen.flatMap((stages) => [...stages])), new Set(EVENTS.slice(0, 5)));
  });
});

describe('a relay that is told to stop', DEADLINE, () => {
  const repository = lastingRepository();
  const root = join(folder, 'root.json');
  writeFileSync(root, repository.firstRoot);
  const daemons = new TestDaemons();
  after(() => daemons.end());

  /** A child in the middle of a circuit whose ends are in this process. */
  async function inCircuit(state: string, ...options: string[]) {
    const listen = ['/ip4/127.3.0.1/tcp/0'];
    const child = new ChildRelay([
      '--root',
      root,
      '--state',
      join(folder, state),
      '--listen',
      '/ip4/127.2.0.1/tcp/0',
      '--exit',
      'exchange',
      ...options,
    ]);
    const guard = await daemons.start(repository, `guard of ${state}`, { listen });
    const middle = await daemons.start(repository, `middle of ${state}`, {
      listen: ['/ip4/127.4.0.1/tcp/0'],
    });
    await child.listening();
    const exit = child.addresses.find((address) => address.startsWith('/ip4/127.2'))!;
    const client = await TestClient.through([guard.addresses[0]!, middle.addresses[0]!, exit]);
    await client.opened;
    return { child, client };
  }

  it('SIGTERM: unhealthy at once, the stream in hand goes on to its end, and then it exits with 0', async () => {
    const { child, client } = await inCircuit('drains');
    assert.equal((await child.get('/health')).status, 200);
    const exchange = client.exchange({ bytesUp: 1_000_000, bytesDown: 3_000_000 });
    child.process.kill('SIGTERM');
    await child.until(() => child.has('draining'));
    const health = await child.get('/health');
    assert.deepEqual([health.status, await health.json()], [503, { phase: 'draining' }]);
    assert.ok((await exchange).intact);
    assert.equal(client.broken, 0);
    client.onion.close();
    assert.equal(await child.end(), 0);
    assert.ok(child.has('stopped') && !child.has('circuits-cut'));
    await client.stop();
  });

  it('SIGTERM with circuits that do not end: cut when the time is up, exit code 0', async () => {
    const { child, client } = await inCircuit('cuts', '--drain', '100ms');
    child.process.kill('SIGTERM');
    assert.equal(await child.end(), 0);
    assert.ok(child.has('circuits-cut', { circuits: 1 }));
    await client.stop();
  });

  it('SIGTERM twice: it exits at once with 143, and starts again', async () => {
    const { child, client } = await inCircuit('twice', '--drain', '10min');
    child.process.kill('SIGTERM');
    await child.until(() => child.has('draining'));
    await new Promise((resolve) => setTimeout(resolve, 300)); // sooner, it counts as the same key press
    child.process.kill('SIGTERM');
    assert.equal(await child.end(), 143);
    await client.stop();
    const next = new ChildRelay(['--root', root, '--state', join(folder, 'twice')]);
    await next.listening();
    next.process.kill('SIGINT');
    assert.equal(await next.end(), 0);
  });
});

describe('a relay that cannot start', DEADLINE, () => {
  async function fails(options: readonly string[]): Promise<{ code: number | null; errors: string }> {
    const child = new ChildRelay(options);
    return { code: await child.end(), errors: child.errors };
  }

  it('mistakes in the options are told all at once: exit code 2', async () => {
    const { code, errors } = await fails([
      '--peer',
      'somewhere',
      '--root',
      'nowhere.json',
      '--drain',
      'soon',
      '--channels',
      '',
    ]);
    assert.equal(code, 2);
    const wrong = [
      '--peer somewhere',
      '--root nowhere.json',
      '--state is missing',
      '--drain soon',
      '--channels',
    ];
    for (const option of wrong) {
      assert.match(errors, new RegExp(`^error: ${option}.*\\n {4}hint: `, 'm'));
    }
  });

  it('a state folder that is a file: exit code 1, with what to do', async () => {
    const root = join(folder, 'any.root.json');
    writeFileSync(root, lastingRepository().firstRoot);
    const { code, errors } = await fails(['--root', root, '--state', root]);
    assert.equal(code, 1);
    assert.match(errors, /^error: .*any\.root\.json: cannot be used \(\w+\)\n {4}hint: give a folder/);
  });
});
