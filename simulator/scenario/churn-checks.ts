/** Checks of churn that need the rest of the scenario: what it cannot stand beside, and how much of it there would be. */

import { meanSeconds } from './churn-plan.ts';
import { toSpell } from './churn-yaml.ts';
import type { Finding } from './cross-checks.ts';
import { NONE } from './presence-schema.ts';
import type { ScenarioInput } from './schema.ts';

const DAY_SECONDS = 86_400;
/** Comings and goings that a run can hold in memory, and work off in hours. */
const SPELLS_MAX = 5e6;
const NEWCOMERS_MAX = 200_000;

function million(count: number): string {
  return `${Number((count / 1e6).toPrecision(3))} million`;
}

export function* checkChurn({
  churn,
  presence,
  traffic,
  duration,
  network,
  faults,
  operators,
  arms,
}: Partial<ScenarioInput>): Generator<Finding> {
  if (churn === undefined || churn === NONE) return;
  for (const key of ['late', 'away'] as const) {
    if (presence === undefined || presence[key] === NONE) continue;
    const message = `presence.${key} and churn both say who is there`;
    yield { path: ['presence', key], message, hint: 'remove one of the two' };
  }
  if (traffic !== undefined && traffic.clients !== NONE) {
    const message = 'clients build their circuits through relays that stay: not simulated with churn';
    yield { path: ['traffic', 'clients'], message, hint: 'remove the clients, or the churn' };
  }
  if (faults !== undefined && faults.length > 0) {
    const message = 'faults happen to relays that stay: not simulated with churn';
    yield { path: ['faults'], message, hint: 'remove the faults, or the churn' };
  }
  for (const [name, arm] of Object.entries(arms ?? {})) {
    if (arm.channel !== 'manual' || arm.reject === undefined) continue;
    const message = 'authorities reject relays that stay: not simulated with churn';
    yield { path: ['arms', name, 'reject'], message, hint: 'remove it, or the churn' };
  }
  const hasLive = Object.values(arms ?? {}).some(({ channel }) => channel !== 'manual');
  if (operators !== undefined && operators !== NONE && hasLive) {
    const message = 'what operators let their relays do in a live arm is not simulated with churn';
    yield { path: ['operators'], message, hint: 'give the manual arms a lag instead, or remove the churn' };
  }
  if (network !== undefined && typeof network.population !== 'string') {
    const message = 'a population from a file has no relays that join it later';
    yield { path: ['network', 'population'], message, hint: 'tor-2025-11 or uniform, or remove the churn' };
  }
  if (network?.populationSeed !== undefined) {
    const message =
      'how many relays join depends on the seed, and all are drawn together: not the same with churn';
    yield { path: ['network', 'populationSeed'], message, hint: 'remove it, or the churn' };
  }
  if (typeof churn === 'string' || duration === undefined || network === undefined) return;
  const perRelay = churn.classes.reduce((sum, { share, session, absence }) => {
    const cycle = meanSeconds(toSpell(session)) + meanSeconds(toSpell(absence));
    return sum + (share * duration) / cycle;
  }, 0);
  const restarts = churn.restarts === NONE ? 0 : duration / (churn.restarts.every + churn.restarts.for);
  const spells = (perRelay + restarts) * network.relays;
  if (spells > SPELLS_MAX) {
    const message = `relays would come back some ${million(spells)} times in all`;
    const hint = `at most ${million(SPELLS_MAX)}: lengthen sessions, or shorten the duration`;
    yield { path: ['churn', perRelay >= restarts ? 'classes' : 'restarts'], message, hint };
  }
  const newcomers = (churn.arrivals * duration) / DAY_SECONDS;
  if (newcomers > NEWCOMERS_MAX) {
    const message = `${churn.arrivals} a day are ${million(newcomers)} new relays by the end`;
    yield { path: ['churn', 'arrivals'], message, hint: `at most ${million(NEWCOMERS_MAX)} in a run` };
  }
}
