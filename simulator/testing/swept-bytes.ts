/** Every file of a sweep's folder but the manifests, which say who did what and when. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The contents by path, in order: equal for two folders of the same sweep, whoever did its runs. */
export function sweptBytes(home: string): Map<string, string> {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(home, name)).isFile() && !name.endsWith('manifest.json'))
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(home, name), 'base64')]));
}
