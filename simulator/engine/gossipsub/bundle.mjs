/**
 * Bundles the simulation thread into one file.
 *
 * A worker that loads gossipsub and its two hundred modules one by one needs a third of a second and a
 * TypeScript loader in every thread; from one file it needs a tenth of that. The code is the same, but for white space and
 * comments: every thread holds the text in memory, and one letter beyond Latin-1 would double it.
 *
 * Plain JavaScript, so that a thread can bundle its own code before there is any compiler.
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

/**
 * Bundles `entry` and returns the file to start a worker with.
 *
 * @param {URL} entry
 * @returns {Promise<string>}
 */
export async function bundleThread(entry) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    outfile: 'thread.mjs',
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: BANNER },
    minifyWhitespace: true,
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [map, code] = outputFiles;
  return writeOnce(code.text, map.text);
}

/** Whether the file holds the text: a disk that was full, or lost power, may have left another. */
function holds(file, text) {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}

/** Writes the code to a file named by its hash, and its map beside it, unless they are there already. */
function writeOnce(code, map) {
  const name = `thread-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`;
  let refusal;
  for (const folder of CACHE_FOLDERS) {
    const file = join(folder, name);
    try {
      mkdirSync(folder, { recursive: true });
      write(`${file}.map`, map);
      write(file, `${code}//# sourceMappingURL=${name}.map\n`);
      return file;
    } catch (error) {
      refusal = error;
    }
  }
  throw new Error(`cannot write the simulation thread to any of ${CACHE_FOLDERS.join(', ')}`, {
    cause: refusal,
  });
}

/** The whole file or none of it. */
function write(file, text) {
  if (holds(file, text)) return;
  const partial = `${file}.${process.pid}`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
