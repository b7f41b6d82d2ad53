/**
 * The files of a population: found beside the scenario and checked, and written out with their hashes.
 *
 * They are read before the schema looks at the scenario, since the number of relays may be the file's.
 */

import { keepRelays, type ReadFile, readInputFile } from '../population/population-file.ts';
import { fileBeside } from './extends.ts';
import { type Problem, ScenarioError } from './problem.ts';
import type { FilePopulation, NetworkPlan } from './scenario.ts';
import { fileOf, find, locate, type Path, type YamlTree } from './yaml-tree.ts';

type Values = Readonly<Record<string, unknown>>;

/** What a scenario's files say. */
export interface ReadPopulation {
  /** Null where the scenario names none, or they cannot be used. */
  readonly population: FilePopulation | null;
  /** Relays that they have; null likewise. */
  readonly relays: number | null;
  readonly problems: readonly Problem[];
}

/** Stands for the number of relays of a file that cannot be read; no other check may trip over it. */
const ASSUMED_RELAYS = 1_000_000;

const NOTHING: ReadPopulation = { population: null, relays: null, problems: [] };

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class PopulationReader {
  readonly problems: Problem[] = [];
  private readonly tree: YamlTree;
  private readonly values: Values;

  constructor(tree: YamlTree, values: Values) {
    this.tree = tree;
    this.values = values;
  }

  /** Notes what is thrown at a key; of mistakes inside the file, the file's own places stand. */
  attempt<T>(key: string, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      for (const problem of error.problems) {
        const { file, message, hint } = problem;
        this.problems.push(problem.line === null ? this.at(key, `${file}: ${message}`, hint) : problem);
      }
      return null;
    }
  }

  at(key: string, message: string, hint: string | null): Problem {
    return locate(this.tree, ['network', 'population', key], 'value', message, hint);
  }

  /** The file that a key names; null if none is, or it is not as the scenario says. */
  file(key: string, hashKey: string, noun: 'consensus' | 'table'): ReadFile | null {
    const name = this.values[key];
    if (typeof name !== 'string' || name === '') return null;
    const { path, shownAs } = fileBeside(fileOf(this.tree, ['network', 'population', key]), name);
    const read = this.attempt(key, () => readInputFile(path, shownAs, noun));
    const wanted = this.values[hashKey];
    if (read === null || typeof wanted !== 'string' || wanted === read.input.sha256) return read;
    const message = `${shownAs} has the hash ${read.input.sha256}`;
    this.problems.push(this.at(hashKey, message, 'the file has changed; remove this key to use it as it is'));
    return null;
  }
}

/** Reads the files that `network.population` names, with every mistake in them. */
export function readPopulation(tree: YamlTree, values: Values): ReadPopulation {
  const { network } = values;
  if (!isMap(network) || !isMap(network.population)) return NOTHING;
  const reader = new PopulationReader(tree, network.population);
  const isCsv = network.population.csv !== undefined;
  const key = isCsv ? 'csv' : 'consensus';
  const main = reader.file(key, 'sha256', isCsv ? 'table' : 'consensus');
  const places = isCsv ? null : reader.file('places', 'placesSha256', 'table');
  const { problems } = reader;
  if (main === null || problems.length > 0) return { ...NOTHING, problems };
  const population: FilePopulation = isCsv
    ? { source: 'csv', csv: main.input }
    : { source: 'consensus', consensus: main.input, places: places?.input ?? null };
  const known = reader.attempt(key, () => keepRelays(population, { main, places }));
  if (known === null) return { ...NOTHING, problems };
  const relays = known.relays.length;
  if (typeof network.relays === 'number' && network.relays > relays) {
    const message = `${network.relays} are more than the ${relays} running relays of ${main.file}`;
    const own: Path = ['network', 'relays'];
    const place: Path = find(tree, own).depth === own.length ? own : ['network', 'population', key];
    return {
      ...NOTHING,
      problems: [locate(tree, place, 'value', message, `at most ${relays}, or leave it out for all of them`)],
    };
  }
  return { population, relays, problems };
}

/** The values with the number of relays that a file has, where the scenario leaves it to the file. */
export function withFileRelays(values: unknown, { relays }: ReadPopulation): unknown {
  if (!isMap(values) || !isMap(values.network) || values.network.relays !== undefined) return values;
  if (!isMap(values.network.population)) return values;
  return { ...values, network: { ...values.network, relays: relays ?? ASSUMED_RELAYS } };
}

/** The population in the language of the file; `pathOf` says how the written file reaches another. */
export function populationYaml(
  population: NetworkPlan['population'],
  pathOf: (absolute: string) => string,
): unknown {
  if (typeof population === 'string') return population;
  if (population.source === 'csv') {
    return { csv: pathOf(population.csv.path), sha256: population.csv.sha256 };
  }
  const { consensus, places } = population;
  return {
    consensus: pathOf(consensus.path),
    sha256: consensus.sha256,
    ...(places !== null && { places: pathOf(places.path), placesSha256: places.sha256 }),
  };
}

/** Every file of a population with its hash, by the key that names it. */
export function populationFiles(population: NetworkPlan['population']): Record<string, string> {
  if (typeof population === 'string') return {};
  if (population.source === 'csv') return { 'network.population.csv': population.csv.sha256 };
  return {
    'network.population.consensus': population.consensus.sha256,
    ...(population.places !== null && { 'network.population.places': population.places.sha256 }),
  };
}
