/** Which updates there are: the folders of updates/ with an update.json. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const UPDATES_FOLDER = fileURLToPath(new URL('../../updates', import.meta.url));

/** Names of the modules that a scenario can release, in order. */
export function knownModules(): string[] {
  return readdirSync(UPDATES_FOLDER)
    .filter((name) => existsSync(join(UPDATES_FOLDER, name, 'update.json')))
    .sort();
}
