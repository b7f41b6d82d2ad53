/** When a person gets round to something: at once in working hours, else in the next of them. */

import type { WorkingHours } from '../scenario/operators-plan.ts';
import { WEEK_SECONDS } from '../scenario/week-moment.ts';

const DAY_SECONDS = 86_400;
const SATURDAY = 5;

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/**
 * The first moment in working hours at or after `seconds`.
 *
 * Times are seconds since the start of the run, which begins `beginsSeconds` after Monday 00:00 UTC; local time is
 * `offsetSeconds` ahead of UTC. What comes outside of working hours is done at a moment of the next working day
 * that `position`, from 0 to 1, decides: a network's operators do not all act as the clock strikes.
 */
export function workingMoment(
  seconds: number,
  hours: WorkingHours | null,
  { beginsSeconds, offsetSeconds, position }: WeekClock & { readonly position: number },
): number {
  if (hours === null || !Number.isFinite(seconds)) return seconds;
  const local = modulo(seconds + beginsSeconds + offsetSeconds, WEEK_SECONDS);
  const [fromSeconds, toSeconds] = [hours.fromHour * 3600, hours.toHour * 3600];
  const today = Math.floor(local / DAY_SECONDS);
  const ofDay = local - today * DAY_SECONDS;
  const isWorking = (day: number): boolean => hours.weekend || day % 7 < SATURDAY;
  if (isWorking(today) && ofDay >= fromSeconds && ofDay < toSeconds) return seconds;
  let day = ofDay < fromSeconds ? today : today + 1;
  while (!isWorking(day)) day++;
  const opens = day * DAY_SECONDS + fromSeconds + position * (toSeconds - fromSeconds);
  return seconds + opens - local;
}

/** What the clocks of a place say. */
export interface WeekClock {
  /** The moment of the week at which the run begins, seconds since Monday 00:00 UTC. */
  readonly beginsSeconds: number;
  /** Seconds that local time is ahead of UTC. */
  readonly offsetSeconds: number;
}

/** The first moment at or after `seconds` at which a timer of so long a period, and of that phase, goes off. */
export function timerMoment(seconds: number, periodSeconds: number, phaseSeconds: number): number {
  if (periodSeconds === 0 || !Number.isFinite(seconds)) return seconds;
  const missed = Math.ceil((seconds - phaseSeconds) / periodSeconds);
  return phaseSeconds + missed * periodSeconds;
}
