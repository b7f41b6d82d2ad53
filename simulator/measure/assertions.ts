/**
 * Whether a run is what its scenario asserts, judged by the numbers of summary.json.
 *
 * A time that was not reached is later than all that the arm shows: it is not below any limit, and above one only
 * when the arm shows at least so much. What an arm has nothing of holds in no comparison.
 */

import type { AssertedMeasure, AssertionPlan, Comparison } from '../scenario/assertion.ts';
import {
  ARM_MEASURES,
  type MeasureFacts,
  type MeasureKind,
  RUN_MEASURES,
  updateMeasures,
} from '../scenario/assertion-measures.ts';
import { formatDuration } from '../scenario/units.ts';
import type { ArmSummary, Summary } from './summary.ts';

export interface AssertionResult {
  /** As the scenario has it. */
  readonly assert: string;
  readonly holds: boolean;
  /** What the numbers below are: seconds, shares of 1, bytes, or what is counted. */
  readonly kind: MeasureKind;
  /** Null when not reached, or when there is nothing of the kind. */
  readonly found: number | null;
  /** What it was compared with. */
  readonly limit: number | null;
  /** What null means here; null where both are numbers. */
  readonly note: string | null;
}

/** A figure; or what is known of one that was not reached: it is above `horizon`; or none. */
type Figure = { readonly value: number } | { readonly after: number } | { readonly none: string };

export type AssertedSummary = Pick<Summary, 'arms' | 'violations' | 'ratio'>;

function dig(from: unknown, keys: readonly string[]): number | null {
  let at: unknown = from;
  for (const key of keys) at = (at as Record<string, unknown> | null | undefined)?.[key];
  return typeof at === 'number' ? at : null;
}

/** Up to when the arm shows what became of an update, seconds since its release. */
function horizonSeconds(arm: ArmSummary, update: number): number {
  const first = Math.min(...arm.updates.map(({ releasedAtSeconds }) => releasedAtSeconds));
  return arm.horizonSeconds - ((arm.updates[update]?.releasedAtSeconds ?? first) - first);
}

function figureOf(
  { arm, update, name }: AssertedMeasure,
  summary: AssertedSummary,
  percents: readonly number[],
): Figure {
  if (arm === null) {
    const value = dig(summary, (RUN_MEASURES.get(name) as MeasureFacts).keys);
    return value === null ? { none: `${name}: one of the arms did not get there` } : { value };
  }
  const figures = summary.arms[arm] as ArmSummary;
  const facts = (update === null ? ARM_MEASURES : updateMeasures(percents)).get(name) as MeasureFacts;
  const value = dig(update === null ? figures : figures.updates[update], facts.keys);
  if (value !== null) return { value };
  return facts.nullMeans === 'later'
    ? { after: horizonSeconds(figures, update ?? 0) }
    : { none: `${arm} has no ${name}` };
}

function compare(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    default:
      return left !== right;
  }
}

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

/** Whether something above `after` (how far above is unknown) compares so with `limit`, as far as is known. */
function holdsAbove(after: number, comparison: Comparison, limit: number): boolean {
  return after >= limit && (comparison === '>' || comparison === '>=' || comparison === '!=');
}

function judge(left: Figure, comparison: Comparison, right: Figure): boolean {
  if ('none' in left || 'none' in right) return false;
  if ('value' in left) {
    return 'value' in right
      ? compare(left.value, comparison, right.value)
      : holdsAbove(right.after, MIRRORED[comparison], left.value);
  }
  // Two that were not reached cannot be compared.
  return 'value' in right && holdsAbove(left.after, comparison, right.value);
}

function note(figure: Figure, name: string): string[] {
  if ('none' in figure) return [figure.none];
  return 'after' in figure ? [`${name} was not reached within ${formatDuration(figure.after, 's')}`] : [];
}

function nameOf({ arm, update, name }: AssertedMeasure): string {
  if (arm === null) return name;
  return update === null || update === 0 ? `${arm}.${name}` : `${arm}.updates[${update}].${name}`;
}

/** Judges every assertion, in the scenario's order. */
export function judgeAssertions(
  assertions: readonly AssertionPlan[],
  summary: AssertedSummary,
  percents: readonly number[],
): AssertionResult[] {
  return assertions.map(({ text, kind, left, comparison, right }) => {
    const found = figureOf(left, summary, percents);
    const limit = typeof right === 'number' ? { value: right } : figureOf(right, summary, percents);
    const notes = [
      ...note(found, nameOf(left)),
      ...(typeof right === 'number' ? [] : note(limit, nameOf(right))),
    ];
    return {
      assert: text,
      holds: judge(found, comparison, limit),
      kind,
      found: 'value' in found ? found.value : null,
      limit: 'value' in limit ? limit.value : null,
      note: notes.length === 0 ? null : notes.join('; '),
    };
  });
}
