/** Random measures, reports and assertions, the last of the arms and updates that a random scenario has. */

import fc from 'fast-check';
import { COMPARISONS } from '../scenario/assertion.ts';
import {
  ARM_MEASURES,
  type MeasureFacts,
  type MeasureKind,
  updateMeasures,
} from '../scenario/assertion-measures.ts';
import { CHART_NAMES, CHART_THEMES, type MeasurePlan, type ReportPlan } from '../scenario/measure-plan.ts';
import { assertionWords, toAssertions } from '../scenario/measure-yaml.ts';
import type { Arm, Scenario } from '../scenario/scenario.ts';

export const measures: fc.Arbitrary<MeasurePlan> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 10 }),
    fc.option(fc.double({ min: 1e-6, max: 0.5, noNaN: true })),
  )
  .map(([percents, tailShare]) => ({
    milestonePercents: percents.sort((a, b) => a - b),
    ...(tailShare !== null && { tailShare }),
  }));

export const reports: fc.Arbitrary<ReportPlan> = fc
  .tuple(
    fc.option(fc.subarray([...CHART_NAMES])),
    fc.option(fc.constantFrom(...CHART_NAMES)),
    fc.boolean(),
    fc.constantFrom(...CHART_THEMES),
  )
  .map(([charts, figure, png, theme]) => ({
    charts,
    figure: figure === null || charts === null || charts.includes(figure) ? figure : null,
    png,
    theme,
  }));

const figures = fc.constantFrom(
  '{relays}',
  '{arms.a-1.t50Seconds}',
  '{1 - arms.b.x.*:percent}',
  '{a / b.0.c}',
);

/** Answers of any words, with figures between them. */
export const answers: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), figures), { maxLength: 4 })
  .map((pairs) => pairs.map(([words, figure]) => words.replace(/[{}]/g, '') + figure).join(''));

const LIMITS: Readonly<Record<MeasureKind, (share: number) => string>> = {
  duration: (share) => `${Math.ceil(share * 600)}s`,
  share: (share) => `${Math.round(share * 100)}%`,
  count: (share) => String(Math.round(share * 1000)),
  size: (share) => `${Math.ceil(share * 900)} KiB`,
  'relay hours': (share) => (share * 50).toFixed(3),
  ratio: (share) => (share * 1e6).toFixed(1),
};

const draws = fc.record({
  arm: fc.nat(),
  update: fc.option(fc.nat()),
  measure: fc.nat(),
  comparison: fc.constantFrom(...COMPARISONS),
  limit: fc.double({ min: 0, max: 1, noNaN: true }),
  other: fc.option(fc.nat()),
  space: fc.constantFrom('', ' '),
});

function pick<T>(values: readonly T[], index: number): T {
  return values[index % values.length] as T;
}

/** From the parts of a scenario to assertions of them. */
export const assertionsOf: fc.Arbitrary<
  (arms: readonly Arm[], updates: number, measure: MeasurePlan) => Scenario['assertions']
> = fc.array(draws, { maxLength: 4 }).map((list) => (arms, updates, measure) => {
  const ofUpdate = [...updateMeasures(measure.milestonePercents)];
  const texts = list.map(({ arm: armIndex, update, measure: index, comparison, limit, other, space }) => {
    const arm = pick(arms, armIndex);
    const has = ([, { manual }]: [string, MeasureFacts]) => arm.kind === 'live' || manual;
    const known = update === null ? [...ofUpdate, ...ARM_MEASURES] : ofUpdate;
    const [name, { kind }] = pick(known.filter(has), index);
    const left = update === null ? `${arm.name}.${name}` : `${arm.name}.updates[${update % updates}].${name}`;
    const right =
      other === null || kind !== 'share' ? LIMITS[kind](limit) : `${pick(arms, other).name}.reached`;
    return [left, comparison, right].join(space);
  });
  return toAssertions(texts, assertionWords(arms, updates, measure));
});
