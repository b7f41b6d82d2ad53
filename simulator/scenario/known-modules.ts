/** Which updates there are: the folders of updates/ with an update.json, and the hook that each is for. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readUpdateFile, UPDATE_FILE, UpdateError } from '../../updates/update-file.ts';

const UPDATES_FOLDER = fileURLToPath(new URL('../../updates', import.meta.url));

/** Modules by name, each with the id of its hook. */
export type KnownModules = ReadonlyMap<string, string>;

function hookOf(name: string): string {
  try {
    return readUpdateFile(join(UPDATES_FOLDER, name)).hook;
  } catch (error) {
    // A broken update.json is told when the module is built, with its own place.
    if (error instanceof UpdateError) return '';
    throw error;
  }
}

/** The modules that a scenario can release, in order. */
export function knownModules(): KnownModules {
  const names = readdirSync(UPDATES_FOLDER)
    .filter((name) => existsSync(join(UPDATES_FOLDER, name, UPDATE_FILE)))
    .sort();
  return new Map(names.map((name) => [name, hookOf(name)]));
}
