/**
 * Bundles the simulation thread into one file.
 *
 * A worker that loads gossipsub and its two hundred modules one by one needs a third of a second and a
 * TypeScript loader in every thread; from one file it needs a tenth of that. The code is the same.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const CACHE_FOLDERS = [
  fileURLToPath(new URL('../../../node_modules/.cache/relaywave', import.meta.url)),
  join(tmpdir(), 'relaywave'),
];

/** Packages may be CommonJS inside; a bundle in ESM form has to give them `require`. */
const BANNER = `import { createRequire as relaywaveRequire } from 'node:module';
const require = relaywaveRequire(import.meta.url);`;

/** Bundles `entry` and returns the file to start a worker with. */
export async function bundleThread(entry: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: BANNER },
    sourcemap: 'inline',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  return writeOnce(outputFiles[0].text);
}

/** Whether the file holds the text: a disk that was full, or lost power, may have left another. */
function holds(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}

/** Writes the text to a file named by its hash, unless it is there already. */
function writeOnce(text: string): string {
  const name = `thread-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`;
  let refusal: unknown;
  for (const folder of CACHE_FOLDERS) {
    const file = join(folder, name);
    if (holds(file, text)) return file;
    const partial = `${file}.${process.pid}`;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(partial, text);
      renameSync(partial, file);
      return file;
    } catch (error) {
      refusal = error;
      rmSync(partial, { force: true });
    }
  }
  throw new Error(`cannot write the simulation thread to any of ${CACHE_FOLDERS.join(', ')}`, {
    cause: refusal,
  });
}
