/**
 * traffic.csv: what clients and relays of simulated traffic saw over time, in long format.
 *
 * Columns: arm, seed, seconds, series, value. Seconds are virtual and count from the first release; the names of
 * series end in their units (measure/traffic-series.ts). `mark_works_share` is a step function: a value holds
 * until the next row, and the last to the end. A run without simulated cells has no such file.
 */

import { roundFraction, roundTime } from '../measure/rounding.ts';
import { SERIES } from '../measure/traffic-series.ts';
import type { ChartData } from './chart-data.ts';
import { csvField, writtenRows } from './csv.ts';

export interface TrafficCsv {
  readonly text: string;
  /** Series that were thinned, as in curves.csv. */
  readonly thinned: readonly string[];
}

/** Writes the series of all arms, in the scenario's order; null when no cell was simulated. */
export function trafficCsv({ scenario: { seed }, arms }: ChartData): TrafficCsv | null {
  const lines: string[] = [];
  const thinned: string[] = [];
  for (const { name: arm, traffic } of arms) {
    for (const name of SERIES) {
      const series = traffic[name];
      if (series === undefined) continue;
      const { every, rows } = writtenRows(series.seconds.length);
      if (every > 1) thinned.push(`${arm}/${name}: one of ${every} values`);
      for (const row of rows) {
        const fields = [csvField(arm), seed, roundTime(series.seconds[row] as number), name];
        lines.push([...fields, roundFraction(series.value[row] as number)].join(','));
      }
    }
  }
  if (lines.length === 0) return null;
  return { text: `arm,seed,seconds,series,value\n${lines.join('\n')}\n`, thinned };
}
