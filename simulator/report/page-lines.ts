/**
 * Lines of the interactive charts, thinned to what can be seen.
 *
 * Of an adoption curve every row that passes another five-hundredth of the network is kept, so the moments at which a
 * quarter, half or 99 % have the fix are those of the tables. Of other lines what is left out is less than a
 * five-hundredth of the highest value from what is kept.
 */

import type { AdoptionCurve, Weighting } from '../measure/curve.ts';
import type { Band } from '../measure/curve-band.ts';
import type { Stage } from '../measure/outcome.ts';
import type { LineLook } from './chart-style.ts';
import type { PageLine } from './page-data.ts';

const LEVELS = 500;
/** Lines of single seeds are thin and faint, so they may be coarser. */
export const SEED_LEVELS = 200;

/** Rows of a rising curve that pass another level in either weighting; the first and the last among them. */
export function levelRows(curve: AdoptionCurve, levels = LEVELS): number[] {
  const { seconds, fractionOfRelays, fractionOfConsensusWeight } = curve;
  const rows: number[] = [];
  let [byCount, byWeight] = [-1, -1];
  for (let row = 0; row < seconds.length; row++) {
    const count = Math.floor(fractionOfRelays[row]! * levels + 1e-9);
    const weight = Math.floor(fractionOfConsensusWeight[row]! * levels + 1e-9);
    const isKept = row === 0 || row === seconds.length - 1 || count > byCount || weight > byWeight;
    if (isKept) rows.push(row);
    [byCount, byWeight] = [count, weight];
  }
  return rows;
}

/** Rows of any line that differ from the last kept one by a level; the first and the last among them. */
export function differingRows(values: ArrayLike<number>, levels = LEVELS): number[] {
  let highest = 0;
  for (let row = 0; row < values.length; row++) highest = Math.max(highest, Math.abs(values[row]!));
  const least = highest / levels;
  const rows: number[] = [];
  for (let row = 0; row < values.length; row++) {
    const before = values[rows.at(-1) ?? 0]!;
    const isKept = row === 0 || row === values.length - 1 || Math.abs(values[row]! - before) >= least;
    if (isKept) rows.push(row);
  }
  return rows;
}

function picked(column: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => column[row]!);
}

function pickedShares(column: ArrayLike<number>, rows: readonly number[]): Float32Array {
  return Float32Array.from(rows, (row) => column[row]!);
}

export function lookOf({ colour, dash, widthPx }: LineLook): Pick<PageLine, 'colour' | 'dash' | 'widthPx'> {
  return { colour, dash, widthPx };
}

export interface CurveLineOptions {
  readonly name: string;
  readonly look: LineLook;
  readonly weighting: Weighting;
  readonly stage?: Stage;
  readonly seed?: number;
  readonly band?: Band | null;
  readonly untilSeconds: number;
}

/** The line of an adoption curve. */
export function curveLineOf(curve: AdoptionCurve, options: CurveLineOptions): PageLine {
  const { name, look, weighting, stage, seed, band, untilSeconds } = options;
  const rows = levelRows(curve, seed === undefined ? LEVELS : SEED_LEVELS);
  const known = rows.filter((row) => curve.seconds[row]! <= untilSeconds);
  return {
    name,
    ...lookOf(look),
    seconds: picked(curve.seconds, known),
    values: pickedShares(curve[weighting], known),
    shape: 'step',
    startsAtZero: true,
    untilSeconds,
    band: band ? { low: pickedShares(band.low, known), high: pickedShares(band.high, known) } : null,
    weighting,
    stage: stage ?? null,
    seed: seed ?? null,
  };
}

export interface PlainLineOptions {
  readonly name: string;
  readonly look: LineLook;
  readonly shape: PageLine['shape'];
  readonly weighting?: Weighting;
  readonly untilSeconds?: number;
  readonly startsAtZero?: boolean;
  readonly isInLegend?: boolean;
  readonly follows?: string;
  readonly opacity?: number;
}

/** Any other line over time. */
export function plainLine(
  seconds: ArrayLike<number>,
  values: ArrayLike<number>,
  { look, weighting, ...options }: PlainLineOptions,
): PageLine {
  const rows = options.shape === 'step' ? differingRows(values) : [...Array(values.length).keys()];
  return {
    ...options,
    ...lookOf(look),
    seconds: picked(seconds, rows),
    values: picked(values, rows),
    weighting: weighting ?? null,
    stage: null,
    seed: null,
  };
}
