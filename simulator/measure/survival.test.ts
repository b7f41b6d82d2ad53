import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Observations, survivalCurve, timeToSurvival } from './survival.ts';

/**
 * Weeks of remission of 21 children under 6-mercaptopurine (Freireich and others, Blood 21, 1963), a worked example of
 * most textbooks of survival analysis. A plus sign is for a child that was still in remission when last seen.
 */
const REMISSIONS = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+'.split(' ');

/** The published estimates: week, at risk, events, survival, standard error. */
const PUBLISHED = [
  [6, 21, 3, 0.8571, 0.0764],
  [7, 17, 1, 0.8067, 0.0869],
  [10, 15, 1, 0.7529, 0.0963],
  [13, 12, 1, 0.6902, 0.1068],
  [16, 11, 1, 0.6275, 0.1141],
  [22, 7, 1, 0.5378, 0.1282],
  [23, 6, 1, 0.4482, 0.1346],
] as const;

function observations(words: readonly string[]): Observations {
  return {
    seconds: Float64Array.from(words, (word) => Number(word.replace('+', ''))),
    isEvent: Uint8Array.from(words, (word) => (word.endsWith('+') ? 0 : 1)),
  };
}

const digits = (value: number) => Math.round(value * 1e4) / 1e4;

describe('survival', () => {
  it('the remissions of 1963 come out as they are published, standard errors included', () => {
    const { seconds, atRisk, events, survival, standardError } = survivalCurve(observations(REMISSIONS));
    const rows = [...seconds].map((at, row) => [
      at,
      atRisk[row],
      events[row],
      digits(survival[row]!),
      digits(standardError[row]!),
    ]);
    assert.deepEqual(rows, PUBLISHED);
  });

  it('their median is 23 weeks, no less than 13 and with no upper limit', () => {
    const curve = survivalCurve(observations(REMISSIONS));
    assert.deepEqual(timeToSurvival(curve, 0.5), { seconds: 23, lowSeconds: 13, highSeconds: null });
    // The upper limit by hand: 0.805 at week 16, and at week 22 exp(-0.6203 x exp(-0.7532)), which is 0.747.
    assert.deepEqual(timeToSurvival(curve, 0.75), { seconds: 13, lowSeconds: 6, highSeconds: 22 });
    assert.equal(timeToSurvival(curve, 0.1).seconds, null, 'it never fell so far');
  });

  it('limits are those of ln(-ln S), and hold the estimate', () => {
    const { survival, low, high } = survivalCurve(observations(REMISSIONS));
    // By hand at week 10: S 0.75294, error 0.09635, -ln S 0.28377, spread 1.95996 x 0.12796 / 0.28377 = 0.88384;
    // exp(-0.28377 x 2.42016) and exp(-0.28377 / 2.42016).
    assert.ok(
      Math.abs(low[2]! - 0.5032) < 5e-5 && Math.abs(high[2]! - 0.8894) < 5e-5,
      `${low[2]}, ${high[2]}`,
    );
    for (const [row, value] of survival.entries()) assert.ok(low[row]! < value && value < high[row]!);
  });

  it('without losses it is one less the share that has it, with the error of a share', () => {
    const { survival, standardError } = survivalCurve(observations(['1', '2', '2', '5']));
    assert.deepEqual([...survival], [0.75, 0.25, 0]);
    assert.ok(Math.abs(standardError[1]! - Math.sqrt((0.25 * 0.75) / 4)) < 1e-12);
    assert.ok(Number.isNaN(standardError[2]), 'nobody is left whose chance could be off');
  });

  it('who leaves at the moment of an event was at risk of it', () => {
    const { atRisk, survival } = survivalCurve(observations(['3', '3+', '3+', '7+']));
    assert.deepEqual([[...atRisk], [...survival]], [[4], [0.75]]);
  });

  it('who leaves early makes those who stay count more, and not as never reached', () => {
    // 4 of 10 leave at once; of the 6 others 3 have it at 1: half, not three tenths.
    const { survival } = survivalCurve(
      observations(['0+', '0+', '0+', '0+', '1', '1', '1', '9+', '9+', '9+']),
    );
    assert.deepEqual([...survival], [0.5]);
  });

  it('nobody, or nobody that has it, makes a curve without rows', () => {
    assert.equal(survivalCurve(observations([])).seconds.length, 0);
    const none = survivalCurve(observations(['4+', '5+']));
    assert.deepEqual(timeToSurvival(none, 0.5), { seconds: null, lowSeconds: null, highSeconds: null });
  });

  it('columns of unequal length and times that are none are refused', () => {
    assert.throws(
      () => survivalCurve({ seconds: new Float64Array(2), isEvent: new Uint8Array(1) }),
      RangeError,
    );
    for (const seconds of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      const one = { seconds: Float64Array.of(seconds), isEvent: Uint8Array.of(1) };
      assert.throws(() => survivalCurve(one), RangeError, String(seconds));
    }
  });
});
