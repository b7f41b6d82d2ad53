/**
 * The curves of a run, thinned to what a screen can show: medians with their bands where it stands for several seeds.
 *
 * A step function of n steps keeps every (n / 400)th and the last, so a drawn curve lags behind the true one by less
 * than a 400th of its height.
 */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { historicalBaseline } from '../baseline/historical.ts';
import { MedianOverRuns } from '../measure/bootstrap.ts';
import type { AdoptionCurve } from '../measure/curve.ts';
import { type Band, bandedCurve } from '../measure/curve-band.ts';
import { DAY_SECONDS } from '../report/human-units.ts';
import { parseCurves } from '../report/read-run.ts';
import { ResultsError } from '../report/results-error.ts';
import { HISTORICAL_NAMES } from '../scenario/lag-schema.ts';
import type { DrawnArm, DrawnHistory, RunCurves } from './api-shapes.ts';
import { type CheckedSummary, isLiveEngine, readSummaryOf } from './read-folder.ts';

/** Curves of 100 runs of ten arms stay below. */
const CSV_BYTES_MAX = 256 * 1024 * 1024;
const ROWS_MAX = 400;

/** Which of `rows` rows are kept: at most 401, the last among them. */
function thinnedRows(rows: number): number[] {
  const every = Math.max(1, Math.ceil(rows / ROWS_MAX));
  const kept: number[] = [];
  for (let row = 0; row < rows; row += every) kept.push(row);
  if (rows > 0 && kept.at(-1) !== rows - 1) kept.push(rows - 1);
  return kept;
}

function drawnArm(name: string, summary: CheckedSummary, curve: AdoptionCurve, band: Band | null): DrawnArm {
  const rows = thinnedRows(curve.seconds.length);
  const pick = (column: ArrayLike<number>) => rows.map((row) => column[row] as number);
  const arm = summary.arms[name];
  const horizon = (arm as { readonly horizonSeconds?: unknown } | undefined)?.horizonSeconds;
  return {
    name,
    isLive: isLiveEngine(arm?.engine ?? ''),
    horizonSeconds: typeof horizon === 'number' ? horizon : (curve.seconds.at(-1) ?? 0),
    seconds: pick(curve.seconds),
    fractionOfRelays: pick(curve.fractionOfRelays),
    fractionOfConsensusWeight: pick(curve.fractionOfConsensusWeight),
    band: band === null ? null : { low: pick(band.low), high: pick(band.high) },
  };
}

/** The text of curves.csv of several runs as one text a seed, in the order of the file. */
function textsBySeed(text: string): string[] {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const bySeed = new Map<string, string[]>();
  for (const line of lines) {
    const seed = /^(?:"(?:[^"]|"")*"|[^",]*),([^,]*),/.exec(line)?.[1] ?? '';
    const known = bySeed.get(seed);
    if (known === undefined) bySeed.set(seed, [header, line]);
    else known.push(line);
  }
  return [...bySeed.values()].map((rows) => `${rows.join('\n')}\n`);
}

function drawnArms(text: string, path: string, summary: CheckedSummary): DrawnArm[] {
  const runs = textsBySeed(text).map((ofSeed) => parseCurves(ofSeed, path));
  const names = [...new Set(runs.flatMap((curves) => [...curves.keys()]))];
  return names.map((name) => {
    const curves = runs.flatMap((ofRun) => ofRun.get(name) ?? []);
    const [only] = curves;
    if (curves.length === 1 && only !== undefined) return drawnArm(name, summary, only, null);
    const { median, bands } = bandedCurve(curves, new MedianOverRuns(curves.length));
    return drawnArm(name, summary, median, bands.fractionOfRelays);
  });
}

function drawnHistory(summary: CheckedSummary): DrawnHistory[] {
  const asked = Object.keys((summary as { readonly historical?: object }).historical ?? {});
  return HISTORICAL_NAMES.filter((name) => asked.includes(name)).map((name) => {
    const { days, fractionOfRelays } = historicalBaseline(name).pooled;
    return { name, seconds: days.map((day) => day * DAY_SECONDS), fraction: fractionOfRelays };
  });
}

/** The curves of a run or of several seeds; none for a sweep, or where there is no curves.csv to read. */
export async function readCurvesOf(folder: string, id: string): Promise<RunCurves> {
  const summary = await readSummaryOf(folder);
  if (summary === null) return { id, arms: [], historical: [] };
  const path = join(folder, 'curves.csv');
  try {
    if ((await stat(path)).size > CSV_BYTES_MAX) return { id, arms: [], historical: [] };
    const arms = drawnArms(await readFile(path, 'utf8'), path, summary);
    return { id, arms, historical: drawnHistory(summary) };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code !== undefined;
    if (isMissing || error instanceof ResultsError) return { id, arms: [], historical: [] };
    throw error;
  }
}
