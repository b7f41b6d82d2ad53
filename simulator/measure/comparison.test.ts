import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeRun } from '../testing/made-run.ts';
import { type ComparedName, compareRuns } from './comparison.ts';
import { type ArmSummary, type Summary, summarize } from './summary.ts';

const MADE = summarize(madeRun({ relays: 40 }), []);

/** Summaries with seeds from 1 on whose live arm has these times to half. */
function runs(t50s: readonly (number | null)[], firstSeed = 1): Summary[] {
  return t50s.map((t50Seconds, index) => ({
    ...MADE,
    seeds: [firstSeed + index],
    arms: { live: { ...(MADE.arms.live as ArmSummary), t50Seconds } },
  }));
}

function figureOf(a: readonly Summary[], b: readonly Summary[], name: ComparedName = 't50Seconds') {
  const found = compareRuns(a, b).figures.find(({ figure }) => figure === name);
  assert.ok(found);
  return found;
}

describe('two sets of runs', () => {
  it('differences are taken run by run: a small one shows through large scatter', () => {
    const a = [1, 20, 3, 40, 5, 60, 7];
    const found = figureOf(runs(a), runs(a.map((t50) => t50 + 0.1)));
    assert.equal(found.verdict, 'higher');
    assert.deepEqual(found.difference, { median: 0.1, low: 0.1, high: 0.1 });
    assert.equal(found.a, 7);
  });

  it('scatter of both signs gives no verdict', () => {
    const found = figureOf(runs([1, 1, 1, 1, 1, 1]), runs([2, 0.5, 2, 0.5, 2, 0.5]));
    assert.equal(found.verdict, 'open');
  });

  it('too few runs give no verdict, however clear they look', () => {
    assert.equal(figureOf(runs([1, 1, 1]), runs([9, 9, 9])).verdict, 'open');
    assert.equal(compareRuns(runs([1]), runs([2])).hasEnoughRuns, false);
    assert.equal(figureOf(runs([1, 1, 1, 1, 1, 1]), runs([9, 9, 9, 9, 9, 9])).verdict, 'higher');
  });

  it('the same figures are equal, never-reached ones too', () => {
    assert.equal(figureOf(runs([1, null]), runs([1, null])).verdict, 'equal');
  });

  it('a share that is never reached is later than any time', () => {
    const found = figureOf(runs([1, 1, 1, 1, 1, 1]), runs([null, null, null, null, null, null]));
    assert.equal(found.verdict, 'higher');
    assert.deepEqual(found.difference, { median: null, low: null, high: null });
    assert.equal(found.b, null);
    assert.equal(
      figureOf(runs([null, null, null, null, null, null]), runs([1, 1, 1, 1, 1, 1])).verdict,
      'lower',
    );
  });

  it('runs are paired by seed, and seeds that one side lacks are left out', () => {
    const { seeds } = compareRuns(runs([1, 2, 3], 1), runs([1, 2, 3], 3));
    assert.deepEqual(seeds, [3]);
  });

  it('figures that an arm has not are no rows', () => {
    const found = compareRuns(runs([1]), runs([1])).figures;
    assert.equal(
      found.some(({ figure }) => figure === 'circuitsBroken'),
      false,
    );
  });

  it('no seed, or no arm, in common is refused', () => {
    assert.throws(() => compareRuns(runs([1]), runs([1], 2)), /no seed in common/);
    const other = { ...(runs([1])[0] as Summary), arms: { other: MADE.arms.live as ArmSummary } };
    assert.throws(() => compareRuns(runs([1]), [other]), /no arm in common/);
  });
});
