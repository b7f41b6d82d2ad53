/**
 * A made run: an outcome of any size with the shape of a real one, for tests and for drawing charts.
 *
 * Nothing in it was simulated. It is drawn from laws that resemble a run (activations within seconds, lags
 * of months), so no figure of it may be quoted.
 */

import exp from '@stdlib/math-base-special-exp';
import { type RandomStream, randomStream } from '../engine/random.ts';
import type { ArmOutcome, RunOutcome, StageTimes, UpdateOutcome } from '../measure/outcome.ts';
import type { Population, Topology } from '../population/population.ts';
import { engineLabel } from '../scenario/engines.ts';
import type { Arm, Scenario } from '../scenario/scenario.ts';
import { madeLoad } from './made-load.ts';
import { testLiveArm, testScenario, testUpdate, torNetwork } from './test-scenario.ts';

export interface MadeRunOptions {
  readonly relays?: number;
  readonly seed?: number;
  readonly arms?: readonly Arm[];
  /** Names of the updates, released 30 s apart. */
  readonly modules?: readonly string[];
}

const RUN_SECONDS = 540;
const MANUAL_DAYS = 510;
const DAY_SECONDS = 86_400;

export const MADE_LIVE_ARM: Arm = testLiveArm('live');
export const MADE_MANUAL_ARM: Arm = {
  kind: 'manual',
  name: 'manual',
  lag: { law: 'historical', name: 'tor-2016-17' },
  untilDays: MANUAL_DAYS,
  drainSeconds: 30,
  restartSeconds: 60,
};

function madeScenario(options: Required<MadeRunOptions>): Scenario {
  return testScenario({
    name: 'made',
    question: `How long until ${options.relays} relays run a fix, gossiped and by hand?`,
    seed: options.seed,
    threads: 0,
    network: torNetwork(options.relays),
    durationSeconds: RUN_SECONDS + 60,
    updates: options.modules.map((module, index) => testUpdate({ module, atSeconds: 60 + 30 * index })),
    arms: options.arms,
    historical: ['tor-2016-17', 'tor-2025-26'],
  });
}

function madePopulation(relays: number, seed: number): Population {
  const random = randomStream(seed, 'made population');
  const columns = {
    country: new Uint16Array(relays),
    network: new Uint32Array(relays),
    subnet: new Uint32Array(relays),
    operator: new Uint32Array(relays),
    advertisedBytesPerSecond: new Float64Array(relays),
    consensusWeight: new Float64Array(relays),
    uptimeClass: new Uint8Array(relays),
    uplinkBitsPerSecond: new Float64Array(relays),
  };
  const operators = Math.max(1, Math.floor(relays / 3));
  let totalBytesPerSecond = 0;
  for (let relay = 0; relay < relays; relay++) {
    columns.country[relay] = random.integer(3);
    columns.network[relay] = 4_200_000_000 + random.integer(40);
    columns.subnet[relay] = relay;
    columns.operator[relay] = random.integer(operators);
    const bytesPerSecond = 4e6 * exp(1.3 * random.normal());
    columns.advertisedBytesPerSecond[relay] = bytesPerSecond;
    columns.uplinkBitsPerSecond[relay] = bytesPerSecond * 8;
    totalBytesPerSecond += bytesPerSecond;
  }
  for (let relay = 0; relay < relays; relay++) {
    columns.consensusWeight[relay] =
      (columns.advertisedBytesPerSecond[relay] as number) / totalBytesPerSecond;
  }
  return { relays, countries: ['de', 'us', 'nl'], operators, ...columns };
}

function madeTopology(relays: number, seed: number): Topology {
  const random = randomStream(seed, 'made topology');
  const links = relays * 7;
  const dialer = new Uint32Array(links);
  const listener = new Uint32Array(links);
  const latencyUs = new Uint32Array(links);
  for (let link = 0; link < links; link++) {
    dialer[link] = link % relays;
    listener[link] = random.integer(relays);
    const crossing = random.uniform() < 0.35 ? 55_000 : 14_000;
    latencyUs[link] = Math.max(1, Math.round(crossing * exp(0.45 * random.normal())));
  }
  return { links, dialer, listener, latencyUs };
}

function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

function emptyTimes(relays: number): StageTimes {
  const never = () => new Float64Array(relays).fill(Number.NaN);
  return { heard: never(), verified: never(), staged: never(), activated: never() };
}

function gossipedTimes(population: Population, random: RandomStream): StageTimes {
  const times = emptyTimes(population.relays);
  for (let relay = 0; relay < population.relays; relay++) {
    const isFast = (population.advertisedBytesPerSecond[relay] as number) > 8e6;
    const heard = 0.62 * exp(0.28 * random.normal()) * (isFast ? 0.86 : 1.05);
    const verified = heard + 0.0004;
    const staged = verified + 0.0017;
    const idleSeconds = 200 / (population.advertisedBytesPerSecond[relay] as number);
    times.heard[relay] = microseconds(heard);
    times.verified[relay] = microseconds(verified);
    times.staged[relay] = microseconds(staged);
    times.activated[relay] = microseconds(staged + random.exponential(idleSeconds + 0.03));
  }
  return times;
}

function installedTimes(population: Population, random: RandomStream): StageTimes {
  const lagSeconds = new Float64Array(population.operators).fill(Number.NaN);
  for (let operator = 0; operator < population.operators; operator++) {
    const days = exp(3.949 + 2.15 * random.normal());
    if (random.uniform() < 0.751 && days <= MANUAL_DAYS) lagSeconds[operator] = days * DAY_SECONDS;
  }
  const times = emptyTimes(population.relays);
  for (let relay = 0; relay < population.relays; relay++) {
    times.activated[relay] = microseconds(lagSeconds[population.operator[relay] as number] as number);
  }
  return times;
}

function madeArm(arm: Arm, scenario: Scenario, population: Population): ArmOutcome {
  const isManual = arm.kind === 'manual';
  const updates = scenario.updates.map(({ module }, index): UpdateOutcome => {
    const random = randomStream(scenario.seed, `made ${arm.name} times`, index);
    const stages = isManual ? installedTimes(population, random) : gossipedTimes(population, random);
    const removed = new Float64Array(population.relays).fill(Number.NaN);
    return {
      module,
      moduleBytes: 20_480,
      moduleSha256: 'ab'.repeat(32),
      stages,
      removed,
      haltedSeconds: null,
    };
  });
  return {
    arm,
    engine: isManual ? 'lag' : engineLabel(scenario),
    horizonSeconds: isManual ? MANUAL_DAYS * DAY_SECONDS : RUN_SECONDS,
    updates,
    cost: isManual
      ? null
      : {
          deliveries: population.relays,
          duplicates: population.relays * 4,
          bytes: population.relays * 120_000,
          frames: population.relays * 900,
          penalties: 0,
          load: madeLoad(population.relays, 120_000, 4),
        },
    trust: null,
    traffic: null,
    rolledBack: 0,
    circuitsBroken: null,
    operators: null,
    traceHash: (isManual ? 'cd' : 'ef').repeat(32),
    violations: [],
  };
}

/** Makes an outcome; the same options give the same outcome. 7,500 relays unless told otherwise. */
export function madeRun(options: MadeRunOptions = {}): RunOutcome {
  const full = {
    relays: options.relays ?? 7500,
    seed: options.seed ?? 1,
    arms: options.arms ?? [MADE_LIVE_ARM, MADE_MANUAL_ARM],
    modules: options.modules ?? ['strict-cells'],
  };
  const scenario = madeScenario(full);
  const population = madePopulation(full.relays, full.seed);
  return {
    scenario,
    population,
    churn: null,
    topology: madeTopology(full.relays, full.seed),
    arms: full.arms.map((arm) => madeArm(arm, scenario, population)),
  };
}
