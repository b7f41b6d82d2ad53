/** The columns of the benchmark's tables, and how their figures are written. */

import type { Measured } from './measurement.ts';
import { type PhaseCost, ROW_PHASES, type RowPhase } from './phase-log.ts';
import { eventRate, naiveOver, overFloor, type RowResult, totalsOf } from './ratios.ts';
import { rowName } from './row.ts';

export const NO_FIGURE = '–';
const MIB = 2 ** 20;

/** A positive figure with as many digits as it deserves. */
export function figure(value: number | null): string {
  if (value === null) return NO_FIGURE;
  if (value >= 1000) return Number(value.toPrecision(3)).toLocaleString('en-GB');
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function times(ratio: number | null): string {
  return ratio === null ? NO_FIGURE : `${figure(ratio)} x`;
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 1000) / 10} %`;
}

/** Whether the figures of a row could be taken. */
export function isMeasured(result: RowResult): result is RowResult & { readonly outcome: Measured } {
  return result.outcome.outcome === 'measured';
}

type MeasuredRow = RowResult & { readonly outcome: Measured };
type Column = readonly [name: string, of: (row: MeasuredRow, all: readonly RowResult[]) => string];

/** Of the first table: a row in all. */
export const SUMMARY_COLUMNS: readonly Column[] = [
  ['row', ({ row }) => rowName(row)],
  ['wall s', ({ outcome }) => figure(totalsOf(outcome).wallSeconds)],
  ['CPU s', ({ outcome }) => figure(totalsOf(outcome).cpuSeconds)],
  ['peak MiB', ({ outcome }) => figure(totalsOf(outcome).peakBytes / MIB)],
  ['events', ({ outcome }) => figure(totalsOf(outcome).events || null)],
  ['events per CPU s', ({ outcome }) => figure(totalsOf(outcome).eventsPerCpuSecond)],
  ['RPCs with a message', ({ outcome }) => figure(outcome.carried.messageRpcs)],
  ['over the floor', (result) => times(overFloor(result))],
  ['threads', ({ outcome }) => String(outcome.threads)],
  ['reached', ({ outcome }) => percent(outcome.reachedFraction)],
  ['load', ({ loadAverage }) => loadAverage.toFixed(1)],
];

/** Of the table of those that stand beside plain js-libp2p. */
export const NAIVE_COLUMNS: readonly Column[] = [
  ...SUMMARY_COLUMNS.slice(0, 4),
  ['naive CPU over its', (result, all) => times(naiveOver(result, all)?.cpu ?? null)],
  ['without start and report', (result, all) => times(naiveOver(result, all)?.networkCpu ?? null)],
  ['naive memory over its', (result, all) => times(naiveOver(result, all)?.memory ?? null)],
  ['naive wall over its', (result, all) => times(naiveOver(result, all)?.wall ?? null)],
  ['half reached after s', ({ outcome }) => figure(outcome.t50Seconds)],
  ['reached', ({ outcome }) => percent(outcome.reachedFraction)],
  ['load', ({ loadAverage }) => loadAverage.toFixed(1)],
];

export const PHASE_CELL = 'wall s / CPU s / MiB / events per CPU s';

function phaseCell(phases: readonly PhaseCost[], name: RowPhase): string {
  const cost = phases.find(({ phase }) => phase === name);
  if (cost === undefined) return NO_FIGURE;
  const { wallSeconds, cpuSeconds, peakBytes } = cost;
  const rate = eventRate(cost);
  const figures = [wallSeconds, cpuSeconds, peakBytes / MIB].map(figure);
  return [...figures, ...(rate === null ? [] : [figure(rate)])].join(' / ');
}

/** Of the table by phase. */
export const PHASE_COLUMNS: readonly Column[] = [
  ['row', ({ row }) => rowName(row)],
  ...ROW_PHASES.map((name): Column => [name, ({ outcome }) => phaseCell(outcome.phases, name)]),
];

export function cellsOf(columns: readonly Column[], row: MeasuredRow, all: readonly RowResult[]): string[] {
  return columns.map(([, of]) => of(row, all));
}
