/** What churn makes of an update in one arm: who is there, who runs it, and how soon those that come back do. */

import type { Churn } from '../population/churn.ts';
import { catchUpTimes } from './catch-up-times.ts';
import { ofCohort } from './cohort.ts';
import {
  firstReached,
  type MembershipCurve,
  meanShare,
  membershipCurve,
  type ShareOf,
  shareAt,
  vulnerableOnlineHours,
} from './membership.ts';
import type { UpdateOutcome } from './outcome.ts';
import { lowerQuantile } from './quantiles.ts';
import { roundFraction, roundRelayHours, timeOrNull } from './rounding.ts';
import { type SurvivalSummary, survivalSummary } from './survival-summary.ts';

export interface ShareSummary {
  /** When the share first reached a half, 90 % and 99 %, seconds since the release; null when it never did. */
  readonly t50Seconds: number | null;
  readonly t90Seconds: number | null;
  readonly t99Seconds: number | null;
  /** Over the time from the release to the horizon. */
  readonly meanFraction: number;
  readonly endFraction: number;
}

export interface CatchUpSummary {
  /** Comings-up, after the release, of relays without the update. */
  readonly returns: number;
  /** Share of them that ran it before they went away again. */
  readonly caughtUpFraction: number;
  /** Seconds from coming up to running it, of those. */
  readonly t50Seconds: number | null;
  readonly t90Seconds: number | null;
  readonly t99Seconds: number | null;
}

export interface ChurnSummary {
  /** Relays that the adoption curve counts: members at the release (cohort.ts). */
  readonly cohort: number;
  /** Of the cohort, relays that left for good, and those of them that never ran the update. */
  readonly departed: number;
  readonly departedWithout: number;
  /** Relays that were born after the release. */
  readonly newcomers: number;
  readonly membersInTheEnd: number;
  readonly onlineOfMembers: Pick<ShareSummary, 'meanFraction' | 'endFraction'>;
  readonly runningOfOnline: ShareSummary;
  readonly runningOfMembers: ShareSummary;
  /** Hours that relays were up without the update, all together, to the arm's own horizon. */
  readonly vulnerableOnlineHours: number;
  readonly catchUp: CatchUpSummary;
  readonly survival: SurvivalSummary;
}

function shareSummary(curve: MembershipCurve, of: ShareOf, horizonSeconds: number): ShareSummary {
  return {
    t50Seconds: timeOrNull(firstReached(curve, of, 0.5)),
    t90Seconds: timeOrNull(firstReached(curve, of, 0.9)),
    t99Seconds: timeOrNull(firstReached(curve, of, 0.99)),
    meanFraction: roundFraction(meanShare(curve, of, horizonSeconds)),
    endFraction: roundFraction(shareAt(curve, curve.seconds.length - 1, of)),
  };
}

/** Sums up one update. */
export function churnSummary(
  churn: Churn,
  update: UpdateOutcome,
  releasedAtSeconds: number,
  horizonSeconds: number,
): ChurnSummary {
  const { cohort = null } = update;
  const { activated } = update.stages;
  const curve = membershipCurve(
    churn,
    { activated, removed: update.removed },
    releasedAtSeconds,
    horizonSeconds,
  );
  const endUs = (releasedAtSeconds + horizonSeconds) * 1e6;
  const ends = ofCohort(churn.goneUs, cohort).map((goneUs) => (goneUs <= endUs ? 1 : 0));
  const ran = ofCohort(activated, cohort);
  const times = catchUpTimes(churn, activated, releasedAtSeconds, horizonSeconds);
  const online = shareSummary(curve, 'onlineOfMembers', horizonSeconds);
  const after = (timeUs: number) => timeUs > releasedAtSeconds * 1e6 && timeUs <= endUs;
  return {
    cohort: ran.length,
    departed: ends.reduce((sum, end) => sum + end, 0),
    departedWithout: ends.reduce((sum, end, row) => sum + (Number.isNaN(ran[row]!) ? end : 0), 0),
    newcomers: churn.bornUs.reduce((sum, bornUs) => sum + (after(bornUs) ? 1 : 0), 0),
    membersInTheEnd: curve.members.at(-1) ?? 0,
    onlineOfMembers: { meanFraction: online.meanFraction, endFraction: online.endFraction },
    runningOfOnline: shareSummary(curve, 'runningOfOnline', horizonSeconds),
    runningOfMembers: shareSummary(curve, 'holdingOfMembers', horizonSeconds),
    vulnerableOnlineHours: roundRelayHours(vulnerableOnlineHours(curve, horizonSeconds)),
    catchUp: {
      returns: times.returns,
      caughtUpFraction: roundFraction(times.returns === 0 ? 1 : times.seconds.length / times.returns),
      t50Seconds: timeOrNull(lowerQuantile(times.seconds, 0.5)),
      t90Seconds: timeOrNull(lowerQuantile(times.seconds, 0.9)),
      t99Seconds: timeOrNull(lowerQuantile(times.seconds, 0.99)),
    },
    survival: survivalSummary(churn, update, releasedAtSeconds, horizonSeconds),
  };
}
