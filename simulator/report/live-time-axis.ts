/**
 * The time axis of the live arms: linear while one scale shows them all, logarithmic when they differ by
 * orders of magnitude, as gossip's seconds do from a directory's hour.
 */

import { type AdoptionCurve, reachedFraction, WEIGHTINGS } from '../measure/curve.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import type { ActivationCurves } from './chart-data.ts';
import type { DrawingBoard } from './drawing-board.ts';
import { ticksApart, ticksWithin } from './log-time.ts';
import { namedAxis, unitAxis } from './panel-parts.ts';

export interface LiveTimeAxis {
  readonly isLog: boolean;
  /** Virtual seconds since the release. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** The axis may end before the last relay, but not before this many times the 99 % mark. */
const TAIL = 2;
/** Where 99 % of what an arm reached takes longer than this many times the fastest half, no linear axis shows both. */
const LINEAR_RATIO = 30;
/** A logarithmic axis starts where this share of relays has the fix: the publisher alone must not stretch it. */
const EARLY_SHARE = 0.01;
const SHORTEST_SECONDS = 1e-5;
const TICK_ROOM_PX = 44;

function lastSeconds(curve: AdoptionCurve): number {
  return curve.seconds.at(-1) as number;
}

/** A little past the last relay, or at twice the 99 % mark when a few come much later. */
function linearEnd(arms: readonly ActivationCurves[]): number {
  let end = 0;
  for (const { stages, horizonSeconds } of arms) {
    const curve = stages.activated;
    for (const weighting of WEIGHTINGS) {
      const last = lastSeconds(curve);
      const nearlyAll = timeToFraction(curve, weighting, 0.99) ?? last;
      // Room for the labels, right of the three-quarter mark.
      const room = (timeToFraction(curve, weighting, 0.75) ?? last) * 1.7;
      const wanted = Math.max(Math.min(last, TAIL * nearlyAll) * 1.06, room);
      end = Math.max(end, Math.min(wanted, horizonSeconds));
    }
  }
  return end > 0 ? end : 1;
}

/** When a share of the relays that an arm reached had the fix. */
function timeOfReached(curve: AdoptionCurve, share: number): number {
  const reached = reachedFraction(curve, 'fractionOfRelays');
  return timeToFraction(curve, 'fractionOfRelays', reached * share) as number;
}

/**
 * The axis for arms that reached anybody; `labelShare` is the share of the axis that a logarithmic one leaves
 * free, right of where the slowest arm has come half-way, for that arm's label.
 */
export function liveTimeAxis(arms: readonly ActivationCurves[], labelShare: number): LiveTimeAxis {
  const reached = arms.filter(({ stages }) => stages.activated.seconds.length > 0);
  const timesTo = (share: number) => reached.map(({ stages }) => timeOfReached(stages.activated, share));
  const fastest = Math.max(SHORTEST_SECONDS, Math.min(...timesTo(0.5)));
  const slowest = Math.max(...timesTo(0.5));
  if (!(Math.max(...timesTo(0.99)) > LINEAR_RATIO * fastest)) {
    return { isLog: false, fromSeconds: 0, toSeconds: linearEnd(reached) };
  }
  const fromSeconds = Math.max(SHORTEST_SECONDS, Math.min(0.1, ...timesTo(EARLY_SHARE)) / 1.5);
  const last = Math.max(...reached.map(({ stages }) => lastSeconds(stages.activated)));
  const span = Math.log(slowest / fromSeconds);
  const withRoom = fromSeconds * Math.exp(span / (1 - labelShare));
  return { isLog: true, fromSeconds, toSeconds: Math.max(last * 1.1, withRoom) };
}

/** Pixels from the left edge of a plotting area of `widthPx` to a moment. */
export function axisPixel(axis: LiveTimeAxis, widthPx: number): (seconds: number) => number {
  const { isLog, fromSeconds, toSeconds } = axis;
  if (!isLog) return (seconds) => (seconds / toSeconds) * widthPx;
  const perE = widthPx / Math.log(toSeconds / fromSeconds);
  return (seconds) => Math.log(seconds / fromSeconds) * perE;
}

/** Ticks whose names do not touch. */
function ticksOf(axis: LiveTimeAxis, widthPx: number) {
  const shown = ticksWithin(axis.fromSeconds, axis.toSeconds);
  return ticksApart(shown, axisPixel(axis, widthPx), TICK_ROOM_PX);
}

/** The scale and the marks of the axis, for a panel whose plotting area is so wide. */
export function axisParts(board: DrawingBoard, axis: LiveTimeAxis, widthPx: number) {
  const { isLog, fromSeconds, toSeconds } = axis;
  if (!isLog) {
    return {
      x: { domain: [fromSeconds, toSeconds] },
      marks: [unitAxis(board, 'SECONDS since the release', 's')],
    };
  }
  return {
    x: { type: 'log' as const, domain: [fromSeconds, toSeconds] },
    marks: namedAxis(board, 'TIME since the release (logarithmic)', ticksOf(axis, widthPx)),
  };
}
