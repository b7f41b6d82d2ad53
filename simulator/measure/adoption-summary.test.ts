import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRun } from '../testing/made-run.ts';
import { adoptionSummary, weighsOtherwise } from './adoption-summary.ts';
import type { UpdateOutcome } from './outcome.ts';

/** Four relays that run the update after 1, 2, 3 and 4 s, with the weights and bandwidths given. */
function figures(consensusWeight: number[], advertisedBytesPerSecond: number[], cohort?: number[]) {
  const run = madeRun({ relays: 4 });
  const update = run.arms[0]?.updates[0] ?? assert.fail();
  const activated = Float64Array.of(1, 2, 3, 4);
  const outcome: UpdateOutcome = {
    ...update,
    stages: { ...update.stages, activated },
    ...(cohort !== undefined && { cohort: Uint8Array.from(cohort) }),
  };
  const population = {
    ...run.population,
    consensusWeight: Float64Array.from(consensusWeight),
    advertisedBytesPerSecond: Float64Array.from(advertisedBytesPerSecond),
  };
  return adoptionSummary(outcome, population, 36_000, []);
}

test('adoption: by bandwidth, where it is not what the weights were taken from', () => {
  const summary = figures([0.7, 0.1, 0.1, 0.1], [10, 10, 10, 70]);
  assert.equal(summary.byConsensusWeight.t50Seconds, 1);
  assert.deepEqual(summary.byAdvertisedBandwidth, {
    reachedFraction: 1,
    t25Seconds: 3,
    t50Seconds: 4,
    t75Seconds: 4,
    t90Seconds: 4,
    t99Seconds: 4,
  });
});

test('adoption: weights that are bandwidth in another unit give no figures by bandwidth beside them', () => {
  assert.equal('byAdvertisedBandwidth' in figures([0.7, 0.1, 0.1, 0.1], [70, 10, 10, 10]), false);
  const column = (...values: number[]) => Float64Array.from(values);
  const thirds = { consensusWeight: column(1 / 3, 2 / 3), advertisedBytesPerSecond: column(1e7, 2e7) };
  assert.equal(weighsOtherwise(thirds), false, 'rounding is no difference');
  assert.equal(weighsOtherwise({ ...thirds, advertisedBytesPerSecond: column(1e7, 2.0001e7) }), true);
  assert.equal(weighsOtherwise({ ...thirds, advertisedBytesPerSecond: column(0, 0) }), false);
});

test('adoption: weight hours are of the weight of the relays that count', () => {
  assert.equal(figures([0.4, 0.3, 0.2, 0.1], [4, 3, 2, 1]).vulnerableWeightHours, 0.000555556); // 2 s
  // The heaviest does not count: (0.3 x 2 + 0.2 x 3 + 0.1 x 4) / 0.6 s.
  assert.equal(figures([0.4, 0.3, 0.2, 0.1], [4, 3, 2, 1], [0, 1, 1, 1]).vulnerableWeightHours, 0.000740741);
});

test('adoption: with a cohort, shares and times are of the relays that count, by each way to count', () => {
  const all = figures([0.4, 0.3, 0.2, 0.1], [1, 2, 3, 4]);
  assert.deepEqual([all.t25Seconds, all.t75Seconds, all.byConsensusWeight.t50Seconds], [1, 3, 2]);
  assert.equal(all.byAdvertisedBandwidth?.t50Seconds, 3);
  // The first one came after the release: of three relays the first runs it after 2 s.
  const some = figures([0.4, 0.3, 0.2, 0.1], [7, 1, 1, 1], [0, 1, 1, 1]);
  assert.deepEqual([some.t25Seconds, some.t75Seconds, some.stages.activated.t50Seconds], [2, 4, 3]);
  assert.equal(some.byConsensusWeight.t50Seconds, 2);
  assert.equal(some.byAdvertisedBandwidth?.t25Seconds, 2);
  assert.equal(some.reachedFraction, 1);
});
