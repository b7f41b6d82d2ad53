/**
 * A scenario made smaller, to see within seconds that it runs: `--scale 0.05`.
 *
 * The number of relays and the duration shrink, each down to a floor; numbers that follow the relays, and times that
 * follow the duration, shrink by what the two really shrank by. The first seconds, in which the network starts, stay
 * as long as they are; the order of moments stays as well. What a relay, a link, a
 * module or an operator is like does not change: latencies, sizes, rates, the parameters of protocols, lags. The
 * figures of such a run answer no question, so its answer and its assertions are left out.
 */

import { isMap } from 'yaml';
import { type Scenario, sybilsOfArm } from './scenario.ts';
import { resolvedYaml } from './scenario-yaml.ts';
import { scenarioSchema } from './schema.ts';
import { quantityFacts, scalingOf } from './schema-facts.ts';
import { type Place, placesOf } from './schema-lookup.ts';
import { formatDuration, parseDuration } from './units.ts';
import { type Path, parseYaml, type YamlTree } from './yaml-tree.ts';

/** Fewer relays than this hardly gossip; a smaller scenario keeps its own number. */
export const RELAYS_FLOOR = 50;
/** In a shorter run no mesh forms before a release; a shorter scenario keeps its own duration. */
export const DURATION_FLOOR_SECONDS = 30;

/** What is said of the full scenario's result. */
const WORDS = ['hypothesis', 'answer', 'assert'];
/** Relays start and dial each other within the first seconds of a run, however long it is: moments in them stay. */
export const START_SECONDS = 5;

/** What a scaled scenario has of the full one. */
export interface ScaledSize {
  readonly relays: number;
  readonly durationSeconds: number;
}

/** Relays without whom a share of the scenario would be nobody: a first step, an adversary, those who embed a runtime. */
function relaysNeeded(scenario: Scenario): number {
  const { updates, adversary, arms } = scenario;
  const shares = updates.flatMap(({ rollout }) => (rollout === null ? [] : [rollout.steps[0]!]));
  if (adversary !== null && adversary.share > 0) shares.push(adversary.share);
  // Those with a runtime must be two at least, to gossip.
  const embedding = arms.map((arm) =>
    arm.kind === 'live' && arm.operators !== null ? Math.ceil(2 / arm.operators.embedsShare) : 0,
  );
  // A sybil has as many links as before.
  const linked = arms.map((arm) => (arm.kind === 'live' ? (sybilsOfArm(scenario, arm)?.degree ?? 0) : 0));
  return Math.max(RELAYS_FLOOR, ...linked, ...shares.map((share) => Math.ceil(1 / share)), ...embedding);
}

/** How large the scenario is at `scale`, above 0 and at most 1. */
export function scaledSize(scenario: Scenario, scale: number): ScaledSize {
  const { network, durationSeconds } = scenario;
  const relays = Math.max(Math.round(network.relays * scale), relaysNeeded(scenario));
  const seconds = Math.max(microseconds(durationSeconds * scale), DURATION_FLOOR_SECONDS);
  return {
    relays: Math.min(network.relays, relays),
    durationSeconds: Math.min(durationSeconds, seconds),
  };
}

/** Rounded down to a microsecond, so that what ends with the run does not end after it. */
function microseconds(seconds: number): number {
  return Math.floor(seconds * 1e6 + 1e-3) / 1e6;
}

/** By what spans of time shrink: what comes after the start is fitted into what the run has left after it. */
function timeFactor(fullSeconds: number, { durationSeconds }: ScaledSize): number {
  return durationSeconds < fullSeconds
    ? (durationSeconds - START_SECONDS) / (fullSeconds - START_SECONDS)
    : 1;
}

function scaledMoment({ value }: Place, factor: number): unknown {
  const reading = parseDuration(value, 's');
  if ('problem' in reading || reading.value <= START_SECONDS) return value;
  return formatDuration(microseconds(START_SECONDS + (reading.value - START_SECONDS) * factor), 's');
}

function scaledTime({ value, layers }: Place, factor: number): unknown {
  const facts = layers.map(quantityFacts).find((found) => found !== null);
  if (facts?.unit === undefined) throw new RangeError('only a duration can be scaled as a time');
  const reading = parseDuration(value, 's');
  if ('problem' in reading) return value; // a word, such as `end`
  const { min = 0, unit } = facts;
  const least = parseDuration(formatDuration(min, unit), 's');
  const floor = 'value' in least ? Math.min(least.value, reading.value) : 0;
  return formatDuration(Math.max(microseconds(reading.value * factor), floor), 's');
}

function set(tree: YamlTree, path: Path, value: unknown): void {
  tree.document!.setIn(path, value);
}

/** The scenario at `scale` as a file of the language, every default spelled out, and its size. */
export function scaledYaml(scenario: Scenario, scale: number): { text: string; size: ScaledSize } {
  const size = scaledSize(scenario, scale);
  const { network, durationSeconds } = scenario;
  const factor = timeFactor(durationSeconds, size);
  const { tree } = parseYaml('', resolvedYaml(scenario));
  const document = tree.document!;
  for (const place of [...placesOf(scenarioSchema, document.toJS())]) {
    const how = place.layers.map(scalingOf).find((found) => found !== null);
    if (how === 'moment' && factor < 1) set(tree, place.path, scaledMoment(place, factor));
    if (how === 'time' && factor < 1) set(tree, place.path, scaledTime(place, factor));
    if (how === 'count') {
      // Rounded down, so that what was enough of a share of the relays still is.
      const count = Math.floor(((place.value as number) * size.relays) / network.relays);
      set(tree, place.path, Math.max(1, count));
    }
  }
  set(tree, ['network', 'relays'], size.relays);
  set(tree, ['network', 'degree'], Math.min(network.degree, size.relays - 1));
  set(tree, ['duration'], formatDuration(size.durationSeconds, 's'));
  if (isMap(document.contents)) for (const key of WORDS) document.contents.delete(key);
  return { text: document.toString({ lineWidth: 0 }), size };
}
