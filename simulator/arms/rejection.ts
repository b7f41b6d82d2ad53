/**
 * Directory authorities that take relays out of the consensus which do not run a release by some day.
 *
 * Clients choose no relay that is not listed, so what it runs puts nobody at risk from then on. One that upgrades
 * afterwards is listed again, unless its keys count as lost.
 */

import type { RejectionPlan } from '../scenario/rejection-schema.ts';

const DAY_SECONDS = 86_400;

/**
 * When each relay is taken out, seconds since the release, NaN for never. Changes `activated`, in which relays that
 * are never listed again do not count as upgraded. `knownSeconds` is where the arm's curve ends.
 */
export function rejectOutdated(
  { afterDays, readmits }: RejectionPlan,
  activated: Float64Array,
  knownSeconds: number,
): Float64Array {
  const after = afterDays * DAY_SECONDS;
  const rejected = new Float64Array(activated.length).fill(Number.NaN);
  if (after > knownSeconds) return rejected;
  for (const [relay, at] of activated.entries()) {
    if (at <= after) continue; // NaN is never in time
    rejected[relay] = after;
    if (!readmits) activated[relay] = Number.NaN;
  }
  return rejected;
}
