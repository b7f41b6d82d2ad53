import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import type { ArmOutcome, RunOutcome } from './outcome.ts';
import { summarizeRuns } from './runs-summary.ts';
import { formatSummary, summarize } from './summary.ts';

const NEVER = Number.NaN;

/** Four relays of weight 0.4, 0.3, 0.2 and 0.1, with the activations of each arm given by hand. */
function fourRelays(liveSeconds: number[], manualSeconds: number[] = Array(4).fill(NEVER)): RunOutcome {
  const run = madeRun({ relays: 4 });
  const withTimes = (arm: ArmOutcome, seconds: number[]): ArmOutcome => ({
    ...arm,
    updates: arm.updates.map((update) => ({
      ...update,
      stages: { ...update.stages, activated: Float64Array.from(seconds) },
    })),
  });
  return {
    ...run,
    population: { ...run.population, consensusWeight: Float64Array.of(0.4, 0.3, 0.2, 0.1) },
    arms: [
      { ...withTimes(run.arms[0] as ArmOutcome, liveSeconds), horizonSeconds: 540 },
      { ...withTimes(run.arms[1] as ArmOutcome, manualSeconds), horizonSeconds: 36_000 },
    ],
  };
}

function madeBaseline(): HistoricalBaseline {
  return {
    name: 'tor-2016-17',
    label: 'Tor 2016-17',
    releases: [],
    pooled: { days: [1, 2], fractionOfRelays: [0.2, 0.6], fractionOfConsensusWeight: null },
    lastObservedDay: 2,
    milestones: {
      relays: { t25Days: 2, t50Days: 2, t75Days: null, t90Days: null, t99Days: null },
      consensusWeight: null,
    },
  };
}

test('summary: times to a fraction are of all relays, null when not reached', () => {
  const { live, manual } = summarize(fourRelays([4, 1, 2, 3], [NEVER, 7200, 10_800, NEVER]), []).arms;
  assert.deepEqual(
    [live?.t25Seconds, live?.t50Seconds, live?.t75Seconds, live?.t90Seconds, live?.t99Seconds],
    [1, 2, 3, 4, 4],
  );
  assert.equal(live?.reachedFraction, 1);
  assert.deepEqual([manual?.t25Seconds, manual?.t50Seconds, manual?.t75Seconds], [7200, 10_800, null]);
  assert.equal(manual?.reachedFraction, 0.5);
});

test('summary: by consensus weight, heavy relays count for more', () => {
  // In order of arrival the weights are 0.3, 0.2, 0.1, 0.4.
  const { live } = summarize(fourRelays([4, 1, 2, 3]), []).arms;
  assert.deepEqual(live?.byConsensusWeight, {
    reachedFraction: 1,
    t25Seconds: 1,
    t50Seconds: 2,
    t75Seconds: 4,
    t90Seconds: 4,
    t99Seconds: 4,
  });
});

test('summary: the ratio is manual over live, null where either arm never got there', () => {
  const summary = summarize(fourRelays([2, 4, 4, 4], [6, 10, NEVER, NEVER]), []);
  assert.deepEqual(summary.ratio, { t25: 3, t50: 2.5 });
  assert.deepEqual(summary.ratios, [{ manual: 'manual', live: 'live', t25: 3, t50: 2.5 }]);
  assert.deepEqual(summarize(fourRelays([2, 4, 4, 4], [6, NEVER, NEVER, NEVER]), []).ratio, {
    t25: 3,
    t50: null,
  });
});

test('summary: two manual arms give two ratios, and the plain one is the first', () => {
  const arms = [MADE_LIVE_ARM, { ...MADE_MANUAL_ARM, name: 'slow' }, { ...MADE_MANUAL_ARM, name: 'slower' }];
  const summary = summarize(madeRun({ relays: 50, arms }), []);
  assert.deepEqual(
    summary.ratios.map(({ manual, live }) => `${manual}/${live}`),
    ['slow/live', 'slower/live'],
  );
  assert.deepEqual(summary.ratio, { t25: summary.ratios[0]?.t25, t50: summary.ratios[0]?.t50 });
});

test('summary: without a manual arm the ratio is null and the cost is still there', () => {
  const summary = summarize(madeRun({ relays: 10, arms: [MADE_LIVE_ARM] }), []);
  assert.deepEqual(summary.ratio, { t25: null, t50: null });
  assert.deepEqual(summary.ratios, []);
  assert.deepEqual(summary.cost, { deliveries: 10, duplicates: 40, bytes: 1_200_000 });
  assert.equal(summarize(madeRun({ relays: 10, arms: [MADE_MANUAL_ARM] }), []).cost, null);
});

test('summary: exposure of every arm counts to the longest horizon', () => {
  const summary = summarize(fourRelays([3600, 3600, 3600, NEVER], [7200, NEVER, NEVER, NEVER]), []);
  assert.equal(summary.arms.live?.vulnerableRelayHours, 3 + 10, 'the relay never reached counts 36,000 s');
  assert.equal(summary.arms.manual?.vulnerableRelayHours, 2 + 30);
});

test('summary: a later update is exposed from its own release on', () => {
  const run = madeRun({ relays: 2, modules: ['first', 'second'], arms: [MADE_MANUAL_ARM] });
  const never = new Float64Array(2).fill(NEVER);
  const arms = run.arms.map((arm) => ({
    ...arm,
    horizonSeconds: 3630,
    updates: arm.updates.map((update) => ({ ...update, stages: { ...update.stages, activated: never } })),
  }));
  const { manual } = summarize({ ...run, arms }, []).arms;
  assert.deepEqual(
    manual?.updates.map((update) => [update.module, update.releasedAtSeconds, update.vulnerableRelayHours]),
    [
      ['first', 60, 2.016667],
      ['second', 90, 2],
    ],
  );
});

test('summary: the top figures of an arm are those of its first update', () => {
  const { live } = summarize(madeRun({ relays: 100, modules: ['first', 'second'] }), []).arms;
  assert.equal(live?.updates.length, 2);
  assert.equal(live?.t50Seconds, live?.updates[0]?.t50Seconds);
  assert.notEqual(live?.t50Seconds, live?.updates[1]?.t50Seconds);
});

test('summary: a stage that an arm does not have is null, not zero', () => {
  const { live, manual } = summarize(madeRun({ relays: 100 }), []).arms;
  assert.deepEqual(manual?.stages.heard, { t50Seconds: null, t90Seconds: null, t99Seconds: null });
  const { heard, verified, staged, activated } = live?.stages ?? assert.fail();
  for (const [earlier, later] of [
    [heard, verified],
    [verified, staged],
    [staged, activated],
  ] as const) {
    assert.ok((earlier.t50Seconds ?? Number.NaN) < (later.t50Seconds ?? Number.NaN));
  }
});

test('summary: history is taken over with its last observed day', () => {
  assert.deepEqual(summarize(madeRun({ relays: 4 }), [madeBaseline()]).historical, {
    'tor-2016-17': {
      label: 'Tor 2016-17',
      lastObservedDay: 2,
      t25Days: 2,
      t50Days: 2,
      t75Days: null,
      t90Days: null,
      t99Days: null,
      byConsensusWeight: null,
    },
  });
});

test('summary: violations of all arms are counted, and the trace hash covers every arm', () => {
  const run = madeRun({ relays: 4 });
  const broken = run.arms.map((arm) => ({ ...arm, violations: ['one', 'two'] }));
  assert.equal(summarize({ ...run, arms: broken }, []).violations, 4);
  const plain = summarize(run, []).traceHash;
  assert.match(plain ?? '', /^[0-9a-f]{64}$/);
  for (const changed of [0, 1]) {
    const arms = run.arms.map((arm, index) => (index === changed ? { ...arm, traceHash: '00' } : arm));
    assert.notEqual(summarize({ ...run, arms }, []).traceHash, plain, `arm ${changed} is in the hash`);
  }
});

test('summary: a run with an arm in real time has no trace hash, nor have several of them', () => {
  const run = madeRun({ relays: 4 });
  const arms = run.arms.map((arm, index) => (index === 0 ? { ...arm, traceHash: null } : arm));
  const summary = summarize({ ...run, arms }, []);
  assert.equal(summary.traceHash, null);
  assert.equal(summarizeRuns([summary, { ...summary, seeds: [2] }]).traceHash, null);
});

test('summary: the text is the same bytes for the same run, with keys in the documented order', () => {
  const text = formatSummary(summarize(madeRun({ relays: 200 }), [madeBaseline()]));
  assert.equal(text, formatSummary(summarize(madeRun({ relays: 200 }), [madeBaseline()])));
  assert.ok(text.startsWith('{\n  "scenario": "made",\n  "engine": "gossipsub",\n  "relays": 200,\n'));
  assert.ok(text.endsWith('}\n'));
  assert.deepEqual(Object.keys(JSON.parse(text)), [
    'scenario',
    'engine',
    'relays',
    'seeds',
    'traceHash',
    'violations',
    'arms',
    'historical',
    'ratio',
    'ratios',
    'cost',
  ]);
});

test('summary: times keep microseconds and no more', () => {
  const text = formatSummary(summarize(fourRelays([0.1 + 0.2, 0.3000004, 1, 1]), []));
  assert.ok(text.includes('"t25Seconds": 0.3,'), 'no 0.30000000000000004');
});

test('summary: a manual arm states its law beside its draws, and nothing beyond its horizon', () => {
  const [manual, live] = [summarize(madeRun(), []).arms.manual, summarize(madeRun(), []).arms.live];
  assert.equal(live?.law, null);
  assert(manual?.law);
  // Lognormal with 75.1 % updaters (mu 3.949, sigma 2.15): a quarter after exp(3.949 - 0.432 * 2.15) = 20.5 days.
  assert(Math.abs((manual.law.t25Seconds ?? 0) / 86_400 - 20.5) < 0.05, String(manual.law.t25Seconds));
  assert.equal(manual.law.t75Seconds, null, '75 % lies beyond the last observed day');
});

test('summary: busy and idle relays by themselves, where the scenario asks for them', () => {
  const run = madeRun({ relays: 200 });
  assert.equal('tails' in summarize(run, []).arms.live!.updates[0]!, false);
  const asking = {
    ...run,
    scenario: { ...run.scenario, measure: { milestonePercents: [], tailShare: 0.1 } },
  };
  const { tails } = summarize(asking, []).arms.live!.updates[0]!;
  const { activated } = run.arms[0]!.updates[0]!.stages;
  const byWeight = [...activated.keys()].sort(
    (a, b) => run.population.consensusWeight[a]! - run.population.consensusWeight[b]!,
  );
  const lightest = byWeight.slice(0, 20).map((relay) => activated[relay]!);
  const sorted = lightest.sort((a, b) => a - b);
  assert.equal(tails?.lightest.t50Seconds, sorted[9]);
  assert.equal(tails?.lightest.reachedFraction, 1);
  assert.ok(
    tails!.heaviest.t50Seconds! < tails!.lightest.t50Seconds!,
    'busy relays of the made run are quicker',
  );
});
