/** What clients noticed of an update, as summary.json states it: before the first release, and after. */

import type { TrafficPlan } from '../scenario/traffic-plan.ts';
import { markExposure, vulnerableCircuitHours } from './marking.ts';
import type { ArmOutcome } from './outcome.ts';
import { lowerQuantile } from './quantiles.ts';
import { roundFraction, roundRelayHours, roundTime, timeOrNull } from './rounding.ts';
import { type GaugeColumns, type TrafficResult, USES, type UseName } from './traffic-result.ts';

/** Quantiles of times in seconds; null where nothing was timed. */
export interface TimeQuantiles {
  readonly p50Seconds: number | null;
  readonly p90Seconds: number | null;
  readonly p99Seconds: number | null;
}

export interface UsePeriod {
  /** Things asked for in the period. */
  readonly asked: number;
  /** Of those, that were there whole at the end of the run. */
  readonly fetched: number;
  /** Of those, that had to be asked for again since their circuit broke. */
  readonly interrupted: number;
  /** From asking to the first byte of the answer. */
  readonly firstByte: TimeQuantiles;
  /** From asking to the last byte. */
  readonly lastByte: TimeQuantiles;
  /** Median rate between first and last byte, bytes a second, of what took more than one cell. */
  readonly bytesPerSecond: number | null;
}

export interface CircuitPeriod {
  readonly built: number;
  readonly failed: number;
  /** Lost in use, since a relay or a link was gone. */
  readonly broken: number;
  /** Closed in use by a relay or the client, because of a cell that no honest peer sends. */
  readonly closed: number;
  readonly buildTime: TimeQuantiles;
  /** Cells that waited at all relays, on average over the period's samples. */
  readonly meanWaitingCells: number | null;
  /** How long a cell waited on each link of its way, on average: waiting cells over cells sent a second. */
  readonly meanQueueSeconds: number | null;
  /** The longest queue of any relay, in seconds that its last cell would wait. */
  readonly longestWait: TimeQuantiles;
}

/** The same thing before the first release and after it. */
export interface BeforeAfter<Period> {
  readonly before: Period;
  readonly after: Period;
}

export interface MarkSummary {
  /** Marks on such circuits, and how many of them the guard read. */
  readonly before: { readonly made: number; readonly read: number };
  readonly after: { readonly made: number; readonly read: number };
  readonly falseMarks: number;
  /** Share of circuits whose guard and exit are the party's, and whose middle is not. */
  readonly attackableShare: number | null;
  /** Up to the longest horizon of all arms. */
  readonly vulnerableCircuitHours: number | null;
}

export interface TrafficSummary {
  readonly clients: number;
  readonly web: BeforeAfter<UsePeriod>;
  readonly bulk: BeforeAfter<UsePeriod>;
  readonly circuits: BeforeAfter<CircuitPeriod>;
  readonly receivedBytes: number;
  /** Bytes of answers that had to be asked for again. */
  readonly delayedBytes: number;
  /** Most relays that were down for a restart at once, as shares of all and of consensus weight. */
  readonly largestDownShare: number;
  readonly largestDownWeightShare: number;
  /** Circuits that all restarts up to the arm's horizon break, by expectation; 0 where nobody restarts. */
  readonly expectedBrokenCircuits: number;
  readonly marks: MarkSummary | null;
  readonly flood: TrafficResult['flood'] | null;
  readonly cells: TrafficResult['cells'];
}

const HOPS = 3;

export function timeQuantiles(seconds: readonly number[]): TimeQuantiles {
  const sorted = seconds.toSorted((a, b) => a - b);
  const at = (share: number): number | null => timeOrNull(lowerQuantile(sorted, share));
  return { p50Seconds: at(0.5), p90Seconds: at(0.9), p99Seconds: at(0.99) };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function within(at: number, { from, to }: Span): boolean {
  return at >= from && at < to;
}

function usePeriod({ exchanges }: TrafficResult, use: UseName, span: Span): UsePeriod {
  const { kind, askedSeconds, firstByteSeconds, lastByteSeconds, bytes, interruptions } = exchanges;
  const rows = [...askedSeconds.keys()].filter(
    (row) => kind[row] === USES.indexOf(use) && within(askedSeconds[row] as number, span),
  );
  const since = (column: Float64Array): number[] =>
    rows.flatMap((row) => {
      const seconds = (column[row] as number) - (askedSeconds[row] as number);
      return Number.isNaN(seconds) ? [] : [seconds];
    });
  const rates = rows.flatMap((row) => {
    const seconds = (lastByteSeconds[row] as number) - (firstByteSeconds[row] as number);
    return seconds > 0 ? [(bytes[row] as number) / seconds] : [];
  });
  const rate = timeQuantiles(rates).p50Seconds;
  return {
    asked: rows.length,
    fetched: rows.filter((row) => !Number.isNaN(lastByteSeconds[row])).length,
    interrupted: rows.filter((row) => (interruptions[row] as number) > 0).length,
    firstByte: timeQuantiles(since(firstByteSeconds)),
    lastByte: timeQuantiles(since(lastByteSeconds)),
    bytesPerSecond: rate === null ? null : Math.round(rate),
  };
}

/** Little's law over the samples; null where no cell was sent between them. */
export function meanQueueSeconds(gauges: GaugeColumns, samples: readonly number[]): number | null {
  const { atSeconds, sentCells, waitingCells } = gauges;
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return null;
  const sent = (sentCells[last] as number) - (sentCells[first] as number);
  if (sent === 0) return null;
  const between = samples.slice(1);
  const cellSeconds = between.reduce((sum, row) => {
    const spanSeconds = (atSeconds[row] as number) - (atSeconds[row - 1] as number);
    return sum + ((waitingCells[row] as number) + (waitingCells[row - 1] as number)) * 0.5 * spanSeconds;
  }, 0);
  return roundTime(cellSeconds / sent);
}

function circuitPeriod({ circuits, gauges }: TrafficResult, span: Span): CircuitPeriod {
  const count = (column: Float64Array): number => column.filter((at) => within(at, span)).length;
  const samples = [...gauges.atSeconds.keys()].filter((row) => within(gauges.atSeconds[row] as number, span));
  const waiting = samples.reduce((sum, row) => sum + (gauges.waitingCells[row] as number), 0);
  const builds = [...circuits.openedSeconds.keys()].flatMap((row) =>
    within(circuits.openedSeconds[row] as number, span) ? [circuits.buildSeconds[row] as number] : [],
  );
  return {
    built: builds.length,
    failed: count(circuits.failedSeconds),
    broken: count(circuits.brokenSeconds),
    closed: count(circuits.closedSeconds),
    buildTime: timeQuantiles(builds),
    meanWaitingCells: samples.length === 0 ? null : roundFraction(waiting / samples.length),
    meanQueueSeconds: meanQueueSeconds(gauges, samples),
    longestWait: timeQuantiles(samples.map((row) => gauges.longestWaitSeconds[row] as number)),
  };
}

/** Circuits through each relay that restarts, if `circuits` are open at every moment. */
function expectedBroken(arm: ArmOutcome, { paths }: TrafficResult, circuits: number): number {
  if (arm.arm.kind !== 'manual') return 0;
  let broken = 0;
  for (const { stages } of arm.updates) {
    for (const relay of paths) if (!Number.isNaN(stages.activated[relay])) broken++;
  }
  return Math.round((broken * circuits * HOPS) / Math.max(1, paths.length));
}

function markSummary(
  arm: ArmOutcome,
  traffic: TrafficResult,
  plan: TrafficPlan,
  releaseSeconds: number,
  horizonSeconds: number,
): MarkSummary | null {
  const { marking, clients } = plan;
  const first = arm.updates[0];
  if (marking === null || clients === null || first === undefined) return null;
  const { marks, falseMarks } = traffic;
  const period = (span: Span) => {
    const rows = [...marks.atSeconds.keys()].filter((row) => within(marks.atSeconds[row] as number, span));
    return { made: rows.length, read: rows.filter((row) => marks.read[row] === 1).length };
  };
  const exposure = markExposure(traffic, marking.mark, first.stages.activated, releaseSeconds);
  const circuits = clients.count * clients.circuits;
  return {
    before: period({ from: 0, to: releaseSeconds }),
    after: period({ from: releaseSeconds, to: Number.POSITIVE_INFINITY }),
    falseMarks,
    attackableShare: exposure === null ? null : roundFraction(exposure.attackableShare),
    vulnerableCircuitHours:
      exposure === null ? null : roundRelayHours(vulnerableCircuitHours(exposure, circuits, horizonSeconds)),
  };
}

/** Null for an arm without simulated cells. `horizonSeconds` counts from the first release. */
export function trafficSummary(
  arm: ArmOutcome,
  plan: TrafficPlan,
  releaseSeconds: number,
  horizonSeconds: number,
): TrafficSummary | null {
  const { traffic } = arm;
  const { clients } = plan;
  if (traffic === null || clients === null) return null;
  const before = { from: 0, to: releaseSeconds };
  const after = { from: releaseSeconds, to: Number.POSITIVE_INFINITY };
  const { exchanges, gauges } = traffic;
  const delayed = exchanges.bytes.reduce(
    (sum, bytes, row) => ((exchanges.interruptions[row] as number) > 0 ? sum + bytes : sum),
    0,
  );
  const largest = (column: Float64Array): number => roundFraction(column.reduce((a, b) => Math.max(a, b), 0));
  return {
    clients: traffic.clients,
    web: { before: usePeriod(traffic, 'web', before), after: usePeriod(traffic, 'web', after) },
    bulk: { before: usePeriod(traffic, 'bulk', before), after: usePeriod(traffic, 'bulk', after) },
    circuits: { before: circuitPeriod(traffic, before), after: circuitPeriod(traffic, after) },
    receivedBytes: gauges.receivedBytes.at(-1) ?? 0,
    delayedBytes: delayed,
    largestDownShare: largest(gauges.downShare),
    largestDownWeightShare: largest(gauges.downWeightShare),
    expectedBrokenCircuits: expectedBroken(arm, traffic, clients.count * clients.circuits),
    marks: markSummary(arm, traffic, plan, releaseSeconds, horizonSeconds),
    flood: plan.flood === null ? null : traffic.flood,
    cells: traffic.cells,
  };
}
