/** What lies in a folder of results, as tests of crashes compare it. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Say when and how long; all else depends on scenario and seed. */
const OF_THE_MOMENT = new Set(['manifest.json', 'report.html']);
/** No process has a number this high. */
const DEAD = 4_194_999;

/** SHA-256 of each file, by its path; the manifest counts with the hashes in it, the page by being there. */
export type ResultsState = ReadonlyMap<string, string>;

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function stateOfFile(path: string, name: string, home: string): string {
  // It has the command, with the place of the scenario.
  if (name === 'sweep.json') return sha256(readFileSync(path, 'utf8').replaceAll(dirname(home), ''));
  if (!OF_THE_MOMENT.has(name)) return sha256(readFileSync(path));
  const text = readFileSync(path, 'utf8');
  if (name === 'report.html') return text.trimEnd().endsWith('</html>') ? 'whole' : 'cut';
  const { sha256: hashes } = JSON.parse(text) as { sha256: Record<string, string> };
  return JSON.stringify({ ...hashes, 'report.html': undefined });
}

/** Every file below the folder, what is hidden included. */
export function resultsState(home: string): ResultsState {
  if (!existsSync(home)) return new Map();
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => [join(entry.parentPath, entry.name), entry.name] as const);
  const entries = paths.map(([path, name]) => {
    const place = relative(home, path).split(sep).join('/');
    // What is hidden may be cut, and is only counted.
    return [place, isHidden(place) ? 'hidden' : stateOfFile(path, name, home)] as const;
  });
  return new Map(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function isHidden(place: string): boolean {
  return place.split('/').some((part) => part.startsWith('.'));
}

/** Hidden files and folders below the folder. */
export function hiddenIn(home: string): string[] {
  if (!existsSync(home)) return [];
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(isHidden);
}

/** The files of one folder of results, by their names in it. */
export function folderState(state: ResultsState, folder: string): ResultsState {
  const inside = [...state].filter(([place]) => place.startsWith(`${folder}/`));
  return new Map(inside.map(([place, hash]) => [place.slice(folder.length + 1), hash]));
}

/** The folders that hold results in one of the states. */
export function resultsFolders(...states: readonly ResultsState[]): string[] {
  const manifests = states
    .flatMap((state) => [...state.keys()])
    .filter((name) => name.endsWith('manifest.json'));
  const visible = manifests.filter((name) => !isHidden(name) && name.includes('/'));
  return [...new Set(visible.map((name) => name.slice(0, -'/manifest.json'.length)))].sort();
}

export function sameState(one: ResultsState, other: ResultsState): boolean {
  return one.size === other.size && [...one].every(([place, hash]) => other.get(place) === hash);
}

/** Files whose hash is not the one that the manifest beside them gives. */
export function misfits(home: string, folder: string): string[] {
  const read = (name: string) => readFileSync(join(home, folder, name));
  const { sha256: hashes } = JSON.parse(read('manifest.json').toString()) as {
    sha256: Record<string, string>;
  };
  return Object.entries(hashes).flatMap(([name, hash]) =>
    existsSync(join(home, folder, name)) && sha256(read(name)) === hash ? [] : [name],
  );
}

/** Lets what this process has left look as if it had ended: a death that is played within a test. */
export function bury(home: string): void {
  const own = new RegExp(`([-.])${process.pid}$`);
  const left = hiddenIn(home).filter((name) => own.test(name));
  for (const name of left) renameSync(join(home, name), join(home, name.replace(own, `$1${DEAD}`)));
}

/**
 * What is wrong with results that were written over `old` and would have become `done`: each folder must be the one or
 * the other, with the hashes of its manifest. One that is replaced has no name between two renames: that a command that
 * was `killed` may leave, and no other.
 */
export function problemsOf(
  out: string,
  old: ResultsState,
  done: ResultsState,
  as: 'killed' | 'settled',
): string[] {
  const found = resultsState(out);
  const steppedAside = [...found.keys()].some((place) => /\.old-/.test(place));
  return resultsFolders(old, done, found).flatMap((folder) => {
    const now = folderState(found, folder);
    if (now.size === 0 && as === 'killed' && steppedAside) return [];
    const isOneOf = [old, done].some((state) => sameState(now, folderState(state, folder)));
    if (!isOneOf) return [`${folder} is neither the old nor the new one: ${[...now.keys()].join(', ')}`];
    return now.size === 0 ? [] : misfits(out, folder).map((name) => `${folder}/${name} has another hash`);
  });
}
