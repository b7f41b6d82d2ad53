/**
 * A rollout lets an update out in waves: a small cohort of relays first, the others later.
 *
 * A relay's place follows from its identity and the rollout's salt, so that nobody chooses who goes first. An
 * update with a salt of its own has other first relays; under one salt a cohort only grows.
 */

import { createHash } from 'node:crypto';

export interface Wave {
  /** Share of all relays, this wave's and the earlier ones' together; above 0, at most 1. */
  readonly upToShare: number;
  /** When the wave may switch, by the relay's clock. */
  readonly notBeforeMs: number;
}

/** Waves in their order, shares and times rising. */
export type Rollout = readonly Wave[];

export const EVERYBODY_AT_ONCE: Rollout = [{ upToShare: 1, notBeforeMs: 0 }];

export interface Place {
  /** Index of the wave. */
  readonly wave: number;
  readonly notBeforeMs: number;
}

/** Where a relay stands in the queue of a rollout: uniform in [0, 1). */
export function queuePosition(relayId: string, salt: string): number {
  return share('cohort', relayId, salt);
}

/** Where in a rollout's jitter window a relay switches: uniform in [0, 1), and independent of its place. */
export function jitterPosition(relayId: string, salt: string): number {
  return share('jitter', relayId, salt);
}

function share(purpose: 'cohort' | 'jitter', relayId: string, salt: string): number {
  const digest = createHash('sha256').update(`${purpose}\0${salt}\0${relayId}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** The wave that a relay belongs to; null if the rollout leaves it out. */
export function placeOf(rollout: Rollout, relayId: string, salt: string): Place | null {
  // Most updates are for everybody: no need to hash for them.
  const position = rollout[0]?.upToShare === 1 ? 0 : queuePosition(relayId, salt);
  const wave = rollout.findIndex(({ upToShare }) => position < upToShare);
  return wave < 0 ? null : { wave, notBeforeMs: rollout[wave].notBeforeMs };
}

/** What is wrong with a rollout, for whoever wrote it; null if nothing. */
export function rolloutProblem(rollout: Rollout): string | null {
  if (rollout.length === 0) return 'a rollout needs a wave';
  let share = 0;
  let timeMs = Number.NEGATIVE_INFINITY;
  for (const [index, { upToShare, notBeforeMs }] of rollout.entries()) {
    if (!(upToShare > share && upToShare <= 1)) {
      return `wave ${index}: upToShare ${upToShare} must be above ${share} and at most 1`;
    }
    if (!(notBeforeMs >= timeMs))
      return `wave ${index}: notBeforeMs ${notBeforeMs} is before the wave before`;
    share = upToShare;
    timeMs = notBeforeMs;
  }
  return null;
}
