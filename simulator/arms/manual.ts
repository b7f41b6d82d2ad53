/**
 * The manual arm: each operator installs a release after a lag of days, on all relays at once (or nearly, where the
 * scenario has operators by classes: see population/keepers.ts).
 *
 * Nothing is simulated in between, so a relay has one stage, `activated`; that it was heard of by mail or from
 * a package manager leaves no time to measure. Two arms with different laws draw the same numbers, so that
 * the operator who is slow in one is slow in the other. With clients in the scenario, the cells of its duration
 * are simulated while relays restart.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lagQuantileDays, lastObservedDay } from '../baseline/lag-law.ts';
import { randomStream } from '../engine/random.ts';
import type { ArmOutcome, OperatorsOutcome, UpdateOutcome } from '../measure/outcome.ts';
import type { Population } from '../population/population.ts';
import type { LagLaw, ManualArm, Scenario } from '../scenario/scenario.ts';
import { lagOfClass, OperatorActs } from './operator-acts.ts';
import { rejectOutdated } from './rejection.ts';

const DAY_SECONDS = 86_400;

/** The binary of an update, as the report names it. */
export interface ReleasedModule {
  readonly module: string;
  readonly moduleBytes: number;
  readonly moduleSha256: string;
}

/**
 * Draws when each relay runs each update of the scenario, `modules` being those updates in their order.
 *
 * An operator acts after the lag; the relay drains, restarts, and runs the update from then on. The curve ends at
 * `untilDays` after the first release, or where the law's observation ended; later relays count as not
 * reached. Every operator draws anew for every update.
 */
export function runManualArm(
  scenario: Scenario,
  arm: ManualArm,
  population: Population,
  modules: readonly ReleasedModule[],
): ArmOutcome {
  assert.equal(modules.length, scenario.updates.length, `seed ${scenario.seed}: one module per update`);
  const knownDays = arm.lag.law === 'operators' ? arm.lag.operators.knownDays : lastObservedDay(arm.lag);
  const horizonSeconds = Math.min(arm.untilDays, knownDays ?? Number.POSITIVE_INFINITY) * DAY_SECONDS;
  const lags = installLags(scenario, arm, population);
  const firstReleaseSeconds = Math.min(...scenario.updates.map((update) => update.atSeconds));
  const hash = createHash('sha256');
  // Nobody writes to columns of an outcome, so those that are alike lie in the same memory.
  const never = notReached(population.relays);
  const updates = scenario.updates.map((update, index): UpdateOutcome => {
    const knownSeconds = horizonSeconds - (update.atSeconds - firstReleaseSeconds);
    const activated = notReached(population.relays);
    lags.secondsOf[index]!.forEach((lagSeconds, relay) => {
      const seconds = lagSeconds + arm.drainSeconds + arm.restartSeconds;
      if (seconds <= knownSeconds) activated[relay] = seconds;
    });
    const rejected =
      arm.reject === undefined ? undefined : rejectOutdated(arm.reject, activated, knownSeconds);
    hash.update(new Uint8Array(activated.buffer));
    if (rejected !== undefined) hash.update(new Uint8Array(rejected.buffer));
    const { module, moduleBytes, moduleSha256 } = modules[index]!;
    const stages = {
      heard: never.subarray(),
      verified: never.subarray(),
      staged: never.subarray(),
      activated,
    };
    const removed = never.subarray();
    const made = { module, moduleBytes, moduleSha256, stages, removed, haltedSeconds: null };
    return rejected === undefined ? made : { ...made, rejected };
  });
  return {
    arm,
    engine: 'lag',
    horizonSeconds,
    updates,
    cost: null,
    trust: null,
    traffic: null,
    rolledBack: 0,
    circuitsBroken: null,
    operators: lags.operators,
    traceHash: hash.digest('hex').slice(0, 16),
    violations: [],
  };
}

/** When relays are upgraded by hand, and by whom. */
export interface InstallLags {
  /** For each update, the seconds from its release until the operator of each relay acts; Infinity for never. */
  readonly secondsOf: readonly Float64Array[];
  /** Null where all operators follow one law. */
  readonly operators: OperatorsOutcome | null;
}

/** Draws after what time the operator of each relay acts on each update of the scenario. */
export function installLags(
  { seed, updates }: Scenario,
  { lag }: ManualArm,
  population: Population,
): InstallLags {
  const { operator, operators } = population;
  if (lag.law !== 'operators') {
    const secondsOf = updates.map((_update, index) => {
      const ofOperators = draws(seed, `operator lag of update ${index}`, operators, lag);
      return new Float64Array(operator).map((one) => ofOperators[one]!);
    });
    return { secondsOf, operators: null };
  }
  const acts = new OperatorActs(population, lag.operators, seed);
  const secondsOf = updates.map(({ atSeconds }, number) =>
    acts.installSeconds({ number, atSeconds }).map((seconds) => seconds - atSeconds),
  );
  return {
    secondsOf,
    operators: { classes: lag.operators.classes, classOf: acts.classOfRelays(), embeds: null },
  };
}

/** The same for the users of clients, who are slow or quick like operators; they have no packages or hours. */
export function clientLags(seed: number, { lag }: ManualArm, clients: number, update: number): Float64Array {
  const purpose = `client lag of update ${update}`;
  if (lag.law !== 'operators') return draws(seed, purpose, clients, lag);
  const { classes } = lag.operators;
  return Float64Array.from({ length: clients }, (_unused, client) => {
    const stream = randomStream(seed, purpose, client);
    const u = stream.uniform();
    let upTo = stream.uniform();
    return lagOfClass(classes.find(({ share }) => (upTo -= share) < 0) ?? classes.at(-1)!, u);
  });
}

function draws(seed: number, purpose: string, count: number, lag: LagLaw): Float64Array {
  return Float64Array.from(
    { length: count },
    (_unused, index) => lagQuantileDays(lag, randomStream(seed, purpose, index).uniform()) * DAY_SECONDS,
  );
}

function notReached(relays: number): Float64Array {
  return new Float64Array(relays).fill(Number.NaN);
}
