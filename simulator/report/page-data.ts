/**
 * What report.html carries for its script: the figures as lines, and the wave for the map. Types only, since the
 * script reads them too.
 *
 * Nothing in it is not in the files of results as well; it is thinned (page-lines.ts), so that the page stays small.
 */

import type { Weighting } from '../measure/curve.ts';
import type { CurveSeries } from '../page/parts/curve-series.ts';
import type { MapPlaces } from '../page/parts/map-places.ts';
import type { PlotContent } from '../page/parts/plot-content.ts';

/** A line with what it can be chosen by; null where a choice does not concern it. */
export interface PageLine extends CurveSeries {
  readonly weighting: Weighting | null;
  /** A stage of an update (measure/outcome.ts). */
  readonly stage: string | null;
  readonly seed: number | null;
}

/** One plot of a figure. */
export interface PagePanel extends Omit<PlotContent, 'series'> {
  readonly title: string;
  readonly lines: readonly PageLine[];
}

/** What takes the place of a static chart while there is a script. */
export interface PageFigure {
  /** The static chart's (charts.ts). */
  readonly name: string;
  readonly title: string;
  readonly panels: readonly PagePanel[];
  /** Scenario, engine, seeds, and how much is to be made of them. */
  readonly source: string;
}

/** When each relay on the map became what, as codes (time-codes.ts); a stage that no relay reached is missing. */
export interface WaveTimes {
  readonly heard?: Uint16Array;
  readonly verified?: Uint16Array;
  readonly staged?: Uint16Array;
  readonly running?: Uint16Array;
  readonly removed?: Uint16Array;
}

export interface WaveArm {
  readonly name: string;
  /** Relays that the arm's curve counts, in the whole network. */
  readonly relays: number;
  /** The last moment that is known, seconds since the release. */
  readonly horizonSeconds: number;
  readonly times: WaveTimes;
}

export interface PageWave {
  readonly places: MapPlaces;
  readonly arms: readonly WaveArm[];
  /** When relays come into being and leave for good; absent without churn. */
  readonly born?: Uint16Array;
  readonly gone?: Uint16Array;
  /** What a reader of the map has to know. */
  readonly notes: readonly string[];
}

export interface PageData {
  readonly figures: readonly PageFigure[];
  /** Null where there is no single run to replay. */
  readonly wave: PageWave | null;
}
