/** What must hold of simulated cells in every run. */

import type { TrafficResult } from '../measure/traffic-result.ts';

/** Broken invariants, one line each. */
export function trafficViolations(traffic: TrafficResult | null): string[] {
  if (traffic === null) return [];
  const { cells, corrupt, exchanges } = traffic;
  const found: string[] = [];
  if (corrupt > 0) found.push(`${corrupt} answers came whole and did not fit their digest`);
  if (cells.underWay < 0) found.push(`${-cells.underWay} more cells arrived than were sent`);
  const early = exchanges.lastByteSeconds.filter(
    (at, row) => at < (exchanges.firstByteSeconds[row] as number),
  );
  if (early.length > 0) found.push(`${early.length} answers ended before they began`);
  return found;
}
