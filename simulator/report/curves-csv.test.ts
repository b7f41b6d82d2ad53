import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { MAX_ROWS_PER_CURVE } from './csv.ts';
import { curvesCsv, mergedCurvesCsv } from './curves-csv.ts';

function withActivations(run: RunOutcome, seconds: Float64Array): RunOutcome {
  const arms = run.arms.map((arm) => ({
    ...arm,
    updates: arm.updates.map((update) => ({ ...update, stages: { ...update.stages, activated: seconds } })),
  }));
  return { ...run, arms };
}

test('curves.csv: one row per step, from 0 to the horizon, in virtual seconds', () => {
  const run = madeRun({ relays: 4, seed: 9, arms: [MADE_LIVE_ARM] });
  const population = { ...run.population, consensusWeight: Float64Array.of(0.4, 0.3, 0.2, 0.1) };
  const outcome = withActivations({ ...run, population }, Float64Array.of(3, 1.5, Number.NaN, 3));
  assert.deepEqual(curvesCsv(outcome).text.split('\n'), [
    'arm,seed,seconds,fraction_of_relays,fraction_of_consensus_weight',
    'live,9,0,0,0',
    'live,9,1.5,0.25,0.3',
    'live,9,3,0.75,0.8',
    'live,9,540,0.75,0.8',
    '',
  ]);
});

test('curves.csv: an arm that reached nobody is a flat line, not a missing one', () => {
  const run = madeRun({ relays: 2, arms: [MADE_LIVE_ARM] });
  const outcome = withActivations(run, new Float64Array(2).fill(Number.NaN));
  assert.deepEqual(curvesCsv(outcome).text.split('\n').slice(1), ['live,1,0,0,0', 'live,1,540,0,0', '']);
});

test('curves.csv: every arm is there, its last row at its own horizon', () => {
  const rows = curvesCsv(madeRun({ relays: 50 }))
    .text.trimEnd()
    .split('\n')
    .map((row) => row.split(','));
  const last = (arm: string) => rows.findLast((row) => row[0] === arm)?.[2];
  assert.deepEqual([last('live'), last('manual')], ['540', String(510 * 86_400)]);
});

test('curves.csv: several updates are told apart by a last column, each with its own horizon', () => {
  const run = madeRun({ relays: 3, modules: ['fix', 'fix'], arms: [MADE_LIVE_ARM] });
  const rows = curvesCsv(run)
    .text.trimEnd()
    .split('\n')
    .map((row) => row.split(','));
  assert.deepEqual(rows[0]?.at(-1), 'update');
  assert.deepEqual([...new Set(rows.slice(1).map((row) => row.at(-1)))], ['fix', 'fix#2']);
  assert.equal(rows.at(-1)?.[2], '510', 'released 30 s later, known 30 s less');
});

test('curves.csv: a name with commas and quotes is quoted', () => {
  const run = madeRun({ relays: 1, arms: [{ ...MADE_MANUAL_ARM, name: 'by "hand", slowly' }] });
  assert.ok(curvesCsv(run).text.includes('\n"by ""hand"", slowly",1,0,0,0\n'));
});

test('curves.csv: 7,500 relays are never thinned, more steps than the limit are, and the last step stays', () => {
  assert.deepEqual(curvesCsv(madeRun()).thinned, []);
  const relays = 2 * MAX_ROWS_PER_CURVE + 1;
  const run = madeRun({ relays, arms: [MADE_LIVE_ARM] });
  const seconds = Float64Array.from({ length: relays }, (_, relay) => (relay + 1) / 1000);
  const { text, thinned } = curvesCsv(withActivations(run, seconds));
  const rows = text
    .trimEnd()
    .split('\n')
    .map((row) => row.split(','));
  assert.deepEqual(thinned, ['live/strict-cells: one of 3 steps']);
  assert.ok(rows.length <= MAX_ROWS_PER_CURVE + 4);
  assert.deepEqual(rows.at(-2)?.slice(2, 4), [String(relays / 1000), '1']);
});

test('curves.csv: those of several runs are one table, with one header', () => {
  const texts = ['a,b\n1,2\n3,4\n', 'a,b\n5,6\n'];
  assert.equal(mergedCurvesCsv(texts), 'a,b\n1,2\n3,4\n5,6\n');
});
