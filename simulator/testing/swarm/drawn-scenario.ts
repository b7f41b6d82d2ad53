/**
 * Draws a scenario that runs, from a number: any part of the language beside any other that it may stand beside.
 *
 * What is drawn goes through the language's own checks. A draw that they refuse is counted, and drawn again from the next
 * stream of the same number, so that every number has its scenario. The tree is what is written and shrunk.
 */

import { stringify } from 'yaml';
import { randomStream } from '../../engine/random.ts';
import { knownModules } from '../../scenario/known-modules.ts';
import { type LoadedScenario, scenarioFromText } from '../../scenario/load.ts';
import { ScenarioError } from '../../scenario/problem.ts';
import { Dice, type Tree } from './dice.ts';
import { drawnAttacks, drawnSybils } from './drawn-attacks.ts';
import { drawnFaults } from './drawn-faults.ts';
import { drawnChurn, drawnClients, drawnOperators, drawnPresence } from './drawn-surroundings.ts';
import { drawnPlainUpdates, drawnUpdates } from './drawn-updates.ts';
import { settledBySeconds } from './settling.ts';

const DRAWS_MAX = 100;
const MODULES = knownModules();
/** Long enough for whatever is drawn; the time it needs is then worked out. */
const ANY_DURATION = '1h';
const SHORT_SECONDS = [45, 90] as const;

export interface DrawnScenario {
  readonly tree: Tree;
  readonly text: string;
  readonly loaded: LoadedScenario;
  /** Draws that the language's checks refused, by the first thing that they said. */
  readonly refused: readonly string[];
}

export interface DrawOptions {
  /** How many relays; drawn when left out. */
  readonly relays?: number | undefined;
}

/** The scenario of a number. */
export function drawScenario(seed: number, options: DrawOptions = {}): DrawnScenario {
  const refused: string[] = [];
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const dice = new Dice(randomStream(seed, 'swarm', draw));
    const { tree, isShort } = drawnTree(dice, seed, options);
    try {
      const { scenario } = loadTree({ ...tree, duration: ANY_DURATION });
      const settledSeconds = Math.ceil(Math.max(...settledBySeconds(scenario)));
      tree.duration = isShort ? dice.seconds(...SHORT_SECONDS) : `${settledSeconds}s`;
      return { tree, text: textOf(tree), loaded: loadTree(tree), refused };
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      const { path, message } = error.problems[0]!;
      refused.push(`${path.replace(/\d+/g, 'n')}: ${message.replace(/[\d.]+/g, 'n')}`);
    }
  }
  throw new Error(`seed ${seed}: no scenario in ${DRAWS_MAX} draws; refused: ${refused.join('; ')}`);
}

/** A tree as the file that says it. */
export function textOf(tree: Tree): string {
  return stringify(tree, { lineWidth: 100 });
}

/** Reads a tree; throws a ScenarioError where the language refuses it. */
export function loadTree(tree: Tree): LoadedScenario {
  return scenarioFromText('swarm.yaml', textOf(tree), {}, { modules: MODULES });
}

const COMPANIES = ['faults', 'churn', 'sybils', 'operators', 'clients'] as const;

/** What does not stand beside each other is drawn one or the other way: churn, sybils, operators, clients, faults. */
function drawnTree(
  dice: Dice,
  seed: number,
  { relays: size }: DrawOptions,
): { tree: Tree; isShort: boolean } {
  const relays = size ?? Math.min(dice.whole(10, 40), dice.whole(10, 40));
  const company = dice.pick([
    ...COMPANIES,
    'faults',
    'faults',
    'faults',
    'sybils',
    'plain',
    'plain',
  ] as const);
  const span = [10, dice.whole(12, 50)] as const;
  const isCalm = company === 'plain' && dice.chance(0.6);
  const { updates, trust, targetsKeys } = isCalm ? drawnPlainUpdates(dice) : drawnUpdates(dice, relays, span);
  const arms = drawnArms(dice, company);
  const channels = Object.values(arms).flatMap(({ channel }) => [channel].flat()) as string[];
  const tree: Tree = {
    name: `swarm-${seed}`,
    seed,
    network: drawnNetwork(dice, relays),
    duration: ANY_DURATION,
    updates,
    trust,
    arms,
    report: { charts: [], png: false },
  };
  const gossipsub = drawnGossipsub(dice);
  if (Object.keys(gossipsub).length > 0) tree.gossipsub = gossipsub;
  const surroundings = {
    relays,
    hasDirectory: channels.includes('directory'),
    hasClients: company === 'clients',
    span,
  };
  if (company === 'faults' || (company === 'clients' && dice.chance(0.4))) {
    tree.faults = drawnFaults(dice, surroundings);
  }
  if (company === 'churn') tree.churn = drawnChurn(dice);
  else if (company !== 'plain' && dice.chance(0.3)) tree.presence = drawnPresence(dice);
  if (company === 'operators') tree.operators = drawnOperators(dice, !channels.includes('circuit'));
  if (company === 'clients') tree.traffic = drawnClients(dice);
  else if (dice.chance(0.15)) tree.traffic = { utilization: dice.number(0.1, 0.9) };
  const attacks = company !== 'plain' && dice.chance(0.35) ? drawnAttacks(dice, channels, targetsKeys) : null;
  const sybils = company === 'sybils' && channels.includes('gossip') ? drawnSybils(dice, relays) : null;
  if (attacks !== null || sybils !== null) {
    tree.adversary = { ...(attacks ?? {}), ...(sybils !== null && { sybils }) };
    for (const arm of Object.values(arms))
      if (arm.channel !== 'manual' && dice.chance(0.1)) arm.adversary = 'none';
  }
  // Routers with sybils or scores to mind never sleep, and few relays that come and go stay as long as it takes.
  const isCostly = company === 'sybils' || company === 'churn' || gossipsub.scoring === 'full';
  return { tree, isShort: dice.chance(isCostly ? 0.6 : 0.15) };
}

function drawnNetwork(dice: Dice, relays: number): Tree {
  const isSmall = relays <= 100;
  const network: Tree = { relays };
  network.startWithin = '5s'; // so that most of the run has faults, comings and goings
  network.degree = isSmall ? dice.whole(4, Math.min(14, relays - 1)) : dice.whole(8, 20);
  if (dice.chance(0.4)) network.population = 'uniform';
  if (dice.chance(0.2)) network.dialing = 'consensus-weight';
  if (dice.chance(0.3)) {
    network.latency = dice.chance(0.5)
      ? { constant: `${dice.whole(1, 300)}ms` }
      : { uniform: [`${dice.whole(1, 50)}ms`, `${dice.whole(60, 800)}ms`] };
  }
  if (dice.chance(0.2)) network.uplink = dice.pick(['1 Mbit/s', '20 Mbit/s', '1 Gbit/s']);
  return network;
}

function drawnGossipsub(dice: Dice): Tree {
  const plan: Tree = {};
  if (dice.chance(0.2))
    Object.assign(plan, dice.pick([{ D: 8, Dlo: 6 }, { D: 4, Dlo: 3, Dhi: 6 }, { Dhi: 8 }]));
  if (dice.chance(0.15)) plan.heartbeat = dice.pick(['500ms', '700ms', '2s']);
  if (dice.chance(0.15)) plan.floodPublish = false;
  if (dice.chance(0.25)) plan.scoring = dice.pick(['none', 'invalid-messages', 'full']);
  return plan;
}

const CHANNELS = [
  ['gossip'],
  ['gossip', 'catch-up'],
  ['gossip', 'catch-up'],
  ['gossip', 'directory'],
  ['gossip', 'circuit'],
  ['gossip', 'directory', 'circuit', 'catch-up'],
  ['directory'],
  ['directory', 'catch-up'],
  ['circuit'],
  ['circuit', 'catch-up'],
] as const;

const GOSSIP = CHANNELS.filter((channels) => channels.includes('gossip' as never));

/** One live arm, sometimes two, and now and then a manual one beside. */
function drawnArms(dice: Dice, company: string): Record<string, Tree> {
  const hasClients = company === 'clients';
  const arms: Record<string, Tree> = {};
  for (let number = dice.chance(0.12) ? 2 : 1; number > 0; number--) {
    // Sybils attack gossip, and the engine model knows nothing else.
    const isGossip = company === 'sybils' || company === 'plain';
    const channel = company === 'plain' && isGossip ? CHANNELS[0] : dice.pick(isGossip ? GOSSIP : CHANNELS);
    const arm: Tree = { channel };
    if (channel.includes('directory' as never)) {
      arm.directory = {
        authorities: dice.whole(1, 5),
        interval: dice.seconds(20, 60),
        jitter: dice.percent(10, 90),
      };
    }
    arms[`live-${number}`] = arm;
  }
  if (dice.chance(hasClients ? 0.1 : 0.2)) {
    arms.manual = { channel: 'manual', lag: dice.pick(['tor-2016-17', 'tor-2025-26']) };
    if (hasClients) arms.manual.until = '60d';
  }
  return arms;
}
