/**
 * The manual arm: each operator installs a release after a lag of days, on all relays at once.
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
import type { ArmOutcome, UpdateOutcome } from '../measure/outcome.ts';
import type { Population } from '../population/population.ts';
import type { ManualArm, Scenario } from '../scenario/scenario.ts';
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
  const horizonSeconds = Math.min(arm.untilDays, lastObservedDay(arm.lag)) * DAY_SECONDS;
  const firstReleaseSeconds = Math.min(...scenario.updates.map((update) => update.atSeconds));
  const hash = createHash('sha256');
  const updates = scenario.updates.map((update, index): UpdateOutcome => {
    const knownSeconds = horizonSeconds - (update.atSeconds - firstReleaseSeconds);
    const lagSeconds = operatorLags(scenario.seed, arm, population.operators, index);
    const activated = notReached(population.relays);
    population.operator.forEach((operator, relay) => {
      const seconds = lagSeconds[operator]! + arm.drainSeconds + arm.restartSeconds;
      if (seconds <= knownSeconds) activated[relay] = seconds;
    });
    const rejected =
      arm.reject === undefined ? undefined : rejectOutdated(arm.reject, activated, knownSeconds);
    hash.update(new Uint8Array(activated.buffer));
    if (rejected !== undefined) hash.update(new Uint8Array(rejected.buffer));
    const { module, moduleBytes, moduleSha256 } = modules[index]!;
    const stages = {
      heard: notReached(population.relays),
      verified: notReached(population.relays),
      staged: notReached(population.relays),
      activated,
    };
    const removed = notReached(population.relays);
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
    traceHash: hash.digest('hex').slice(0, 16),
    violations: [],
  };
}

/** After what time each operator acts on an update, in seconds since its release; Infinity for never. */
export function operatorLags(seed: number, arm: ManualArm, operators: number, update: number): Float64Array {
  return lags(seed, arm, operators, `operator lag of update ${update}`);
}

/** The same for the users of clients, who are slow or quick like operators. */
export function clientLags(seed: number, arm: ManualArm, clients: number, update: number): Float64Array {
  return lags(seed, arm, clients, `client lag of update ${update}`);
}

function lags(seed: number, arm: ManualArm, count: number, purpose: string): Float64Array {
  return Float64Array.from(
    { length: count },
    (_unused, index) => lagQuantileDays(arm.lag, randomStream(seed, purpose, index).uniform()) * DAY_SECONDS,
  );
}

function notReached(relays: number): Float64Array {
  return new Float64Array(relays).fill(Number.NaN);
}
