/** Random churn for tests, no more of it than a run of this size may have. */

import fc from 'fast-check';
import type { ChurnPlan, SpellLaw } from '../scenario/churn-plan.ts';

const seconds = fc.double({ min: 1, max: 86_400 * 300, noNaN: true });

/** Any law of a length of time that the language has. */
export const spellLaws: fc.Arbitrary<SpellLaw> = fc.oneof(
  seconds.map((value): SpellLaw => ({ law: 'constant', seconds: value })),
  fc
    .tuple(seconds, fc.double({ min: 1.01, max: 10, noNaN: true }))
    .map(([min, times]): SpellLaw => ({ law: 'uniform', minSeconds: min / times, maxSeconds: min }))
    .filter((law) => law.law === 'uniform' && law.minSeconds >= 1),
  seconds.map((value): SpellLaw => ({ law: 'exponential', meanSeconds: value })),
  fc
    .tuple(seconds, fc.double({ min: 0.01, max: 4, noNaN: true }))
    .map(([medianSeconds, sigma]): SpellLaw => ({ law: 'lognormal', medianSeconds, sigma })),
);

const classes = fc.array(
  fc.record({ weight: fc.integer({ min: 1, max: 20 }), session: spellLaws, absence: spellLaws }),
  {
    maxLength: 4,
  },
);

interface RunSize {
  readonly relays: number;
  readonly durationSeconds: number;
}

const laws = fc
  .record({
    classes,
    others: fc.integer({ min: 0, max: 20 }),
    arrivalsPerDay: fc.double({ min: 0, max: 500, noNaN: true }).map((value) => value + 0),
    departuresPerDay: fc.double({ min: 0, max: 500, noNaN: true }).map((value) => value + 0),
    restarts: fc.option(fc.record({ everySeconds: seconds, forSeconds: seconds })),
  })
  .map((parts) => (size: RunSize): ChurnPlan => {
    const total = parts.classes.reduce((sum, { weight }) => sum + weight, parts.others);
    const shortest = (size.relays * size.durationSeconds) / 2e6;
    const isShort = (law: SpellLaw): boolean =>
      shortest >
      (law.law === 'constant'
        ? law.seconds
        : law.law === 'uniform'
          ? law.maxSeconds / 2
          : law.law === 'exponential'
            ? law.meanSeconds
            : law.medianSeconds);
    return {
      kind: 'laws',
      classes: parts.classes
        .filter(({ session }) => !isShort(session))
        .map(({ weight, session, absence }) => ({ share: weight / total, session, absence })),
      arrivalsPerDay: parts.arrivalsPerDay,
      departuresPerDay: parts.departuresPerDay,
      restarts: parts.restarts !== null && parts.restarts.everySeconds >= shortest ? parts.restarts : null,
    };
  });

/** Given the size of the run, its churn; most runs have none. */
export const churnOf: fc.Arbitrary<(size: RunSize) => ChurnPlan | null> = fc.oneof(
  fc.constant(() => null),
  fc.constant((): ChurnPlan => ({ kind: 'measured', name: 'tor-2025-11' })),
  laws,
);
