/** The operators of a live arm: what they let their relays do, and when they upgrade by hand those without a runtime. */

import { type RelayPolicies, THIRD_PARTIES } from '../engine/gossipsub/job.ts';
import type { OperatorsOutcome } from '../measure/outcome.ts';
import { float64Column, uint8Column } from '../population/column.ts';
import type { Population } from '../population/population.ts';
import { DEFAULT_DRAIN_SECONDS, DEFAULT_RESTART_SECONDS } from '../scenario/operators-plan.ts';
import type { LiveArm, Scenario } from '../scenario/scenario.ts';
import { type Announcement, OperatorActs } from './operator-acts.ts';

const DAY_SECONDS = 86_400;

export interface LivePolicies {
  readonly ofRelays: RelayPolicies;
  /** Where the arm's curve ends, virtual seconds since the first release. */
  readonly horizonSeconds: number;
  readonly outcome: OperatorsOutcome;
  /** What the operators of relays without a runtime do about an update that was revoked then, or never (null). */
  byHand(update: number, revokedSeconds: number | null): ByHand;
}

/** In seconds since the update's release, one a relay; NaN where it embeds a runtime, or nothing happens. */
export interface ByHand {
  readonly activated: Float64Array;
  readonly removed: Float64Array;
}

/** Draws all that the arm's operators will do; null for an arm without operators. */
export function drawPolicies(
  { seed, updates, adversary, durationSeconds }: Scenario,
  { operators, untilDays }: LiveArm,
  population: Population,
): LivePolicies | null {
  if (operators === null || untilDays === null) return null;
  const acts = new OperatorActs(population, operators, seed);
  const classOf = acts.classOfRelays();
  const embeds = shared(acts.embedsOfRelays());
  const firstSeconds = Math.min(...updates.map(({ atSeconds }) => atSeconds));
  const untilSeconds = Math.max(durationSeconds, firstSeconds + untilDays * DAY_SECONDS);
  const announced = updates.map(({ atSeconds }, number): Announcement => ({ number, atSeconds }));
  // Operators take a hostile module for a release like others, once it is there.
  const hostile = (adversary?.attacks ?? []).map(
    ({ fromSeconds }, attack): Announcement => ({ number: updates.length + attack, atSeconds: fromSeconds }),
  );
  const ofRelays: RelayPolicies = {
    embeds,
    mayRunFromUs: [...announced, ...hostile].map((update) => {
      const column = float64Column(population.relays);
      column.set(acts.mayRunSeconds(update).map((seconds) => Math.ceil(seconds * 1e6)));
      return column;
    }),
    thirdParties: shared(classOf.map((one) => thirdPartiesCode(operators.classes[one]!.thirdParties))),
    untilUs: Math.ceil(untilSeconds * 1e6),
  };
  const runsSeconds = (update: Announcement): Float64Array =>
    acts.installSeconds(update).map((seconds, relay) => {
      const runs = seconds + DEFAULT_DRAIN_SECONDS + DEFAULT_RESTART_SECONDS;
      return embeds[relay] === 1 || runs > untilSeconds ? Number.NaN : runs;
    });
  return {
    ofRelays,
    horizonSeconds: untilSeconds - firstSeconds,
    outcome: { classes: operators.classes, classOf, embeds },
    byHand: (update, revokedSeconds) => {
      const { number, atSeconds } = announced[update]!;
      const revokedAt = atSeconds + (revokedSeconds ?? Number.POSITIVE_INFINITY);
      // Nobody installs what has been taken back; who had, hears of that as of any release.
      const activated = runsSeconds(announced[update]!).map((seconds) =>
        seconds < revokedAt ? seconds - atSeconds : Number.NaN,
      );
      const removed = new Float64Array(population.relays).fill(Number.NaN);
      if (revokedSeconds === null) return { activated, removed };
      const revocation = { number: announced.length + hostile.length + number, atSeconds: revokedAt };
      runsSeconds(revocation).forEach((seconds, relay) => {
        if (!Number.isNaN(activated[relay]!)) removed[relay] = seconds - atSeconds;
      });
      return { activated, removed };
    },
  };
}

function thirdPartiesCode(takes: boolean | null): number {
  if (takes === null) return THIRD_PARTIES.asDrawn;
  return takes ? THIRD_PARTIES.all : THIRD_PARTIES.none;
}

/** The same in memory that threads share. */
function shared(column: Uint8Array): Uint8Array {
  const copy = uint8Column(column.length);
  copy.set(column);
  return copy;
}
