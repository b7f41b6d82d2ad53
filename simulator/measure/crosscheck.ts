/**
 * What two engines make of the same networks, set side by side: times, costs, and how far apart their curves are.
 *
 * Both run the same relays, links and seed, so that what differs is the engines' doing. Differences are relative to the
 * first engine, which is the one that is checked against.
 */

import { medianOf } from './bootstrap.ts';
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
type CrosscheckBounds = Readonly<Record<CrosscheckName, number | null>>;

/**
 * The same between stacks of the engine gossipsub: yamux's and identify's own frames on the uplinks turn the order of
 * what comes within a millisecond, so that a few relays graft others.
 */
const STACK_BOUNDS: CrosscheckBounds = {
  t50Seconds: 0.02,
  t90Seconds: 0.02,
  t99Seconds: 0.05,
  duplicates: 0.02,
  deliveries: 0,
  bytes: null,
};

/** Against real relays, whose chance is another one in each run, and on top of what their runs differ by themselves. */
const REAL_TIME_BOUNDS: CrosscheckBounds = {
  t50Seconds: 0.1,
  t90Seconds: 0.1,
  t99Seconds: null,
  duplicates: 0.1,
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
  /**
   * How far the second engine's runs of the seed are from their median, at most, over the median; of an engine in real
   * time only. The difference may be the bound and this together, but where this alone is more than the bound, nothing
   * can be said, and the figure does not pass.
   */
  readonly noise?: number | null;
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
  /** How often each seed ran on the second engine, where that is one in real time. */
  readonly repeats?: number;
  readonly isWithin: boolean;
  readonly arms: readonly CrosscheckedArm[];
}

/**
 * Compares runs of one scenario and one seed on two engines, arm by arm. Throws RangeError for runs that differ.
 *
 * An engine in real time is the second, and has run several times: what counts is the median of its figures.
 */
export function crosscheckRun(first: RunOutcome, ...seconds: readonly RunOutcome[]): CrosscheckedArm[] {
  const { seed, name } = first.scenario;
  if (seconds.some(({ scenario }) => name !== scenario.name || seed !== scenario.seed))
    throw new RangeError('a crosscheck is of one scenario and one seed');
  const weight = first.population.consensusWeight;
  const bounds = seconds[0]?.scenario.stack === first.scenario.stack ? CROSSCHECK_BOUNDS : STACK_BOUNDS;
  return first.arms.map((one, index): CrosscheckedArm => {
    const others = seconds.map(({ arms }) => arms[index]);
    if (others.length === 0 || others.some((other) => other?.arm.name !== one.arm.name))
      throw new RangeError(`no arm ${one.arm.name} on both engines`);
    const mine = figuresOf(one, weight);
    const theirs = others.map((other) => figuresOf(other!, weight));
    const isRealTime = others[0]!.engine === 'wire';
    const distance = (stage: 'heard' | 'activated'): number => {
      const curve = firstUpdateCurve(one, stage, weight);
      const apart = others.map((other) => curveDistance(curve, firstUpdateCurve(other!, stage, weight)));
      return roundFraction(medianOf(apart)!);
    };
    return {
      arm: one.arm.name,
      seed,
      figures: (Object.keys(mine) as CrosscheckName[]).map((figure) => {
        const values = theirs.map((own) => own[figure]);
        return isRealTime
          ? comparedInRealTime(figure, mine[figure], values)
          : compared(figure, [mine[figure], values[0]!], bounds[figure]);
      }),
      curveDistance: distance('activated'),
      heardDistance: distance('heard'),
    };
  });
}

function figuresOf(arm: ArmOutcome, weight: Float64Array): Record<CrosscheckName, number | null> {
  const active = firstUpdateCurve(arm, 'activated', weight);
  return {
    t50Seconds: timeOf(active, 0.5),
    t90Seconds: timeOf(active, 0.9),
    t99Seconds: timeOf(active, 0.99),
    duplicates: arm.cost?.duplicates ?? null,
    deliveries: arm.cost?.deliveries ?? null,
    bytes: arm.cost?.bytes ?? null,
  };
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

function comparedInRealTime(
  figure: CrosscheckName,
  value: number | null,
  others: readonly (number | null)[],
): CrosscheckFigure {
  const bound = REAL_TIME_BOUNDS[figure];
  const median = medianOf(others);
  const difference = relativeDifference([value, median]);
  const apart = others.map((other) => relativeDifference([median, other]));
  const noise = apart.includes(null) ? null : Math.max(...apart.map((one) => Math.abs(one!)));
  const isTold = bound === null;
  const isSteady = noise !== null && (bound === 0 || noise <= bound!);
  const isWithin =
    isTold || (isSteady && difference !== null && Math.abs(difference) <= bound + (bound === 0 ? 0 : noise));
  return { figure, values: [value, median], difference, bound, noise, isWithin };
}

/** Null where one of the two is nothing and the other is something. */
function relativeDifference([first, second]: Pair<number | null>): number | null {
  if (first === second) return 0;
  if (first === null || second === null || first === 0) return null;
  return roundFraction((second - first) / first);
}
