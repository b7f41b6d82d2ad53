/** Random operators for tests: classes and platforms whose shares add up, with every policy and kind of lag. */

import fc from 'fast-check';
import { LIVE_POLICIES, type OperatorClass, type OperatorsPlan } from '../scenario/operators-plan.ts';
import type { LagLaw } from '../scenario/scenario.ts';

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const whole = (min: number, max: number) => fc.integer({ min, max });

const law: fc.Arbitrary<LagLaw> = fc
  .tuple(fc.boolean(), between(1e-3, 1000), between(0.05, 10), between(0, 1))
  .map(([isLognormal, days, spread, never]) =>
    isLognormal
      ? { law: 'lognormal', medianDays: days, sigma: spread, never }
      : { law: 'weibull', scaleDays: days, shape: spread, never },
  );

const hours = fc
  .tuple(whole(0, 23), whole(1, 24), fc.boolean())
  .filter(([from, to]) => from < to)
  .map(([fromHour, toHour, weekend]) => ({ fromHour, toHour, weekend }));

const part = fc
  .tuple(between(0, 1), between(0, 1))
  .filter(([from, to]) => from < to)
  .map(([from, to]) => ({ from, to }));

const operatorClass: fc.Arbitrary<Omit<OperatorClass, 'name' | 'share'>> = fc
  .record({
    lag: fc.oneof(law, fc.constantFrom({ law: 'never' as const }, { law: 'at-once' as const })),
    between: part,
    hours: fc.option(hours),
    timerSeconds: fc.oneof(fc.constant(0), whole(1, 1e6)),
    policy: fc.constantFrom(...LIVE_POLICIES),
    delay: law,
    thirdParties: fc.option(fc.boolean()),
  })
  .map((drawn) => {
    const hasLaw = drawn.lag.law !== 'never' && drawn.lag.law !== 'at-once';
    return {
      ...drawn,
      between: hasLaw ? { ...drawn.between } : { from: 0, to: 1 },
      hours: drawn.timerSeconds > 0 ? null : drawn.hours,
      delay: drawn.policy === 'delayed' ? drawn.delay : null,
    };
  });

/** Parts with weights, whose shares are made to add up to 1. */
function shared<Part extends object>(parts: fc.Arbitrary<Part>, prefix: string) {
  return fc.array(fc.tuple(parts, whole(1, 50)), { minLength: 1, maxLength: 4 }).map((drawn) => {
    const total = drawn.reduce((sum, [, weight]) => sum + weight, 0);
    return drawn.map(([one, weight], index) => ({
      name: `${prefix}-${index}`,
      share: weight / total,
      ...one,
    }));
  });
}

export const randomOperators: fc.Arbitrary<OperatorsPlan> = fc
  .record({
    classes: shared(operatorClass, 'class'),
    platforms: fc.oneof(
      fc.constant([]),
      shared(
        fc.record({ delay: fc.option(law) }).map((one) => ({ ...one })),
        'platform',
      ),
    ),
    lockstep: between(0.42, 1),
    embedsShare: between(0.1, 1),
    beginsSeconds: whole(0, 7 * 86_400 - 1),
    knownDays: fc.option(between(1, 36_500)),
  })
  .map((plan) => ({ ...plan }));
