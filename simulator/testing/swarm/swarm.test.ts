import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { runScenario } from '../../arms/run.ts';
import { KeptThreads } from '../../engine/gossipsub/kept-threads.ts';
import { runCampaign } from './campaign.ts';
import { Coverage } from './coverage.ts';
import { drawScenario } from './drawn-scenario.ts';
import { runAnew } from './try-seed.ts';

const SEEDS = 300;
/** Networks of this size show the same as larger ones, for a third of the time. */
const RELAYS = 10;
/** What so few seeds show for certain; a campaign of the full size must show all (bench/swarm.ts). */
const SHOWN_AT_LEAST = 0.8;

test(`swarm: nothing is wrong with ${SEEDS} random scenarios`, async () => {
  const first = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
  const { failed, coverage, again } = await runCampaign({
    from: first,
    seeds: SEEDS,
    relays: RELAYS,
    lanes: Math.min(2, availableParallelism()),
    samples: { repeat: 60, full: 30, model: 10 },
  });
  const lines = failed.map(({ seed, findings }) => {
    const [{ rule, what }] = findings as [{ rule: string; what: string }];
    return `${rule}: ${what}; reproduce with: npm run swarm -- --relays ${RELAYS} --seed ${seed}`;
  });
  assert.deepEqual(lines, []);
  const faults = coverage.rows.filter(([name]) => name.startsWith('fault: '));
  assert.deepEqual(
    faults.filter(([, seeds]) => seeds === 0),
    [],
  );
  assert(coverage.missing.length < (1 - SHOWN_AT_LEAST) * coverage.rows.length, coverage.missing.join(', '));
  for (const way of ['repeat', 'full', 'model']) assert(again.get(way)! >= 3, `${way}: ${again.get(way)}`);
});

test('swarm: a thread that has run other scenarios gives the traces of a new one', async () => {
  const kept = new KeptThreads();
  try {
    for (const seed of [31, 32, 33, 34]) {
      const { scenario } = drawScenario(seed, { relays: RELAYS }).loaded;
      const { outcome: used } = await runScenario(scenario, { keptThreads: kept });
      const fresh = await runAnew(scenario, kept);
      assert.deepEqual(
        used.arms.map(({ traceHash }) => traceHash),
        fresh.arms.map(({ traceHash }) => traceHash),
        `seed ${seed}`,
      );
    }
  } finally {
    await kept.close();
  }
});

test('swarm: what never happened is named', () => {
  const coverage = new Coverage();
  assert(coverage.missing.includes('fault: crash') && coverage.missing.includes('sybils: eclipse'));
  coverage.add(['fault: crash', 'fault: crash']);
  assert(!coverage.missing.includes('fault: crash'));
  assert.deepEqual(
    coverage.rows.find(([name]) => name === 'fault: crash'),
    ['fault: crash', 1],
  );
});
