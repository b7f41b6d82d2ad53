/** Measures, reports and assertions: from the keys of the YAML to the numbers of a scenario, and back. */

import assert from 'node:assert';
import { type AssertionPlan, type AssertionWords, parseAssertion } from './assertion.ts';
import type { MeasurePlan, ReportPlan } from './measure-plan.ts';
import { ALL, type MeasureInput, type ReportInput } from './measure-schema.ts';
import type { Arm } from './scenario.ts';

export function toMeasure({ milestones = [], tails }: MeasureInput): MeasurePlan {
  return {
    milestonePercents: milestones.map((share) => Math.round(share * 100)),
    ...(tails !== undefined && { tailShare: tails }),
  };
}

export function toReport({ charts, figure, png, theme }: ReportInput): ReportPlan {
  return { charts: charts === ALL ? null : charts, figure: figure ?? null, png, theme };
}

/** What assertions of these arms may name. */
export function assertionWords(
  arms: readonly Arm[],
  updates: number,
  { milestonePercents }: MeasurePlan,
): AssertionWords {
  return {
    arms: arms.map(({ name, kind }) => ({ name, isManual: kind === 'manual' })),
    updates,
    percents: milestonePercents,
  };
}

/** Assertions that have been checked before. */
export function toAssertions(texts: readonly string[], words: AssertionWords): AssertionPlan[] {
  return texts.map((text) => {
    const plan = parseAssertion(text, words);
    assert(!('message' in plan), `${text} was checked`);
    return plan;
  });
}

/** The keys in the language of the file. What is as usual is left out, as it changes no figure. */
export function measureYaml(plans: {
  readonly measure: MeasurePlan;
  readonly report: ReportPlan;
  readonly assertions: readonly AssertionPlan[];
}): object {
  const { measure, report, assertions } = plans;
  const { milestonePercents, tailShare } = measure;
  return {
    ...((milestonePercents.length > 0 || tailShare !== undefined) && {
      measure: {
        ...(milestonePercents.length > 0 && {
          milestones: milestonePercents.map((percent) => `${percent}%`),
        }),
        ...(tailShare !== undefined && { tails: tailShare }),
      },
    }),
    ...((report.charts !== null || report.figure !== null || !report.png || report.theme !== 'screen') && {
      report: {
        charts: report.charts === null ? ALL : [...report.charts],
        ...(report.figure !== null && { figure: report.figure }),
        png: report.png,
        ...(report.theme !== 'screen' && { theme: report.theme }),
      },
    }),
    ...(assertions.length > 0 && { assert: assertions.map(({ text }) => text) }),
  };
}
