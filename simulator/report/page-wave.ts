/**
 * The wave of a run for the map: when each relay reached each stage of the first update, in every arm.
 *
 * Moments are 16-bit codes (time-codes.ts). Of a network with more relays than a map can tell apart, every nth is
 * there; how many were reached is read from the curve, which counts all.
 */

import { keptWith } from '../measure/kept-with.ts';
import { type RunOutcome, STAGES, type UpdateOutcome } from '../measure/outcome.ts';
import type { Population } from '../population/population.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ChartData } from './chart-data.ts';
import { countOf } from './human-units.ts';
import type { PageWave, WaveArm, WaveTimes } from './page-data.ts';
import { relayPlaces } from './relay-places.ts';
import { NEVER_CODE, timeCode } from './time-codes.ts';

/** Dots beyond this many cover each other. */
const MAP_RELAYS_MAX = 20_000;
/** Relays on the map times arms: keeps the page below 5 MB. */
const ROWS_MAX = 120_000;

/** Every nth relay, so that the map and the page stay small. */
export function mapRelays(relays: number, arms: number): Uint32Array {
  const most = Math.min(MAP_RELAYS_MAX, Math.floor(ROWS_MAX / Math.max(1, arms)));
  const every = Math.ceil(relays / most);
  return Uint32Array.from({ length: Math.ceil(relays / every) }, (_unused, row) => row * every);
}

function codesOf(seconds: Float64Array, shown: Uint32Array): Uint16Array | undefined {
  const codes = Uint16Array.from(shown, (relay) => timeCode(seconds[relay]!));
  return codes.some((code) => code !== NEVER_CODE) ? codes : undefined;
}

function timesOf({ stages, removed }: UpdateOutcome, shown: Uint32Array): WaveTimes {
  const columns = [
    ...STAGES.map((stage) => [stage === 'activated' ? 'running' : stage, stages[stage]] as const),
    ['removed', removed] as const,
  ];
  const codes = columns.map(([name, seconds]) => [name, codesOf(seconds, shown)] as const);
  return Object.fromEntries(codes.filter(([, column]) => column !== undefined));
}

function notesOf(data: ChartData, shown: Uint32Array, placeless: number): string[] {
  const { population, churn, arms } = data.outcome;
  const notes = [
    data.source,
    'Only the countries of relays are known: their places within a country are made up, spread over its largest piece of land.',
  ];
  if (placeless > 0) {
    const where = placeless * 2 > shown.length ? 'all over the map' : 'together in the southern Atlantic';
    notes.push(`${placeless} relays of no known country stand ${where}.`);
  }
  if (shown.length < population.relays) {
    const every = shown[1]! - shown[0]!;
    notes.push(
      `One relay in ${every} is on the map; the counts are of all ${countOf(population.relays, 'relay')}.`,
    );
  }
  if (churn !== null) {
    notes.push('Relays that come and go are on the map from their first day to their last, also while away.');
  }
  if (arms.some(({ updates }) => updates[0]?.gained !== undefined)) {
    notes.push('A relay that lost the update in a fault and took it up again counts from its first time on.');
  }
  return notes;
}

const mapsOf = keptWith((population: Population) =>
  keptWith(({ arms }: Scenario) => {
    const shown = mapRelays(population.relays, arms.length);
    return { shown, ...relayPlaces(population, shown) };
  }),
);

/** The relays on the map and their places, which are known before any of them has heard of an update. */
export function relaysOnMap({ population, scenario }: Pick<RunOutcome, 'population' | 'scenario'>) {
  return mapsOf(population)(scenario);
}

/** The wave of the first update over all arms. */
export function pageWave(data: ChartData): PageWave {
  const { population, churn, scenario } = data.outcome;
  const { shown, placeless, ...places } = relaysOnMap(data.outcome);
  const arms = data.arms.map((arm): WaveArm => {
    const update = arm.outcome.updates[0]!;
    const relays = update.cohort?.reduce((sum, isIn) => sum + isIn, 0) ?? population.relays;
    return { name: arm.name, relays, horizonSeconds: arm.horizonSeconds, times: timesOf(update, shown) };
  });
  const releaseUs = (scenario.updates[0]?.atSeconds ?? 0) * 1e6;
  const codes = (timesUs: Float64Array) =>
    Uint16Array.from(shown, (relay) => timeCode((timesUs[relay]! - releaseUs) / 1e6));
  return {
    places,
    arms,
    ...(churn === null ? {} : { born: codes(churn.bornUs), gone: codes(churn.goneUs) }),
    notes: notesOf(data, shown, placeless),
  };
}
