/** What a plot of lines over time shows, as whoever has the data hands it over; it may come to the page as data. */

import type { CurveSeries } from './curve-series.ts';
import type { TimeScaleName, TimeSpan } from './time-scale.ts';
import type { ValueUnit } from './value-format.ts';

/** A moment that is marked with an upright line and a word. */
export interface MarkedMoment {
  readonly seconds: number;
  readonly word: string;
}

/** A span of time that is shaded. */
export interface ShadedSpan {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly word: string;
}

export interface PlotContent {
  readonly series: readonly CurveSeries[];
  readonly span: TimeSpan;
  readonly scale: TimeScaleName;
  readonly unit: ValueUnit;
  /** Names of the axes. */
  readonly timeLabel: string;
  readonly valueLabel: string;
  /** The value axis ends here; where the lines do, if it is undefined. */
  readonly top?: number | undefined;
  /** Where the axis ends at the lines: at least here. */
  readonly leastTop?: number | undefined;
  readonly moments?: readonly MarkedMoment[] | undefined;
  readonly spans?: readonly ShadedSpan[] | undefined;
}
