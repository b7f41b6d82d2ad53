/**
 * membership.csv: how many relays there were at each moment, how many were up, and how many ran an update.
 *
 * Columns: arm, seed, update, seconds, members, online, running, holding. Seconds are virtual and count from the
 * release of the update; a row holds until the next. Members are born and not gone; of them some are online, and of
 * those some run the update; holding are all members that run it or will when they come back. A run without churn
 * has no such file.
 */

import { firstReleaseSeconds } from '../measure/first-release.ts';
import { membershipCurve } from '../measure/membership.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { roundTime } from '../measure/rounding.ts';
import { updateNames } from '../measure/update-names.ts';
import { csvField, writtenRows } from './csv.ts';

export interface MembershipCsv {
  readonly text: string;
  /** Curves that were thinned, as in curves.csv. */
  readonly thinned: readonly string[];
}

/** Writes all arms and updates in the scenario's order; null without churn. */
export function membershipCsv(outcome: RunOutcome): MembershipCsv | null {
  const { churn, scenario } = outcome;
  if (churn === null) return null;
  const names = updateNames(outcome);
  const lines: string[] = [];
  const thinned: string[] = [];
  const firstAtSeconds = scenario.updates[0]?.atSeconds ?? 0;
  for (const arm of outcome.arms) {
    arm.updates.forEach(({ stages, removed }, index) => {
      const atSeconds = scenario.updates[index]?.atSeconds ?? firstAtSeconds;
      const horizonSeconds = arm.horizonSeconds - (atSeconds - firstReleaseSeconds(scenario.updates));
      const curve = membershipCurve(
        churn,
        { activated: stages.activated, removed },
        atSeconds,
        horizonSeconds,
      );
      const { every, rows } = writtenRows(curve.seconds.length);
      const name = names[index] as string;
      if (every > 1) thinned.push(`${arm.arm.name}/${name} membership: one of ${every} steps`);
      // The first row is the state at the release, however few are written.
      for (const row of rows[0] === 0 ? rows : [0, ...rows]) {
        const { seconds, members, online, running, holding } = curve;
        const fields = [
          csvField(arm.arm.name),
          scenario.seed,
          csvField(name),
          roundTime(seconds[row] as number),
        ];
        lines.push([...fields, members[row], online[row], running[row], holding[row]].join(','));
      }
    });
  }
  return { text: `arm,seed,update,seconds,members,online,running,holding\n${lines.join('\n')}\n`, thinned };
}
