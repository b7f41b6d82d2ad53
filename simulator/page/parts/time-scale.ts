/** The time axis of an interactive chart: where it begins on either scale, its ticks and their names. */

import { groupThousands, humanDuration } from '../../report/human-units.ts';
import { type Tick, ticksApart, ticksWithin } from '../../report/log-time.ts';
import { type TimeUnit, timeUnit } from '../../report/time-unit.ts';

export type TimeScaleName = 'log' | 'linear';

/** Virtual seconds that an axis spans. */
export interface TimeSpan {
  /** Where a logarithmic axis begins; above 0. */
  readonly logFromSeconds: number;
  /** Where a linear axis begins. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Room between the names of two ticks. */
const TICK_ROOM_PX = 52;
const UNITS_MAX = 180;
const STEPS = [1, 2, 5] as const;
const FINE_STEPS = [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] as const;
/** With fewer ticks an axis is hard to read. */
const TICKS_LEAST = 3;

export function startOf(span: TimeSpan, scale: TimeScaleName): number {
  return scale === 'log' ? span.logFromSeconds : span.fromSeconds;
}

/** The smallest 1, 2 or 5 times a power of ten that is at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((step) => step * power >= least * (1 - 1e-9)) ?? 10) * power;
}

function linearTicks(from: number, to: number, widthPx: number): Tick[] {
  const unit: TimeUnit = timeUnit(to - from, UNITS_MAX);
  const ticksMax = Math.max(2, widthPx / (TICK_ROOM_PX * 1.6));
  const step = roundStep((to - from) / unit.seconds / ticksMax);
  const ticks: Tick[] = [];
  for (let index = Math.ceil(from / unit.seconds / step - 1e-9); ; index++) {
    const value = index * step * unit.seconds;
    if (value > to * (1 + 1e-9)) return ticks;
    ticks.push({ value, name: `${groupThousands(Number((index * step).toPrecision(6)))} ${unit.name}` });
  }
}

/** Round moments at these steps of each power of ten, for a span that the named ticks are too coarse for. */
function fineTicks(from: number, to: number, steps: readonly number[]): Tick[] {
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++) {
    for (const step of steps) {
      const value = Number((step * 10 ** power).toPrecision(3));
      if (value >= from && value <= to) ticks.push({ value, name: humanDuration(value) });
    }
  }
  return ticks;
}

function logTicks(from: number, to: number, widthPx: number): Tick[] {
  const named = ticksWithin(from, to);
  const rounder = named.length >= TICKS_LEAST ? named : fineTicks(from, to, STEPS);
  const candidates = rounder.length >= TICKS_LEAST ? rounder : fineTicks(from, to, FINE_STEPS);
  const perE = widthPx / Math.log(to / from);
  return ticksApart(candidates, (value) => Math.log(value / from) * perE, TICK_ROOM_PX);
}

/** Ticks whose names do not touch, on an axis so wide. */
export function timeTicks(scale: TimeScaleName, from: number, to: number, widthPx: number): Tick[] {
  return scale === 'log' ? logTicks(from, to, widthPx) : linearTicks(from, to, widthPx);
}

/** The moment at a share of the axis, 0 to 1. */
export function momentAt(scale: TimeScaleName, from: number, to: number, share: number): number {
  return scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
}

/** Where a moment is on the axis, 0 to 1 within it. */
export function shareOfAxis(scale: TimeScaleName, from: number, to: number, seconds: number): number {
  if (scale === 'linear') return (seconds - from) / (to - from);
  return seconds <= from ? 0 : Math.log(seconds / from) / Math.log(to / from);
}
