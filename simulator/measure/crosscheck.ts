/**
 * What two engines make of the same networks, set side by side: times, costs, and how far apart their curves are.
 *
 * Both run the same relays, links and seed, so that what differs is the engines' doing. Differences are relative to the
 * first engine, which is the one that is checked against.
 */

import { type AdoptionCurve, adoptionCurve } from './curve.ts';
import type { ArmOutcome, RunOutcome } from './outcome.ts';
import { timeToFraction } from './quantiles.ts';
import { roundFraction, roundTime } from './rounding.ts';

/** Bounds of the relative difference: part of the project's claim that its engines agree. Null: told, but not judged. */
export const CROSSCHECK_BOUNDS = {
  t50Seconds: 0.03,
  t90Seconds: 0.03,
  t99Seconds: 0.05,
  duplicates: 0.05,
  deliveries: 0,
  bytes: null,
} as const satisfies Readonly<Record<string, number | null>>;
export type CrosscheckName = keyof typeof CROSSCHECK_BOUNDS;
export type CrosscheckBounds = Readonly<Record<CrosscheckName, number | null>>;

/**
 * The same between stacks of the engine gossipsub. Their streams open in another order, so that each draws another mesh:
 * what that alone does to one seed is measured in docs/validity.md.
 */
export const STACK_BOUNDS: CrosscheckBounds = {
  t50Seconds: 0.05,
  t90Seconds: 0.05,
  t99Seconds: 0.1,
  duplicates: 0.05,
  deliveries: 0,
  bytes: null,
};

export interface CrosscheckFigure {
  readonly figure: CrosscheckName;
  /** Of the first engine and of the second; null for a share that was never reached. */
  readonly values: readonly [number | null, number | null];
  /** The second's less the first's, over the first's; null where one of them never got there and the other did. */
  readonly difference: number | null;
  readonly bound: number | null;
  readonly isWithin: boolean;
}

/** One live arm of one seed, on both engines. Figures are of its first update. */
export interface CrosscheckedArm {
  readonly arm: string;
  readonly seed: number;
  readonly figures: readonly CrosscheckFigure[];
  /** The largest vertical distance between the two curves of relays that run the update, 0 to 1. */
  readonly curveDistance: number;
  /** The same of relays that have heard of it. */
  readonly heardDistance: number;
}

export interface Crosscheck {
  readonly scenario: string;
  readonly engines: readonly [string, string];
  readonly relays: number;
  readonly seeds: readonly number[];
  readonly isWithin: boolean;
  readonly arms: readonly CrosscheckedArm[];
}

/** Compares runs of one scenario and one seed on two engines, arm by arm. Throws RangeError for runs that differ. */
export function crosscheckRun(
  first: RunOutcome,
  second: RunOutcome,
  bounds: CrosscheckBounds = CROSSCHECK_BOUNDS,
): CrosscheckedArm[] {
  const { seed, name } = first.scenario;
  if (name !== second.scenario.name || seed !== second.scenario.seed)
    throw new RangeError('a crosscheck is of one scenario and one seed');
  return first.arms.map((one, index): CrosscheckedArm => {
    const other = second.arms[index];
    if (other === undefined || other.arm.name !== one.arm.name)
      throw new RangeError(`no arm ${one.arm.name} on both engines`);
    const weight = first.population.consensusWeight;
    const heard = [one, other].map((arm) => firstUpdateCurve(arm, 'heard', weight)) as Pair<AdoptionCurve>;
    const active = [one, other].map((arm) =>
      firstUpdateCurve(arm, 'activated', weight),
    ) as Pair<AdoptionCurve>;
    const values: Record<CrosscheckName, Pair<number | null>> = {
      t50Seconds: active.map((curve) => timeOf(curve, 0.5)) as Pair<number | null>,
      t90Seconds: active.map((curve) => timeOf(curve, 0.9)) as Pair<number | null>,
      t99Seconds: active.map((curve) => timeOf(curve, 0.99)) as Pair<number | null>,
      duplicates: [one.cost?.duplicates ?? null, other.cost?.duplicates ?? null],
      deliveries: [one.cost?.deliveries ?? null, other.cost?.deliveries ?? null],
      bytes: [one.cost?.bytes ?? null, other.cost?.bytes ?? null],
    };
    return {
      arm: one.arm.name,
      seed,
      figures: (Object.keys(values) as CrosscheckName[]).map((figure) =>
        compared(figure, values[figure], bounds[figure]),
      ),
      curveDistance: roundFraction(curveDistance(...active)),
      heardDistance: roundFraction(curveDistance(...heard)),
    };
  });
}

/** Whether every judged figure of every arm is within its bound. */
export function isWithinBounds(arms: readonly CrosscheckedArm[]): boolean {
  return arms.every(({ figures }) => figures.every(({ isWithin }) => isWithin));
}

/** The largest vertical distance between two step curves of shares of relays. */
export function curveDistance(one: AdoptionCurve, other: AdoptionCurve): number {
  let largest = 0;
  let [i, j] = [0, 0];
  let [mine, theirs] = [0, 0];
  while (i < one.seconds.length || j < other.seconds.length) {
    const at = Math.min(
      one.seconds[i] ?? Number.POSITIVE_INFINITY,
      other.seconds[j] ?? Number.POSITIVE_INFINITY,
    );
    if (one.seconds[i] === at) mine = one.fractionOfRelays[i++] as number;
    if (other.seconds[j] === at) theirs = other.fractionOfRelays[j++] as number;
    largest = Math.max(largest, Math.abs(mine - theirs));
  }
  return largest;
}

type Pair<Value> = [Value, Value];

/** How many relays an arm's first update has brought to a stage. */
export function firstUpdateCurve(
  arm: ArmOutcome,
  stage: 'heard' | 'activated',
  weight: Float64Array,
): AdoptionCurve {
  const update = arm.updates[0]!;
  return adoptionCurve(update.stages[stage], weight, update.cohort ?? null);
}

function timeOf(curve: AdoptionCurve, fraction: number): number | null {
  const seconds = timeToFraction(curve, 'fractionOfRelays', fraction);
  return seconds === null ? null : roundTime(seconds);
}

function compared(
  figure: CrosscheckName,
  values: Pair<number | null>,
  bound: number | null,
): CrosscheckFigure {
  const difference = relativeDifference(values);
  const isWithin = bound === null || (difference !== null && Math.abs(difference) <= bound);
  return { figure, values, difference, bound, isWithin };
}

/** Null where one of the two is nothing and the other is something. */
function relativeDifference([first, second]: Pair<number | null>): number | null {
  if (first === second) return 0;
  if (first === null || second === null || first === 0) return null;
  return roundFraction((second - first) / first);
}
