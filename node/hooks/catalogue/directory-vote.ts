/**
 * Directory vote: which flags a directory authority votes for a relay.
 *
 * The default follows the Tor directory specification ("Assigning flags in a vote"). Authorities have changed
 * these rules in answer to attacks, which is what the hook is for.
 */

import { defineHook } from '../define-hook.ts';
import { u32 } from '../parameter.ts';

export const VoteFlag = { fast: 1, stable: 2, guard: 4, hiddenServiceDirectory: 8 } as const;

/** dir-spec: a relay of 100 KB/s is fast in any case. */
const FAST_KILOBYTES_PER_SECOND = 100;
/** A mean time between failures of seven days is stable in any case. */
const STABLE_HOURS = 7 * 24;
/** Guards: known for eight days, running 98 % of the time (weighted), 2 MB/s or the median. */
const GUARD_KNOWN_HOURS = 8 * 24;
const GUARD_UPTIME_PERMILLE = 980;
const GUARD_KILOBYTES_PER_SECOND = 2000;
/** Hidden-service directories must have been up for 96 hours. */
const DIRECTORY_UPTIME_HOURS = 96;

function flagsOf(
  uptimeHours: number,
  betweenFailuresHours: number,
  uptimePermille: number,
  knownHours: number,
  bandwidth: number,
  medianBandwidth: number,
): number {
  let flags = 0;
  if (bandwidth >= FAST_KILOBYTES_PER_SECOND) flags |= VoteFlag.fast;
  if (betweenFailuresHours >= STABLE_HOURS) flags |= VoteFlag.stable;
  if (flags !== (VoteFlag.fast | VoteFlag.stable)) return flags;
  const guardBandwidth = Math.min(GUARD_KILOBYTES_PER_SECOND, medianBandwidth);
  const familiar = knownHours >= GUARD_KNOWN_HOURS && uptimePermille >= GUARD_UPTIME_PERMILLE;
  if (familiar && bandwidth >= guardBandwidth) flags |= VoteFlag.guard;
  if (uptimeHours >= DIRECTORY_UPTIME_HOURS) flags |= VoteFlag.hiddenServiceDirectory;
  return flags;
}

export const directoryVote = defineHook({
  id: 'directory-vote',
  interfaceVersion: 1,
  summary: 'Says which flags a directory authority votes for a relay.',
  entry: 'vote_flags',
  parameters: [
    u32('uptimeHours'),
    u32('betweenFailuresHours'),
    u32('uptimePermille'),
    u32('knownHours'),
    u32('kilobytesPerSecond'),
    u32('medianKilobytesPerSecond'),
  ],
  result: 'u32',
  default: flagsOf,
  // Clients rely on guards being fast and stable.
  check: (flags) => flags < 16 && ((flags & VoteFlag.guard) === 0 || (flags & 3) === 3),
  fuel: 2000,
  confirmAfter: 500,
  vectors: [
    { args: [0, 0, 0, 0, 0, 0], expect: 0 },
    { args: [2000, 2000, 999, 4000, 50_000, 5000] },
    { args: [10, 500, 990, 200, 3000, 5000] },
    { args: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff] },
  ],
});
