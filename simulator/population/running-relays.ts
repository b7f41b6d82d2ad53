/** Who was up at which moment of a run with churn. */

import type { Churn } from './churn.ts';

/** Whether the relay was up at an instant; at that of its leaving it is not, at that of its return it is. */
export function isUpAt(churn: Churn, relay: number, timeUs: number): boolean {
  const { joinsUs, firstAbsence, leavesUs, returnsUs } = churn;
  if (joinsUs[relay]! > timeUs) return false;
  // The last absence that has begun.
  let low = firstAbsence[relay]!;
  let high = firstAbsence[relay + 1]!;
  const first = low;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (leavesUs[middle]! <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low === first || returnsUs[low - 1]! <= timeUs;
}

/** Sessions of a relay in order of time: `toUs` is Infinity for one that outlasts the run. */
export function sessionsOf(churn: Churn, relay: number): { fromUs: number; toUs: number }[] {
  const sessions: { fromUs: number; toUs: number }[] = [];
  eachSession(churn, relay, (fromUs, toUs) => void sessions.push({ fromUs, toUs }));
  return sessions;
}

/** Tells of the same sessions with no object made for any of them. */
export function eachSession(
  { joinsUs, firstAbsence, leavesUs, returnsUs }: Churn,
  relay: number,
  tell: (fromUs: number, toUs: number) => void,
): void {
  let fromUs = joinsUs[relay]!;
  const end = firstAbsence[relay + 1]!;
  for (let row = firstAbsence[relay]!; row < end && fromUs !== Number.POSITIVE_INFINITY; row++) {
    tell(fromUs, leavesUs[row]!);
    fromUs = returnsUs[row]!;
  }
  if (fromUs !== Number.POSITIVE_INFINITY) tell(fromUs, Number.POSITIVE_INFINITY);
}

/** From when on, at the earliest from `fromUs`, the relay is up; Infinity for never again in the run. */
export function firstUpUs(churn: Churn, relay: number, fromUs: number): number {
  for (const session of sessionsOf(churn, relay)) {
    if (session.toUs > fromUs) return Math.max(session.fromUs, fromUs);
  }
  return Number.POSITIVE_INFINITY;
}
