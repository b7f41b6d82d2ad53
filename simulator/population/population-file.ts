/**
 * The files that a scenario's population comes from: read once, held against the hash that the scenario keeps.
 *
 * The scenario knows path and hash of each file, not its content, so that a run reads the file again; what has
 * changed in between is refused, because the run would no longer be the scenario's.
 */

import { createHash } from 'node:crypto';
import { ScenarioError } from '../scenario/problem.ts';
import type { FilePopulation, InputFile } from '../scenario/scenario.ts';
import { readBytes, textOf } from '../scenario/source.ts';
import { CONSENSUS_BYTES_MAX } from './consensus-document.ts';
import { type KnownRelays, relaysOfConsensus, relaysOfTable } from './known-relays.ts';

const TABLE_BYTES_MAX = 64 * 1024 * 1024;

export interface ReadFile {
  readonly input: InputFile;
  readonly text: string;
  /** As messages name it. */
  readonly file: string;
}

/** Reads a file that a scenario names. Throws ScenarioError when it cannot be read. */
export function readInputFile(path: string, shownAs: string, noun: 'consensus' | 'table'): ReadFile {
  const bytesMax = noun === 'consensus' ? CONSENSUS_BYTES_MAX : TABLE_BYTES_MAX;
  const bytes = readBytes(path, noun, shownAs, bytesMax);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { input: { path, sha256 }, text: textOf(bytes, shownAs), file: shownAs };
}

function again({ path, sha256 }: InputFile, noun: 'consensus' | 'table'): ReadFile {
  const read = readInputFile(path, path, noun);
  if (read.input.sha256 === sha256) return read;
  const message = 'has changed since the scenario was read';
  const place = { line: null, column: null, path: '', excerpt: null };
  throw new ScenarioError([{ file: path, ...place, message, hint: 'start again' }]);
}

/** What was read last: three megabytes are not taken apart again for each point of a sweep, nor for the run. */
let kept: { readonly key: string; readonly relays: KnownRelays } | undefined;

function keyOf(population: FilePopulation): string {
  return population.source === 'csv'
    ? population.csv.sha256
    : `${population.consensus.sha256} ${population.places?.sha256 ?? ''}`;
}

/** The relays in files that were just read. Throws ScenarioError with every mistake of them. */
export function keepRelays(
  population: FilePopulation,
  files: { readonly main: ReadFile; readonly places: ReadFile | null },
): KnownRelays {
  const key = keyOf(population);
  if (kept?.key === key) return kept.relays;
  const relays =
    population.source === 'csv'
      ? relaysOfTable(files.main.text, files.main.file)
      : relaysOfConsensus(files.main, files.places);
  kept = { key, relays };
  return relays;
}

/** The relays of a scenario's population. Throws ScenarioError when a file is not what it was. */
export function relaysOf(population: FilePopulation): KnownRelays {
  if (kept?.key === keyOf(population)) return kept.relays;
  if (population.source === 'csv') {
    return keepRelays(population, { main: again(population.csv, 'table'), places: null });
  }
  const places = population.places === null ? null : again(population.places, 'table');
  return keepRelays(population, { main: again(population.consensus, 'consensus'), places });
}
