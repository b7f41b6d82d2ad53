import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FAULT_KINDS, type FaultPlan } from '../../../scenario/fault-plan.ts';
import { runFaults, testFault, testTargets } from '../../../testing/fault-runs.ts';
import { TEST_TRUST, testScenario, testUpdate } from '../../../testing/test-scenario.ts';
import { gainedColumn, removedColumn } from '../job.ts';

const RELAYS = 40;
/** All faults are over by then. */
const FAULTS_END = 50;
/**
 * The bound: a lost link is tried again after a minute and a half at the latest, a fresh timestamp comes every 20 s, and
 * whoever hears it asks for what is missing.
 */
const CONVERGED_WITHIN = 130;

const fault: fc.Arbitrary<FaultPlan> = fc
  .record({
    kind: fc.constantFrom(...FAULT_KINDS.filter((kind) => kind !== 'authority-lost')),
    fromSeconds: fc.integer({ min: 5, max: 35 }),
    forSeconds: fc.double({ min: 0.1, max: 15, noNaN: true }),
    share: fc.constantFrom(0.1, 0.4, 1),
    direction: fc.constantFrom('both' as const, 'outgoing' as const, 'incoming' as const),
    bridges: fc.integer({ min: 0, max: 2 }),
    ratio: fc.constantFrom(0.05, 0.3, 0.9),
    retransmitted: fc.boolean(),
    step: fc.constantFrom(
      null,
      'heard' as const,
      'verified' as const,
      'staged' as const,
      'activated' as const,
    ),
  })
  .map(({ kind, share, direction, bridges, ratio, retransmitted, step, fromSeconds, forSeconds }) =>
    testFault({
      kind,
      fromSeconds,
      forSeconds,
      targets: testTargets(kind === 'publisher-lost' ? { role: 'publishers' } : { share }),
      ...(kind === 'crash' && { step }),
      ...(kind === 'partition' && { direction, bridges }),
      ...(['loss', 'reordering', 'duplication'].includes(kind) && { ratio }),
      ...(kind === 'loss' && { retransmitted }),
      ...(kind === 'reordering' && { bySeconds: 0.5 }),
      ...(kind === 'latency' && { factor: 2, bySeconds: 0.3 }),
      ...(kind === 'bandwidth' && { factor: 0.05 }),
      ...(kind === 'clock-skew' && { bySeconds: 8 * 86_400 }),
    }),
  );

test('faults: any of them together keep the invariants, and all relays have the newest fix within the bound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 1000 }),
      async (faults, seed) => {
        const scenario = testScenario({
          seed,
          faults,
          durationSeconds: FAULTS_END + CONVERGED_WITHIN,
          trust: { ...TEST_TRUST, timestampEverySeconds: 20 },
          updates: [testUpdate({ atSeconds: 10 }), testUpdate({ atSeconds: 25, sizeBytes: 20_000 })],
          network: { ...testScenario().network, relays: RELAYS },
        });
        const { total, shared } = await runFaults(scenario);
        assert.deepEqual(total.violations, []);
        const gained = gainedColumn(shared, RELAYS, 1);
        const removed = removedColumn(shared, RELAYS, 1);
        for (let relay = 0; relay < RELAYS; relay++) {
          assert(gained[relay]! >= 0 && Number.isNaN(removed[relay]), `relay ${relay} stays behind`);
        }
      },
    ),
    { numRuns: 8, seed: 20261127, endOnFailure: true },
  );
});
