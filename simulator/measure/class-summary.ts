/** The curve of an update by the classes of operators that relays belong to. */

import { type AdoptionCurve, adoptionCurve, reachedFraction } from './curve.ts';
import type { OperatorsOutcome } from './outcome.ts';
import { type StageSummary, stageSummary } from './reach-summary.ts';
import { roundFraction } from './rounding.ts';

/** Times and shares of a group are of its own relays. */
export interface GroupSummary extends StageSummary {
  readonly relays: number;
  readonly reachedFraction: number;
}

export interface ClassesSummary {
  /** By the name of the class; a relay without a runtime counts in its class as well. */
  readonly byClass: Readonly<Record<string, GroupSummary>>;
  /** Relays of a live arm that have no runtime for updates; null where all have one, and in a manual arm. */
  readonly withoutRuntime: GroupSummary | null;
}

/** A group of relays, and its own curve by relay count. */
export interface GroupCurve {
  readonly name: string;
  readonly relays: number;
  readonly curve: AdoptionCurve;
}

export function groupCurve(
  name: string,
  activated: Float64Array,
  isIn: (relay: number) => boolean,
): GroupCurve {
  const own = activated.filter((_seconds, relay) => isIn(relay));
  return { name, relays: own.length, curve: adoptionCurve(own, new Float64Array(own.length).fill(1)) };
}

/** One curve a class, in the order of the plan; classes that have no relay are left out. */
export function classCurves({ classes, classOf }: OperatorsOutcome, activated: Float64Array): GroupCurve[] {
  return classes
    .map(({ name }, index) => groupCurve(name, activated, (relay) => classOf[relay] === index))
    .filter(({ relays }) => relays > 0);
}

function groupSummary({ relays, curve }: GroupCurve): GroupSummary {
  return {
    relays,
    reachedFraction: roundFraction(reachedFraction(curve, 'fractionOfRelays')),
    ...stageSummary(curve),
  };
}

/** Sums up an update by class. */
export function classesSummary(operators: OperatorsOutcome, activated: Float64Array): ClassesSummary {
  const groups = classCurves(operators, activated).map((group) => [group.name, groupSummary(group)] as const);
  const { embeds } = operators;
  const without = groupCurve('', activated, (relay) => embeds?.[relay] === 0);
  return {
    byClass: Object.fromEntries(groups),
    withoutRuntime: without.relays === 0 ? null : groupSummary(without),
  };
}
