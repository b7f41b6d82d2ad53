/** The figures of a row that come from others: totals of its phases, rates, and ratios to the floor and the naive way. */

import type { FloorCost, Measured, RowOutcome } from './measurement.ts';
import type { PhaseCost, RowPhase } from './phase-log.ts';
import type { Row } from './row.ts';

/** A row, what came out, and what the machine did when it began. */
export interface RowResult {
  readonly row: Row;
  readonly outcome: RowOutcome;
  /** Null where the floor knows nothing of what the row did. */
  readonly floor: FloorCost | null;
  /** Tasks that ran or waited for a processor, mean of the minute before. */
  readonly loadAverage: number;
  /** When it began, UTC. */
  readonly startedAt: string;
}

export interface Totals {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly events: number;
  /** Of the phases that have events; null without any. */
  readonly eventsPerCpuSecond: number | null;
}

/** Events a processor second of a phase; null where it had none. */
export function eventRate({ events, cpuSeconds }: Pick<PhaseCost, 'events' | 'cpuSeconds'>): number | null {
  return events > 0 && cpuSeconds > 0 ? events / cpuSeconds : null;
}

/** All phases together. */
export function totalsOf({ phases }: Pick<Measured, 'phases'>): Totals {
  const sum = (of: readonly PhaseCost[], pick: (phase: PhaseCost) => number): number =>
    of.reduce((total, phase) => total + pick(phase), 0);
  const eventful = phases.filter(({ events }) => events > 0);
  const events = sum(eventful, (phase) => phase.events);
  return {
    wallSeconds: sum(phases, (phase) => phase.wallSeconds),
    cpuSeconds: sum(phases, (phase) => phase.cpuSeconds),
    peakBytes: Math.max(...phases.map(({ peakBytes }) => peakBytes)),
    events,
    eventsPerCpuSecond: eventRate({ events, cpuSeconds: sum(eventful, (phase) => phase.cpuSeconds) }),
  };
}

/** Phases in which relays take RPCs, and with building those that a network costs, whoever starts and reports it. */
const CARRYING: readonly RowPhase[] = ['connect', 'run'];
const OF_NETWORK: readonly RowPhase[] = ['build', ...CARRYING];

function cpuSecondsOf({ phases }: Pick<Measured, 'phases'>, names: readonly RowPhase[]): number {
  return phases
    .filter(({ phase }) => names.includes(phase))
    .reduce((total, { cpuSeconds }) => total + cpuSeconds, 0);
}

/**
 * Processor time of connecting and running over that of the bare loop for the same RPCs: what all the rest of a
 * network costs. Null where either is unknown.
 */
export function overFloor({ outcome, floor }: Pick<RowResult, 'outcome' | 'floor'>): number | null {
  if (outcome.outcome !== 'measured' || floor === null || floor.cpuSeconds <= 0) return null;
  return cpuSecondsOf(outcome, CARRYING) / floor.cpuSeconds;
}

export interface NaiveRatio {
  /** Of the whole processes. */
  readonly cpu: number;
  /** Of building, connecting and running alone. */
  readonly networkCpu: number;
  readonly memory: number;
  readonly wall: number;
}

/** What plain js-libp2p takes over what this row takes, at the row's size; null where there is nothing to set beside. */
export function naiveOver(result: RowResult, results: readonly RowResult[]): NaiveRatio | null {
  if (result.row.kind !== 'size' || result.outcome.outcome !== 'measured') return null;
  const naive = results.find(
    ({ row, outcome }) =>
      row.kind === 'naive' && row.relays === result.row.relays && outcome.outcome === 'measured',
  );
  if (naive === undefined) return null;
  const naiveOutcome = naive.outcome as Measured;
  const [theirs, own] = [totalsOf(naiveOutcome), totalsOf(result.outcome)];
  return {
    cpu: theirs.cpuSeconds / own.cpuSeconds,
    networkCpu: cpuSecondsOf(naiveOutcome, OF_NETWORK) / cpuSecondsOf(result.outcome, OF_NETWORK),
    memory: theirs.peakBytes / own.peakBytes,
    wall: theirs.wallSeconds / own.wallSeconds,
  };
}
