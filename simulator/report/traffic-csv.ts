/**
 * traffic.csv: what clients and relays of simulated traffic saw over time, in long format.
 *
 * Columns: arm, seed, seconds, series, value. Seconds are virtual and count from the first release; the names of
 * series end in their units (measure/traffic-series.ts). `mark_works_share` is a step function: a value holds
 * until the next row, and the last to the end. A run without simulated cells has no such file.
 */

import type { RunOutcome } from '../measure/outcome.ts';
import { roundFraction, roundTime } from '../measure/rounding.ts';
import { SERIES, trafficSeries } from '../measure/traffic-series.ts';
import { csvField, writtenRows } from './csv.ts';

export interface TrafficCsv {
  readonly text: string;
  /** Series that were thinned, as in curves.csv. */
  readonly thinned: readonly string[];
}

/** Writes the series of all arms, in the scenario's order; null when no cell was simulated. */
export function trafficCsv({ scenario, arms }: RunOutcome): TrafficCsv | null {
  const { traffic, seed, updates, durationSeconds } = scenario;
  const releaseSeconds = updates[0]?.atSeconds ?? 0;
  const lines: string[] = [];
  const thinned: string[] = [];
  for (const arm of arms) {
    const found = trafficSeries(arm, traffic, { releaseSeconds, durationSeconds });
    for (const name of SERIES) {
      const series = found[name];
      if (series === undefined) continue;
      const { every, rows } = writtenRows(series.seconds.length);
      if (every > 1) thinned.push(`${arm.arm.name}/${name}: one of ${every} values`);
      for (const row of rows) {
        const fields = [csvField(arm.arm.name), seed, roundTime(series.seconds[row] as number), name];
        lines.push([...fields, roundFraction(series.value[row] as number)].join(','));
      }
    }
  }
  if (lines.length === 0) return null;
  return { text: `arm,seed,seconds,series,value\n${lines.join('\n')}\n`, thinned };
}
