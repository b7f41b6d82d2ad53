import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FaultPlan } from '../../../scenario/fault-plan.ts';
import type { LiveArm, Scenario } from '../../../scenario/scenario.ts';
import { runFaults, testFault, testTargets } from '../../../testing/fault-runs.ts';
import { TEST_TRUST, testLiveArm, testScenario } from '../../../testing/test-scenario.ts';
import { gainedColumn, removedColumn, stageColumn } from '../job.ts';

const RELAYS = 60;
/** The fix comes out at 10 s. */
const RELEASE = 10;
const GOSSIP = testLiveArm('live');
const WITH_CATCH_UP = testLiveArm('live', ['gossip', 'catch-up']);

/** A run, with its times in seconds. */
async function run(
  faults: readonly FaultPlan[],
  arm: LiveArm = WITH_CATCH_UP,
  changes: Partial<Scenario> = {},
) {
  const scenario = testScenario({
    durationSeconds: 60,
    faults,
    ...changes,
    network: {
      ...testScenario().network,
      relays: RELAYS,
      latency: { law: 'uniform', minMs: 10, maxMs: 100 },
    },
  });
  const { shared, total, publishers } = await runFaults(scenario, arm);
  assert.deepEqual(total.violations, []);
  const inSeconds = (times: Float64Array): number[] => Array.from(times, (us) => us / 1e6);
  return {
    total,
    publisher: publishers[0]!,
    heard: inSeconds(stageColumn(shared, RELAYS, 0, 'heard')),
    activated: inSeconds(stageColumn(shared, RELAYS, 0, 'activated')),
    gained: inSeconds(gainedColumn(shared, RELAYS, 0)),
    removed: inSeconds(removedColumn(shared, RELAYS, 0)),
  };
}

/** The publisher of seed 1, and ten other relays. */
const PUBLISHER = (await run([])).publisher;
const TEN = Array.from({ length: RELAYS }, (_unused, relay) => relay)
  .filter((relay) => relay !== PUBLISHER)
  .slice(0, 10);
const ten = testTargets({ ids: TEN });
const others = (relay: number): boolean => !TEN.includes(relay);
const everyone = Array.from({ length: RELAYS }, (_unused, relay) => relay);

function all(times: readonly number[], relays: readonly number[], isSo: (seconds: number) => boolean): void {
  for (const relay of relays) assert(isSo(times[relay]!), `relay ${relay}: ${times[relay]} s`);
}

describe('crash', () => {
  it('a relay that is down hears nothing, and catches up when it is back; the others go on', async () => {
    const { heard, gained, total } = await run([testFault({ kind: 'crash', targets: ten })]);
    assert.deepEqual(total.faultEffects, [10]);
    all(heard, TEN, (seconds) => seconds > 18 && seconds < 30);
    all(heard, everyone.filter(others), (seconds) => seconds < 12);
    all(gained, everyone, (seconds) => seconds > 0);
  });

  it('what had been confirmed or was on trial comes back from the disk, without being heard of again', async () => {
    const { activated, gained, removed, heard } = await run([
      testFault({ kind: 'crash', fromSeconds: 30, targets: ten }),
    ]);
    all(heard, everyone, (seconds) => seconds < 12);
    const before = TEN.filter((relay) => activated[relay]! < 30);
    assert(before.length > 0);
    all(gained, before, (seconds) => seconds >= 40);
    all(removed, everyone, Number.isNaN);
  });

  it('at a step of an update the relay dies there each time, and goes on from what its disk has', async () => {
    for (const step of ['heard', 'verified', 'staged', 'activated'] as const) {
      const { total, activated, removed } = await run([
        testFault({ kind: 'crash', step, fromSeconds: 5, forSeconds: 3, targets: ten }),
      ]);
      assert.deepEqual(total.faultEffects, [10], step);
      all(activated, TEN, step === 'activated' ? (seconds) => seconds > 10 : (seconds) => seconds > 13);
      all(removed, everyone, Number.isNaN);
    }
  });

  it('a module that kills the process twice on trial is quarantined, and the relay lives on with the default', async () => {
    const { total, removed } = await run([
      testFault({ kind: 'crash', step: 'activated', times: 5, fromSeconds: 5, forSeconds: 3, targets: ten }),
    ]);
    assert.deepEqual(total.faultEffects, [20]);
    all(removed, TEN, (seconds) => seconds > 10);
    all(removed, everyone.filter(others), Number.isNaN);
  });
});

describe('pause', () => {
  it('what arrives waits for the end of the pause, and nothing is lost', async () => {
    const { heard, total } = await run([testFault({ kind: 'pause', targets: ten })], GOSSIP);
    assert.deepEqual(total.faultEffects, [10]);
    assert.equal(total.framesDropped, 0);
    all(heard, TEN, (seconds) => seconds >= 18 && seconds < 18.1);
    all(heard, everyone.filter(others), (seconds) => seconds < 12);
  });
});

describe('partition', () => {
  const cut = (changes: Partial<FaultPlan> = {}) =>
    testFault({ kind: 'partition', forSeconds: 30, targets: ten, ...changes });

  it('nobody behind the cut hears before it ends; with catch-up they do afterwards, by gossip alone never', async () => {
    const { heard, total } = await run([cut()], WITH_CATCH_UP, { durationSeconds: 100 });
    assert(total.faultEffects[0]! > 0);
    all(heard, TEN, (seconds) => seconds > 38);
    all(heard, everyone.filter(others), (seconds) => seconds < 12);
    const alone = await run([cut()], GOSSIP, { durationSeconds: 100 });
    all(alone.heard, TEN, Number.isNaN);
  });

  it('TCP carries what a short cut has held up', async () => {
    const { heard, total } = await run([cut({ forSeconds: 4 })], GOSSIP);
    assert.equal(total.framesDropped, 0);
    all(heard, TEN, (seconds) => seconds > 12 && seconds < 13);
  });

  it('a bridge between the halves is enough', async () => {
    const { heard } = await run([cut({ bridges: 1 })], GOSSIP);
    // Some hear of it from IHAVE, a heartbeat or two later; the cut would hold until 38 s.
    all(heard, everyone, (seconds) => seconds < 18);
  });

  it('one way: what the targets send is lost, and what is sent to them is not', async () => {
    const outgoing = await run([cut({ direction: 'outgoing', fromSeconds: 9.9 })], GOSSIP);
    all(outgoing.heard, TEN, (seconds) => seconds < 12);
    const incoming = await run([cut({ direction: 'incoming', fromSeconds: 9.9 })], GOSSIP);
    all(incoming.heard, TEN, Number.isNaN);
  });
});

describe('frames', () => {
  const everywhere = { fromSeconds: 9, forSeconds: 20 };

  it('loss drops frames for good; with TCP behind it they come late and none is missing', async () => {
    const gone = await run([testFault({ kind: 'loss', ratio: 0.5, ...everywhere })], GOSSIP);
    assert(gone.total.framesDropped > 100);
    assert.equal(gone.total.framesDropped, gone.total.faultEffects[0]);
    const late = await run(
      [testFault({ kind: 'loss', ratio: 0.5, retransmitted: true, ...everywhere })],
      GOSSIP,
    );
    assert.equal(late.total.framesDropped, 0);
    assert(late.total.faultEffects[0]! > 100);
    all(late.heard, everyone, (seconds) => seconds > 0);
    assert(median(late.heard) > median((await run([], GOSSIP)).heard) + 0.1);
  });

  it('duplication and reordering lose nothing and reach everybody', async () => {
    const { total, heard } = await run(
      [
        testFault({ kind: 'duplication', ratio: 0.5, ...everywhere }),
        testFault({ kind: 'reordering', ratio: 0.5, bySeconds: 0.3, ...everywhere }),
      ],
      GOSSIP,
    );
    assert.equal(total.framesCopied, total.faultEffects[0]);
    assert(total.framesCopied > 100 && total.faultEffects[1]! > 100);
    assert.equal(total.framesDropped, 0);
    all(heard, everyone, (seconds) => seconds < 15);
  });

  it('latency and bandwidth slow everybody down by what they say', async () => {
    const plain = await run([], GOSSIP);
    const far = await run([testFault({ kind: 'latency', factor: 3, bySeconds: 0.2 })], GOSSIP);
    const hops = (times: readonly number[]): number => median(times) - RELEASE;
    assert(hops(far.heard) > 3 * hops(plain.heard) && hops(far.heard) < 20 * hops(plain.heard));
    const narrow = await run([testFault({ kind: 'bandwidth', factor: 0.01 })], GOSSIP);
    assert(hops(narrow.heard) > 2 * hops(plain.heard));
  });
});

describe('clock and disk', () => {
  it('a clock that is ahead takes fresh metadata for expired; right again, it takes the next', async () => {
    const skew = testFault({ kind: 'clock-skew', bySeconds: 8 * 86_400, targets: ten });
    const { heard, total } = await run([skew], GOSSIP);
    assert.deepEqual(total.faultEffects, [10]);
    assert(total.refusals.expired! >= 10, JSON.stringify(total.refusals));
    all(heard, TEN, Number.isNaN);
    all(heard, everyone.filter(others), (seconds) => seconds < 12);
    const renewed = await run([skew], GOSSIP, { trust: { ...TEST_TRUST, timestampEverySeconds: 25 } });
    all(renewed.heard, TEN, (seconds) => seconds > 25);
  });

  it('what a full disk did not take, or a corrupt one cannot give back, is gone after a crash and caught up with', async () => {
    const crash = testFault({ kind: 'crash', fromSeconds: 30, forSeconds: 5, targets: ten });
    const full = testFault({ kind: 'disk-full', forSeconds: 15, targets: ten });
    const corrupt = testFault({ kind: 'disk-corrupt', fromSeconds: 34, forSeconds: 1.5, targets: ten });
    for (const fault of [full, corrupt]) {
      const { total, gained, activated, removed } = await run([fault, crash]);
      assert(total.faultEffects[0]! >= 10, fault.kind);
      const had = TEN.filter((relay) => activated[relay]! < 30);
      // From the disk they would have it at 35 s sharp.
      all(gained, had, (seconds) => seconds > 35.1);
      all(removed, everyone, Number.isNaN);
    }
  });
});

describe('publisher and authorities', () => {
  it('what is due while the publisher is lost comes out when it is back', async () => {
    const { heard, total } = await run([
      testFault({ kind: 'publisher-lost', targets: testTargets({ role: 'publishers' }) }),
    ]);
    assert.deepEqual(total.faultEffects, [1]);
    all(heard, everyone, (seconds) => seconds >= 23 && seconds < 25);
  });

  it('lost authorities answer nobody until they are back', async () => {
    const plain = testLiveArm('polled', ['directory']);
    const arm: LiveArm = {
      ...plain,
      directory: { authorities: 3, uplinkBitsPerSecond: 100e6, intervalSeconds: 60, jitterShare: 0.2 },
    };
    const lost = testFault({
      kind: 'authority-lost',
      fromSeconds: 50,
      forSeconds: 40,
      targets: testTargets({ role: 'authorities' }),
    });
    const { heard, total } = await run([lost], arm, { durationSeconds: 200 });
    assert(total.faultEffects[0]! > 0);
    all(heard, everyone, (seconds) => Number.isNaN(seconds) || seconds > 90 || seconds < 50);
    assert(heard.filter((seconds) => seconds > 90).length > RELAYS * 0.8);
  });
});

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!;
}
