/** What a scenario measures and reports, after reading. */

/** Charts that a report may hold, in its order (report/charts.ts draws them). */
export const CHART_NAMES = [
  'figure1',
  'channels',
  'live-vs-manual',
  'membership',
  'survival',
  'classes',
  'switches',
  'versions',
  'running',
  'verdicts',
  'attacks',
  'sybils',
  'faults',
  'marks',
  'restart-vs-swap',
  'flood',
  'queues',
  'exposure',
  'load',
  'stages',
  'latency',
] as const;
export type ChartName = (typeof CHART_NAMES)[number];

export interface MeasurePlan {
  /** Whole percents of relays whose times the tables show, rising; empty: the usual five. */
  readonly milestonePercents: readonly number[];
  /** The share of relays that counts as the busiest, and as the idlest; absent: they are not looked at. */
  readonly tailShare?: number;
}

/** For whom a chart is drawn (report/chart-theme.ts). */
export const CHART_THEMES = ['screen', 'print'] as const;
export type ChartTheme = (typeof CHART_THEMES)[number];

export interface ReportPlan {
  /** Null: every chart that has something to show. */
  readonly charts: readonly ChartName[] | null;
  /** The chart that shows the answer at a glance; null: the first of `charts`, or figure1. */
  readonly figure: ChartName | null;
  /** Whether charts are written as PNG beside SVG. */
  readonly png: boolean;
  /** Of the files; the page shows charts for a screen. */
  readonly theme: ChartTheme;
}

/** The chart that stands for the scenario where there is room for one. */
export function tellingChart({ charts, figure }: ReportPlan): ChartName {
  return figure ?? charts?.[0] ?? 'figure1';
}
