import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adoptionFraction } from '../baseline/lag-law.ts';
import {
  type Composition,
  fractionFunction,
  limitsOf,
  mixtureOf,
  parameterCount,
  vectorOf,
} from './mixture.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

const LAW = fc.constantFrom('lognormal' as const, 'weibull' as const);
/** A composition with a vector of it. */
const FITTED = fc
  .record({
    laws: fc.array(LAW, { minLength: 1, maxLength: 3 }).map((laws) => laws.sort()),
    never: fc.boolean(),
    places: fc.array(fc.double({ min: -1, max: 6, noNaN: true }), { minLength: 3, maxLength: 3 }),
    spreads: fc.array(fc.double({ min: -0.7, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    ratios: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ laws, never, places, spreads, ratios }) => {
    const composition: Composition = { laws, never };
    const vector = laws.flatMap((_, i) => [places[i]!, spreads[i]!]);
    vector.push(...ratios.slice(0, parameterCount(composition) - vector.length));
    return { composition, vector: Float64Array.from(vector) };
  });
const DAY = fc.double({ min: 0.01, max: 2000, noNaN: true });

test('mixture: the fraction is that of the law in a scenario', () => {
  fc.assert(
    fc.property(FITTED, DAY, ({ composition, vector }, day) => {
      const gradient = new Float64Array(vector.length);
      const { parts, never } = mixtureOf(composition, vector);
      const expected = adoptionFraction({ law: 'mixture', parts, never }, day);
      const found = fractionFunction(composition, vector)(Math.log(day), gradient);
      assert.ok(Math.abs(found - expected) < 1e-9, `${found}, expected ${expected}`);
    }),
    { seed },
  );
});

test('mixture: the derivatives are the slopes of the fraction', () => {
  fc.assert(
    fc.property(FITTED, DAY, ({ composition, vector }, day) => {
      const gradient = new Float64Array(vector.length);
      const spare = new Float64Array(vector.length);
      fractionFunction(composition, vector)(Math.log(day), gradient);
      for (let i = 0; i < vector.length; i++) {
        const beside = (by: number) => {
          const moved = vector.map((value, k) => (k === i ? value + by : value));
          return fractionFunction(composition, moved)(Math.log(day), spare);
        };
        const slope = (beside(1e-5) - beside(-1e-5)) / 2e-5;
        assert.ok(Math.abs(slope - gradient[i]!) < 1e-6, `coordinate ${i}: ${gradient[i]}, slope ${slope}`);
      }
    }),
    { seed },
  );
});

test('mixture: nobody has updated on day 0', () => {
  const composition: Composition = { laws: ['weibull', 'weibull'], never: true };
  const gradient = new Float64Array(6).fill(7);
  const fractionBy = fractionFunction(composition, [1, 1, 2, 2, 0, 0]);
  assert.equal(fractionBy(Number.NEGATIVE_INFINITY, gradient), 0);
  assert.deepEqual([...gradient], [0, 0, 0, 0, 0, 0]);
});

test('mixture: a vector stands for a mixture, and the mixture for the vector', () => {
  const composition: Composition = { laws: ['lognormal', 'weibull'], never: true };
  const vector = Float64Array.of(3, 0.5, 1, 1.2, 0.3, -0.4);
  const mixture = mixtureOf(composition, vector);
  assert.ok(Math.abs(mixture.parts.reduce((sum, { share }) => sum + share, mixture.never) - 1) < 1e-12);
  vectorOf(composition, mixture).forEach((value, i) => {
    assert.ok(Math.abs(value - vector[i]!) < 1e-12);
  });
  assert.equal(limitsOf(composition).length, parameterCount(composition));
});
