/**
 * Which code computes results here: the version of the package and a hash of the sources behind it.
 *
 * Two checkouts of one version may differ, and their results must not be mixed. Sources that can change no data file
 * (commands, pages, tests) are left out, and so are the modules of updates/: a module counts for the scenarios that
 * release it (run-id.ts), so that a new one does not outdate every finished run.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UPDATE_FILE } from '../../updates/update-file.ts';
import { installedVersions, ownVersion } from '../report/manifest.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = [
  'node',
  'updates',
  ...['arms', 'baseline', 'engine', 'measure', 'population', 'report', 'scenario', 'sweep'].map(
    (room) => `simulator/${room}`,
  ),
];
const LEFT_OUT = /\.(?:test|fixture)\.tsx?$|\.md$|^build$|^testing$|^fuzz$|^cli$/;
const HASH_CHARACTERS = 12;

/** Every file below a folder, by its path from the root with forward slashes, in order. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !LEFT_OUT.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (!entry.isDirectory()) return [path];
      const isModule = folder === 'updates' && existsSync(join(ROOT, path, UPDATE_FILE));
      return isModule ? [] : filesBelow(path);
    });
}

function hashOf(files: readonly string[], also: string): string {
  const hash = createHash('sha256').update(`${also}\n`);
  for (const file of files) {
    const bytes = readFileSync(join(ROOT, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

let known: string | undefined;

/** `0.1.0+4f2a90c1d3e5`: equal on two machines exactly where they run the same code. */
export function codeVersion(): string {
  known ??= `${ownVersion()}+${hashOf(ROOMS.flatMap(filesBelow), JSON.stringify(installedVersions())).slice(0, HASH_CHARACTERS)}`;
  return known;
}

const moduleHashes = new Map<string, string>();

/** SHA-256 of the sources of a module of updates/. */
export function moduleHash(name: string): string {
  let hash = moduleHashes.get(name);
  if (hash === undefined) moduleHashes.set(name, (hash = hashOf(filesBelow(`updates/${name}`), name)));
  return hash;
}
