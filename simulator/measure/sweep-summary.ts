/**
 * What a sweep found: each figure of each arm at each point, and which axis it depends on most.
 *
 * At a point, figures are medians over its runs with bootstrap intervals (bootstrap.ts). The ranking goes by first-order
 * sensitivity indices (sensitivity.ts). Beside them stand main effects: for each value of an axis, or class of values that
 * were drawn, the median over all points that have it, and of those the greatest over the least.
 */

import type { SamplePlan, SweepAxis, SweepPlan, SweepValue } from '../scenario/sweep-plan.ts';
import { MedianOverRuns, medianOf } from './bootstrap.ts';
import { COMPARED, type ComparedName } from './comparison.ts';
import { roundRatio } from './rounding.ts';
import type { Bounds } from './runs-summary.ts';
import { type AxisClasses, classesOf, firstOrderIndex } from './sensitivity.ts';
import type { Summary } from './summary.ts';

/** Medians over a point's runs; null where a share was never reached. Figures that an arm has not are missing. */
export type ArmFigures = Readonly<Partial<Record<ComparedName, number | null>>>;

export interface PointSummary {
  /** From 1. */
  readonly point: number;
  /** By the path of the axis. */
  readonly values: Readonly<Record<string, SweepValue>>;
  readonly seeds: readonly number[];
  readonly violations: number;
  readonly arms: Readonly<Record<string, ArmFigures>>;
  /** By the path of the figure, `arms.live.t50Seconds`; figures that all runs agree on are left out. */
  readonly intervals: Readonly<Record<string, Bounds>>;
}

export interface AxisEffect {
  readonly path: string;
  /** Greatest over least median among the axis's classes; null where one is 0 or was never reached. */
  readonly ratio: number | null;
  /** Share of the variance over all points that goes with the axis alone; null where a point never got there. */
  readonly firstOrder: number | null;
}

export interface RankedFigure {
  readonly arm: string;
  readonly figure: ComparedName;
  /** By the first-order index, strongest first; by the ratio where there is none. */
  readonly axes: readonly AxisEffect[];
}

export interface SweepSummary {
  readonly scenario: string;
  readonly engine: string;
  readonly runs: number;
  readonly axes: SweepPlan['axes'];
  /** How points were drawn; absent of a grid. */
  readonly sample?: SamplePlan;
  readonly violations: number;
  readonly points: readonly PointSummary[];
  readonly ranking: readonly RankedFigure[];
}

/** Figures that a ranking makes sense for: times and costs, not counts that are mostly 0. */
const RANKED: readonly ComparedName[] = [
  't50Seconds',
  't90Seconds',
  't99Seconds',
  'vulnerableRelayHours',
  'bytes',
];

/** What a sweep takes of one run; whole summaries of many thousands would not fit into memory. */
export interface RunFigures
  extends Pick<Summary, 'scenario' | 'engine' | 'seeds' | 'violations' | 'traceHash'> {
  readonly arms: Readonly<Record<string, Readonly<Record<ComparedName, number | null>>>>;
}

/** The figures of a run that a sweep compares. */
export function runFigures({ scenario, engine, seeds, violations, traceHash, arms }: Summary): RunFigures {
  const figures = Object.entries(arms).map(([name, arm]) => {
    const values = Object.entries(COMPARED).map(([figure, read]) => [figure, read(arm)]);
    return [name, Object.fromEntries(values) as Record<ComparedName, number | null>] as const;
  });
  return { scenario, engine, seeds, violations, traceHash, arms: Object.fromEntries(figures) };
}

/** The runs of one point. */
export interface SweptPoint {
  readonly values: readonly SweepValue[];
  readonly runs: readonly RunFigures[];
}

/** The medians of one point's runs, and their bounds. */
function figuresOf(
  runs: readonly RunFigures[],
  over: MedianOverRuns,
): Pick<PointSummary, 'arms' | 'intervals'> {
  const arms: Record<string, Partial<Record<ComparedName, number | null>>> = {};
  const intervals: Record<string, Bounds> = {};
  for (const arm of Object.keys(runs[0]?.arms ?? {})) {
    const figures: Partial<Record<ComparedName, number | null>> = {};
    arms[arm] = figures;
    for (const figure of Object.keys(COMPARED) as ComparedName[]) {
      const values = runs.map((one) => one.arms[arm]?.[figure] ?? null);
      if (values.every((value) => value === null) && !isTime(figure)) continue;
      const { median, low, high } = over.of(values);
      figures[figure] = median;
      if (low !== high) intervals[`arms.${arm}.${figure}`] = [low, high];
    }
  }
  return { arms, intervals };
}

function isTime(figure: ComparedName): boolean {
  return figure.endsWith('Seconds');
}

/** The classes of the points on an axis; see sensitivity.ts. */
export function pointClasses(points: readonly PointSummary[], axis: SweepAxis, most?: number): AxisClasses {
  return classesOf(
    axis,
    points.map(({ values }) => values[axis.path] as SweepValue),
    most,
  );
}

/** The median of a figure over the points of each class; null, for never, counts as the latest. */
export function mainEffects(
  points: readonly PointSummary[],
  arm: string,
  figure: ComparedName,
  { of, count }: Pick<AxisClasses, 'of' | 'count'>,
): (number | null)[] {
  const medians = Array.from({ length: count }, (): (number | null)[] => []);
  for (const [index, { arms }] of points.entries()) {
    medians[of[index] as number]?.push(arms[arm]?.[figure] ?? null);
  }
  return medians.map((one) => medianOf(one));
}

function effect(
  points: readonly PointSummary[],
  arm: string,
  figure: ComparedName,
  axis: SweepAxis,
  isSample: boolean,
): AxisEffect {
  const classes = pointClasses(points, axis);
  const medians = mainEffects(points, arm, figure, classes);
  const numbers = medians.filter((median) => median !== null && median > 0) as number[];
  const isKnown = numbers.length === medians.length;
  const figures = points.flatMap(({ arms }) => arms[arm]?.[figure] ?? []);
  const index = figures.length < points.length ? null : firstOrderIndex(classes, figures, isSample);
  return {
    path: axis.path,
    ratio: isKnown ? roundRatio(Math.max(...numbers) / Math.min(...numbers)) : null,
    firstOrder: index === null ? null : roundRatio(index),
  };
}

function rankingOf(points: readonly PointSummary[], { axes, sample }: SweepPlan): RankedFigure[] {
  const arms = [...new Set(points.flatMap((point) => Object.keys(point.arms)))];
  return arms.flatMap((arm) =>
    RANKED.filter((figure) => points.some((point) => point.arms[arm]?.[figure] !== undefined)).map(
      (figure) => ({
        arm,
        figure,
        axes: axes
          .map((axis) => effect(points, arm, figure, axis, sample !== null))
          .sort((a, b) => (b.firstOrder ?? 0) - (a.firstOrder ?? 0) || (b.ratio ?? 0) - (a.ratio ?? 0)),
      }),
    ),
  );
}

/** Sums up a sweep; `swept` in the order of `sweepPoints`. Throws RangeError without a point. */
export function summarizeSweep(plan: SweepPlan, swept: readonly SweptPoint[]): SweepSummary {
  const { axes, sample, runs } = plan;
  const first = swept[0]?.runs[0];
  if (first === undefined) throw new RangeError('a sweep without a run');
  const over = new MedianOverRuns(runs);
  const points = swept.map(
    ({ values, runs: ofPoint }, index): PointSummary => ({
      point: index + 1,
      values: Object.fromEntries(axes.map(({ path }, axis) => [path, values[axis] as SweepValue])),
      seeds: ofPoint.flatMap(({ seeds }) => seeds),
      violations: ofPoint.reduce((sum, { violations }) => sum + violations, 0),
      ...figuresOf(ofPoint, over),
    }),
  );
  return {
    scenario: first.scenario,
    engine: first.engine,
    runs,
    axes,
    ...(sample !== null && { sample }),
    violations: points.reduce((sum, { violations }) => sum + violations, 0),
    points,
    ranking: rankingOf(points, plan),
  };
}

/** The text of summary.json of a sweep. */
export function formatSweepSummary(summary: SweepSummary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}
