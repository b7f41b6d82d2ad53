/** An authority's vote: which flags it gives to each relay that it has watched, by the hook. */

import { type directoryVote, VoteFlag } from '../hooks/catalogue/directory-vote.ts';
import type { SlotOf } from './hook-slots.ts';

/** What an authority has seen of a relay. */
export interface Observation {
  readonly fingerprint: string;
  readonly uptimeHours: number;
  readonly betweenFailuresHours: number;
  readonly uptimePermille: number;
  readonly knownHours: number;
  readonly kilobytesPerSecond: number;
}

export interface VotedFlags {
  readonly fingerprint: string;
  readonly fast: boolean;
  readonly stable: boolean;
  readonly guard: boolean;
  readonly hiddenServiceDirectory: boolean;
}

/** A whole number as hooks take it. */
function whole(value: number): number {
  return Math.min(Math.max(0, Math.floor(value)), 0xffffffff);
}

/** The lower of the two in the middle, as dir-spec has it. */
function lowMedian(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.toSorted((a, b) => a - b)[(values.length - 1) >> 1];
}

/** One vote; flags are measured against the median of all relays in it. */
export function castVote(
  hook: SlotOf<typeof directoryVote>,
  observations: readonly Observation[],
): VotedFlags[] {
  const median = whole(lowMedian(observations.map(({ kilobytesPerSecond }) => kilobytesPerSecond)));
  return observations.map((seen) => {
    const flags = hook.call(
      whole(seen.uptimeHours),
      whole(seen.betweenFailuresHours),
      whole(seen.uptimePermille),
      whole(seen.knownHours),
      whole(seen.kilobytesPerSecond),
      median,
    );
    return {
      fingerprint: seen.fingerprint,
      fast: (flags & VoteFlag.fast) !== 0,
      stable: (flags & VoteFlag.stable) !== 0,
      guard: (flags & VoteFlag.guard) !== 0,
      hiddenServiceDirectory: (flags & VoteFlag.hiddenServiceDirectory) !== 0,
    };
  });
}
