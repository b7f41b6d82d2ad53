import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultPlan } from '../../../scenario/fault-plan.ts';
import { runFaults, testFault, testTargets } from '../../../testing/fault-runs.ts';
import { testScenario, testUpdate } from '../../../testing/test-scenario.ts';

const RELAYS = 120;

/** Faults of every kind one upon the other, while updates travel. */
const EVERYTHING: readonly FaultPlan[] = [
  testFault({ kind: 'crash', fromSeconds: 12, forSeconds: 20, targets: testTargets({ share: 0.2 }) }),
  testFault({ kind: 'crash', step: 'staged', forSeconds: 5, targets: testTargets({ share: 0.1 }) }),
  testFault({
    kind: 'crash',
    step: 'activated',
    times: 3,
    forSeconds: 3,
    targets: testTargets({ share: 0.1 }),
  }),
  testFault({ kind: 'pause', fromSeconds: 9, forSeconds: 12.3, targets: testTargets({ share: 0.3 }) }),
  testFault({
    kind: 'partition',
    fromSeconds: 28,
    forSeconds: 30,
    targets: testTargets({ share: 0.4 }),
    bridges: 1,
  }),
  testFault({
    kind: 'partition',
    fromSeconds: 61,
    forSeconds: 9,
    targets: testTargets({ share: 0.4 }),
    direction: 'outgoing',
  }),
  testFault({
    kind: 'loss',
    ratio: 0.2,
    fromSeconds: 15,
    forSeconds: 30,
    targets: testTargets({ share: 0.3 }),
  }),
  testFault({ kind: 'loss', ratio: 0.3, retransmitted: true, fromSeconds: 15, forSeconds: 30 }),
  testFault({ kind: 'reordering', ratio: 0.3, bySeconds: 0.5, fromSeconds: 5, forSeconds: 40 }),
  testFault({ kind: 'duplication', ratio: 0.3, fromSeconds: 5, forSeconds: 40 }),
  testFault({ kind: 'latency', factor: 3, bySeconds: 0.1, targets: testTargets({ share: 0.5 }) }),
  testFault({ kind: 'bandwidth', factor: 0.05, forSeconds: 25, targets: testTargets({ share: 0.5 }) }),
  testFault({
    kind: 'clock-skew',
    bySeconds: 8 * 86_400,
    forSeconds: 25,
    targets: testTargets({ share: 0.2 }),
  }),
  testFault({ kind: 'disk-full', targets: testTargets({ share: 0.3 }), forSeconds: 20 }),
  testFault({ kind: 'disk-corrupt', targets: testTargets({ share: 0.3 }), fromSeconds: 30, forSeconds: 20 }),
  testFault({
    kind: 'publisher-lost',
    fromSeconds: 40,
    forSeconds: 15,
    targets: testTargets({ role: 'publishers' }),
  }),
];

const troubled = testScenario({
  durationSeconds: 150,
  faults: EVERYTHING,
  updates: [10, 30, 45, 62, 80].map((atSeconds, index) =>
    testUpdate({ atSeconds, sizeBytes: 20_000 + index }),
  ),
  network: { ...testScenario().network, relays: RELAYS, uplink: { law: 'constant', bitsPerSecond: 2e6 } },
});

test('faults: all kinds at once leave the same trace in full and fast fidelity, on one thread and on two', async () => {
  const reference = await runFaults({ ...troubled, fidelity: 'full' });
  assert.deepEqual(reference.total.violations, []);
  assert(
    reference.total.faultEffects.every((count) => count > 0),
    `a fault had no effect: ${reference.total.faultEffects}`,
  );
  for (const variant of [
    { fidelity: 'fast', threads: 1 },
    { fidelity: 'fast', threads: 2 },
  ] as const) {
    const other = await runFaults({ ...troubled, ...variant });
    assert.deepEqual(other.total.violations, []);
    assert.deepEqual(other.total.faultEffects, reference.total.faultEffects);
    assert.equal(other.traceHash, reference.traceHash, JSON.stringify(variant));
  }
});
