/** Small networks of real relays, over real sockets, in real processes. Times are not asserted: the machine may be busy. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { runLiveArm } from '../../arms/live.ts';
import { prepareReleases } from '../../arms/release.ts';
import type { RunOptions } from '../../arms/run-contract.ts';
import type { ArmOutcome } from '../../measure/outcome.ts';
import { drawPopulation } from '../../population/draw.ts';
import { buildTopology } from '../../population/topology.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { testFault, testTargets } from '../../testing/fault-runs.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { WireError } from './wire-error.ts';

const RELAYS = 8;
/** When the network stands, seconds. */
const STANDS = testScenario().network.startSeconds;
const ARM = testLiveArm('live', ['gossip', 'catch-up']);

function small(changes: Partial<Scenario> = {}): Scenario {
  const { network } = testScenario();
  return testScenario({
    engine: 'wire',
    threads: 2,
    durationSeconds: STANDS + 14,
    updates: [testUpdate({ atSeconds: STANDS + 1, sizeBytes: 20_480 })],
    // What a busy machine takes by itself must not add up to anything.
    network: { ...network, relays: RELAYS, degree: 4, latency: { law: 'constant', latencyMs: 20 } },
    ...changes,
  });
}

async function run(scenario: Scenario, options: RunOptions = {}): Promise<ArmOutcome> {
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const releases = await prepareReleases(scenario);
  const input = { scenario, arm: ARM, population, topology, releases, hostileModules: [] };
  return (await runLiveArm(input, options)).outcome;
}

/** Processes of relays that this one has started and that are still there. */
function relayProcesses(): string[] {
  const own = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return own.split(' ').flatMap((pid) => {
    try {
      const [state] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '';
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state !== 'Z' && line.includes('thread-') ? [line] : [];
    } catch {
      return []; // it has gone meanwhile
    }
  });
}

function folders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('relaywave-wire-'));
}

describe('engine wire', { concurrency: false }, () => {
  it('real relays on TCP all run the update, each stage after the one before', async () => {
    const before = folders();
    const outcome = await run(small());
    const [{ stages }] = outcome.updates as [ArmOutcome['updates'][number]];
    for (let relay = 0; relay < RELAYS; relay++) {
      const times = [stages.heard, stages.verified, stages.staged, stages.activated].map(
        (column) => column[relay]!,
      );
      assert(
        times.every((seconds, stage) => seconds >= (times[stage - 1] ?? 0)),
        `relay ${relay}: ${times}`,
      );
    }
    assert.deepEqual([outcome.engine, outcome.traceHash, outcome.violations], ['wire', null, []]);
    const { cost } = outcome;
    assert.equal(cost?.deliveries, RELAYS - 1);
    const kinds = cost!.load.bytesByKind;
    assert(kinds.messages >= 20_480 * (RELAYS - 1), `messages: ${kinds.messages} bytes`);
    assert(kinds.links > 0 && kinds.subscriptions > 0, 'handshakes and control are counted too');
    assert.equal(
      Object.values(kinds).reduce((sum, bytes) => sum + bytes, 0),
      cost!.bytes,
      'all kinds together are everything that was sent',
    );
    assert.deepEqual(relayProcesses(), []);
    assert.deepEqual(
      folders().filter((name) => !before.includes(name)),
      [],
      'no folder is left',
    );
  });

  it('a relay that is killed comes back with its store, one that stands still goes on, one that is cut off hears later', async () => {
    const [killed, paused, cut] = [1, 2, 3];
    const only = (relay: number) => testTargets({ ids: [relay] });
    const outcome = await run(
      small({
        durationSeconds: STANDS + 24,
        faults: [
          testFault({ kind: 'crash', fromSeconds: STANDS + 9, forSeconds: 1, targets: only(killed) }),
          testFault({ kind: 'pause', fromSeconds: STANDS + 0.5, forSeconds: 4, targets: only(paused) }),
          testFault({ kind: 'partition', fromSeconds: STANDS + 0.5, forSeconds: 5, targets: only(cut) }),
        ],
      }),
    );
    const { stages, gained } = outcome.updates[0]!;
    assert.deepEqual(
      outcome.faults?.map(({ effects }) => effects > 0),
      [true, true, true],
    );
    for (let relay = 0; relay < RELAYS; relay++)
      assert(stages.activated[relay]! > 0, `relay ${relay} runs it: ${stages.activated[relay]}`);
    assert(stages.heard[paused]! >= 3.5, `it hears nothing while it stands still: ${stages.heard[paused]}`);
    assert(stages.heard[cut]! >= 4.5, `nor while it is cut off: ${stages.heard[cut]}`);
    assert(gained![killed]! > 8, `it runs the update again after its restart: ${gained![killed]}`);
    assert.deepEqual(relayProcesses(), []);
  });

  it('a run that is stopped rejects with the reason, and leaves nothing behind', async () => {
    const before = folders();
    const stopping = new AbortController();
    const reason = new Error('stopped by the user');
    let seen = 0;
    const running = run(small(), {
      signal: stopping.signal,
      onProgress: ({ phase }) => {
        if (phase !== 'connect') return;
        seen = Math.max(seen, relayProcesses().length);
        stopping.abort(reason);
      },
    });
    await assert.rejects(running, (error) => error === reason);
    assert(seen > 0, 'processes of relays were there');
    assert.deepEqual(relayProcesses(), []);
    assert.deepEqual(
      folders().filter((name) => !before.includes(name)),
      [],
    );
  });

  it('a fault that hits more relays than there can be processes is told at its place', async () => {
    const { network } = small();
    const many = small({ network: { ...network, relays: 40 }, faults: [testFault({ kind: 'crash' })] });
    await assert.rejects(
      run(many),
      (error) => error instanceof WireError && error.path?.join() === 'faults,0',
    );
  });
});
