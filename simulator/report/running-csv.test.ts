import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { MAX_ROWS_PER_CURVE } from './csv.ts';
import { runningCsv } from './running-csv.ts';

const NEVER = Number.NaN;

function withTimes(run: RunOutcome, activated: Float64Array, removed: Float64Array): RunOutcome {
  const arms = run.arms.map((arm) => ({
    ...arm,
    updates: arm.updates.map((update) => ({ ...update, stages: { ...update.stages, activated }, removed })),
  }));
  return { ...run, arms };
}

test('running.csv: rises with activations, falls with removals, ends at the horizon', () => {
  const run = madeRun({ relays: 4, seed: 9, arms: [MADE_LIVE_ARM] });
  const outcome = withTimes(run, Float64Array.of(1.5, 3, 3, NEVER), Float64Array.of(NEVER, 10, 12, NEVER));
  assert.deepEqual(runningCsv(outcome)?.text.split('\n'), [
    'arm,seed,update,seconds,fraction_of_relays',
    'live,9,strict-cells,0,0',
    'live,9,strict-cells,1.5,0.25',
    'live,9,strict-cells,3,0.75',
    'live,9,strict-cells,10,0.5',
    'live,9,strict-cells,12,0.25',
    'live,9,strict-cells,540,0.25',
    '',
  ]);
});

test('running.csv: only where something was removed, and no file where nothing was', () => {
  assert.equal(runningCsv(madeRun({ relays: 10 })), null);
  const run = madeRun({ relays: 2, modules: ['kept', 'bad'], arms: [MADE_LIVE_ARM, MADE_MANUAL_ARM] });
  const [live, manual] = run.arms;
  const [kept, bad] = live?.updates ?? [];
  assert(live && manual && kept && bad);
  const removed = { ...bad, removed: Float64Array.of(60, 60) };
  const csv = runningCsv({ ...run, arms: [{ ...live, updates: [kept, removed] }, manual] });
  const rows = (csv?.text ?? '').trimEnd().split('\n').slice(1);
  assert.ok(rows.every((row) => row.startsWith('live,1,bad,')));
  assert.equal(rows.at(-1), 'live,1,bad,510,0', 'released 30 s later, known 30 s less');
});

test('running.csv: more steps than the limit are thinned, and the last step stays', () => {
  const relays = MAX_ROWS_PER_CURVE + 1;
  const run = madeRun({ relays, arms: [MADE_LIVE_ARM] });
  const activated = Float64Array.from({ length: relays }, (_, relay) => (relay + 1) / 1000);
  const csv = runningCsv(
    withTimes(
      run,
      activated,
      activated.map((at) => at + 100),
    ),
  );
  assert.deepEqual(csv?.thinned, ['live/strict-cells running: one of 3 steps']);
  assert.equal(csv?.text.trimEnd().split('\n').at(-2)?.split(',')[4], '0');
});
