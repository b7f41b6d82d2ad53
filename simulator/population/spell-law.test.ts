import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../engine/random.ts';
import { meanSeconds, type SpellLaw } from '../scenario/churn-plan.ts';
import { freshSeconds, leftSeconds, uptimeOf } from './spell-law.ts';

const LAWS: readonly SpellLaw[] = [
  { law: 'constant', seconds: 50 },
  { law: 'uniform', minSeconds: 20, maxSeconds: 200 },
  { law: 'exponential', meanSeconds: 70 },
  { law: 'lognormal', medianSeconds: 40, sigma: 0.9 },
];
const DRAWS = 200_000;

function drawn(draw: () => number): Float64Array {
  return Float64Array.from({ length: DRAWS }, draw).sort();
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

for (const law of LAWS) {
  test(`spells: ${law.law} ones have their mean, and those met in the middle what renewal theory says is left`, () => {
    const stream = randomStream(1, 'fresh spells');
    const fresh = drawn(() => freshSeconds(law, stream));
    const met = randomStream(2, 'spells met');
    const left = drawn(() => leftSeconds(law, met));
    const expected = meanSeconds(law);
    assert(Math.abs(mean(fresh) / expected - 1) < 0.01, `mean ${mean(fresh)}, not ${expected}`);
    // The density of what is left is the share of fresh spells that last longer, over their mean.
    for (const at of [5, 20, 45, 100, 180]) {
      const isShorter = left.findIndex((value) => value > at);
      const found = (isShorter < 0 ? DRAWS : isShorter) / DRAWS;
      const theory = fresh.reduce((sum, value) => sum + Math.min(value, at), 0) / DRAWS / expected;
      assert(Math.abs(found - theory) < 0.005, `at most ${at} s left: ${found}, not ${theory}`);
    }
  });
}

test('spells: a relay is up for its mean session of each cycle', () => {
  const session: SpellLaw = { law: 'exponential', meanSeconds: 30 };
  const absence: SpellLaw = { law: 'constant', seconds: 10 };
  assert.equal(uptimeOf({ session, absence }), 0.75);
});
