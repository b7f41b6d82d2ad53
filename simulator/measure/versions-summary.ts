/** Versions alive at once, in the figures of summary.json. */

import { keptOfArm } from './kept-of-arm.ts';
import type { ArmOutcome, RunOutcome } from './outcome.ts';
import { roundFraction, roundTime } from './rounding.ts';
import { updateNames } from './update-names.ts';
import { sharesInTheEnd, type VersionsCurve, versionName, versionsAlive, versionsCurve } from './versions.ts';

/** Versions that are named in the end; the others count together. */
const NAMED_MAX = 16;
const OTHERS = 'others';

export interface VersionsSummary {
  /** Most versions that any relays ran at one moment, the core among them, and when that first was. */
  readonly mostAtOnce: number;
  readonly mostAtOnceSeconds: number;
  /** Time from the first release to the arm's horizon during which relays ran more than one. */
  readonly mixedSeconds: number;
  /** Share of relays by version at the horizon, the most common first; those that nobody runs are left out. */
  readonly fractionInTheEnd: Readonly<Record<string, number>>;
}

/** The versions of an arm of a run. */
export const versionsOf = keptOfArm((arm, { scenario, churn }): VersionsCurve => {
  const releasedAtSeconds = scenario.updates.map(({ atSeconds }) => atSeconds);
  return versionsCurve({ arm, churn, releasedAtSeconds });
});

/** Sums up an arm. */
export function versionsSummary(arm: ArmOutcome, outcome: RunOutcome): VersionsSummary {
  const curve = versionsOf(arm, outcome);
  const alive = versionsAlive(curve);
  const most = alive.reduce((a, b) => Math.max(a, b), 0);
  const untilSeconds = (row: number) => curve.seconds[row + 1] ?? Math.max(arm.horizonSeconds, 0);
  const mixedSeconds = alive.reduce(
    (sum, versions, row) => sum + (versions > 1 ? untilSeconds(row) - curve.seconds[row]! : 0),
    0,
  );
  const names = updateNames(outcome);
  const ends = sharesInTheEnd(curve)
    .map((share, index) => [versionName(curve.versions[index]!, names), share] as const)
    .filter(([, share]) => share > 0)
    .sort(([, a], [, b]) => b - a);
  const named = ends.slice(0, NAMED_MAX);
  const others = ends.slice(NAMED_MAX).reduce((sum, [, share]) => sum + share, 0);
  const listed = others > 0 ? [...named, [OTHERS, others] as const] : named;
  return {
    mostAtOnce: most,
    mostAtOnceSeconds: roundTime(curve.seconds[alive.indexOf(most)] ?? 0),
    mixedSeconds: roundTime(mixedSeconds),
    fractionInTheEnd: Object.fromEntries(listed.map(([name, share]) => [name, roundFraction(share)])),
  };
}
