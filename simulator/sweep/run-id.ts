/**
 * The name of a run: a hash of all that decides its result.
 *
 * That is the resolved scenario with its seed, the code, the modules that it releases, and the files that it names (by
 * their hashes, which the scenario holds). Two runs of one name have the same bytes, wherever they are run.
 */

import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { Scenario } from '../scenario/scenario.ts';
import { resolvedYaml } from '../scenario/scenario-yaml.ts';
import { codeVersion, moduleHash } from './code-version.ts';

/** 128 bits: no two runs of any sweep share a name by chance. */
const ID_CHARACTERS = 32;
export const RUN_ID = /^[0-9a-f]{32}$/;

/** A file that a scenario names, and the name that it has in a folder of inputs. */
export interface RunInput {
  readonly path: string;
  readonly sha256: string;
  readonly name: string;
}

/** The files that a scenario names. */
export function runInputs({ network: { population } }: Scenario): RunInput[] {
  if (typeof population === 'string') return [];
  const files =
    population.source === 'csv' ? [population.csv] : [population.consensus, population.places ?? []].flat();
  return files.map(({ path, sha256 }) => {
    const extension = /^\.[a-z0-9]{1,8}$/i.exec(extname(path))?.[0] ?? '';
    return { path, sha256, name: `${sha256}${extension}` };
  });
}

/**
 * The scenario of a run as it stands in its folder of results, with its inputs in `inputsFolder` as seen from there.
 * Threads change no result and are left to whoever runs it.
 */
export function storedText(scenario: Scenario, inputsFolder: string): string {
  const names = new Map(runInputs(scenario).map(({ path, name }) => [path, `${inputsFolder}/${name}`]));
  const text = resolvedYaml({ ...scenario, threads: 0 }, '', (path) => names.get(path) ?? path);
  // Where the schema lies differs from machine to machine.
  return text.slice(text.indexOf('\n') + 1);
}

/** Every module that a part of a scenario names, its adversaries' among them. */
function modulesIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === 'module' && typeof value === 'string' && value !== '' ? [value] : modulesIn(value),
  );
}

/** The modules whose sources a scenario depends on, in order. */
export function releasedModules(scenario: Scenario): string[] {
  return [...new Set(modulesIn(scenario))].sort();
}

/** The name of the run whose scenario is stored as `text`. */
export function runId(text: string, modules: readonly string[], version = codeVersion()): string {
  const parts = [version, modules.map((name) => [name, moduleHash(name)]), text];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, ID_CHARACTERS);
}
