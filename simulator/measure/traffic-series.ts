/**
 * What clients and relays of simulated traffic saw over time: a value at each of many moments of the run.
 *
 * Seconds count from the first release and are negative before it. Gauges have a value a sample; what happens at
 * some moments only is counted in even bins, each at its beginning. Where nothing was timed there is no value.
 */

import type { TrafficPlan } from '../scenario/traffic-plan.ts';
import { markExposure } from './marking.ts';
import type { ArmOutcome } from './outcome.ts';
import { type TrafficResult, USES } from './traffic-result.ts';
import { meanQueueSeconds, timeQuantiles } from './traffic-summary.ts';

export const SERIES = [
  'waiting_cells',
  'queue_seconds',
  'longest_wait_seconds',
  'open_circuits',
  'down_share',
  'down_weight_share',
  'received_bytes_per_second',
  'flood_asked_per_second',
  'flood_answered_per_second',
  'flood_refused_per_second',
  'web_first_byte_p50_seconds',
  'web_first_byte_p99_seconds',
  'web_last_byte_p50_seconds',
  'web_last_byte_p90_seconds',
  'bulk_last_byte_p50_seconds',
  'circuits_built',
  'circuits_failed',
  'circuits_broken',
  'circuits_closed',
  'circuit_build_p50_seconds',
  'circuit_build_p90_seconds',
  'marks_made',
  'marks_read_share',
  'mark_works_share',
] as const;
export type SeriesName = (typeof SERIES)[number];

export interface TimeSeries {
  readonly seconds: readonly number[];
  readonly value: readonly number[];
}

/** Series of an arm; those that the scenario has nothing for are missing. */
export type TrafficSeries = Readonly<Partial<Record<SeriesName, TimeSeries>>>;

/** What happens now and then is counted in so many bins of a run. */
const BINS = 60;

function gaugeSeries({ gauges }: TrafficResult, hasFlood: boolean, releaseSeconds: number): TrafficSeries {
  const rows = [...gauges.atSeconds.keys()];
  const at = (row: number): number => (gauges.atSeconds[row] as number) - releaseSeconds;
  const level = (column: Float64Array): TimeSeries => ({
    seconds: rows.map(at),
    value: rows.map((row) => column[row] as number),
  });
  // A rate holds from a sample to the next one.
  const steps = rows.slice(0, -1);
  const rate = (column: Float64Array): TimeSeries => ({
    seconds: steps.map(at),
    value: steps.map(
      (row) => ((column[row + 1] as number) - (column[row] as number)) / (at(row + 1) - at(row)),
    ),
  });
  const waits = steps.flatMap((row) => {
    const seconds = meanQueueSeconds(gauges, [row, row + 1]);
    return seconds === null ? [] : [[at(row), seconds] as const];
  });
  return {
    waiting_cells: level(gauges.waitingCells),
    queue_seconds: { seconds: waits.map(([from]) => from), value: waits.map(([, wait]) => wait) },
    longest_wait_seconds: level(gauges.longestWaitSeconds),
    open_circuits: level(gauges.openCircuits),
    down_share: level(gauges.downShare),
    down_weight_share: level(gauges.downWeightShare),
    received_bytes_per_second: rate(gauges.receivedBytes),
    ...(hasFlood
      ? {
          flood_asked_per_second: rate(gauges.floodAsked),
          flood_answered_per_second: rate(gauges.floodAnswered),
          flood_refused_per_second: rate(gauges.floodRefused),
        }
      : {}),
  };
}

/** Even bins from the first client to the end of the run. */
class Bins {
  private readonly fromSeconds: number;
  private readonly widthSeconds: number;
  private readonly releaseSeconds: number;

  constructor(fromSeconds: number, toSeconds: number, releaseSeconds: number) {
    this.fromSeconds = fromSeconds;
    this.widthSeconds = (toSeconds - fromSeconds) / BINS;
    this.releaseSeconds = releaseSeconds;
  }

  /** A value for each bin, made of the rows of a column of moments that fall into it; null: no value. */
  series(moments: Float64Array, answer: (rows: readonly number[]) => number | null): TimeSeries {
    const rowsOf: number[][] = Array.from({ length: BINS }, () => []);
    for (const [row, at] of moments.entries()) {
      const bin = Math.floor((at - this.fromSeconds) / this.widthSeconds);
      if (bin >= 0) rowsOf[Math.min(bin, BINS - 1)]?.push(row);
    }
    const seconds: number[] = [];
    const value: number[] = [];
    for (const [bin, rows] of rowsOf.entries()) {
      const found = answer(rows);
      if (found === null) continue;
      seconds.push(this.fromSeconds + bin * this.widthSeconds - this.releaseSeconds);
      value.push(found);
    }
    return { seconds, value };
  }

  counts(moments: Float64Array): TimeSeries {
    return this.series(moments, (rows) => rows.length);
  }
}

function eventSeries({ exchanges, circuits }: TrafficResult, bins: Bins): TrafficSeries {
  const since =
    (use: (typeof USES)[number], column: Float64Array, pick: 'p50Seconds' | 'p90Seconds' | 'p99Seconds') =>
    (rows: readonly number[]): number | null => {
      const times = rows
        .filter((row) => exchanges.kind[row] === USES.indexOf(use) && !Number.isNaN(column[row]))
        .map((row) => (column[row] as number) - (exchanges.askedSeconds[row] as number));
      return timeQuantiles(times)[pick];
    };
  const asked = (...what: Parameters<typeof since>) => bins.series(exchanges.askedSeconds, since(...what));
  const built = (pick: 'p50Seconds' | 'p90Seconds') =>
    bins.series(
      circuits.openedSeconds,
      (rows) => timeQuantiles(rows.map((row) => circuits.buildSeconds[row] as number))[pick],
    );
  const { firstByteSeconds, lastByteSeconds } = exchanges;
  return {
    web_first_byte_p50_seconds: asked('web', firstByteSeconds, 'p50Seconds'),
    web_first_byte_p99_seconds: asked('web', firstByteSeconds, 'p99Seconds'),
    web_last_byte_p50_seconds: asked('web', lastByteSeconds, 'p50Seconds'),
    web_last_byte_p90_seconds: asked('web', lastByteSeconds, 'p90Seconds'),
    bulk_last_byte_p50_seconds: asked('bulk', lastByteSeconds, 'p50Seconds'),
    circuits_built: bins.counts(circuits.openedSeconds),
    circuits_failed: bins.counts(circuits.failedSeconds),
    circuits_broken: bins.counts(circuits.brokenSeconds),
    circuits_closed: bins.counts(circuits.closedSeconds),
    circuit_build_p50_seconds: built('p50Seconds'),
    circuit_build_p90_seconds: built('p90Seconds'),
  };
}

function markSeries(arm: ArmOutcome, plan: TrafficPlan, bins: Bins, releaseSeconds: number): TrafficSeries {
  const { traffic } = arm;
  const first = arm.updates[0];
  if (traffic === null || plan.marking === null || first === undefined) return {};
  const { marks } = traffic;
  const exposure = markExposure(traffic, plan.marking.mark, first.stages.activated, releaseSeconds);
  return {
    marks_made: bins.counts(marks.atSeconds),
    marks_read_share: bins.series(marks.atSeconds, (rows) =>
      rows.length === 0 ? null : rows.filter((row) => marks.read[row] === 1).length / rows.length,
    ),
    ...(exposure === null
      ? {}
      : {
          mark_works_share: { seconds: [0, ...exposure.seconds], value: [1, ...exposure.fraction] },
        }),
  };
}

/** The series of an arm; none without simulated cells. `releaseSeconds` and the run count from its start. */
export function trafficSeries(
  arm: ArmOutcome,
  plan: TrafficPlan,
  { releaseSeconds, durationSeconds }: { readonly releaseSeconds: number; readonly durationSeconds: number },
): TrafficSeries {
  const { traffic } = arm;
  if (traffic === null || plan.clients === null) return {};
  const bins = new Bins(plan.clients.fromSeconds, durationSeconds, releaseSeconds);
  return {
    ...gaugeSeries(traffic, plan.flood !== null, releaseSeconds),
    ...eventSeries(traffic, bins),
    ...markSeries(arm, plan, bins, releaseSeconds),
  };
}
