/**
 * Bundles the simulation thread into one file.
 *
 * A worker that loads gossipsub and its two hundred modules one by one needs a third of a second and a
 * TypeScript loader in every thread; from one file it needs a tenth of that. The code is the same, but for white space and
 * comments: every thread holds the text in memory, and one letter beyond Latin-1 would double it.
 *
 * Plain JavaScript, so that a thread can bundle its own code before there is any compiler.
 */

import { fileURLToPath } from 'node:url';
import { keptBundle } from '../kept-bundle.mjs';

/** Packages may be CommonJS inside; a bundle in ESM form has to give them `require`. */
const BANNER = `import { createRequire as relaywaveRequire } from 'node:module';
const require = relaywaveRequire(import.meta.url);`;

/**
 * Bundles `entry` and returns the file to start a worker with; its map lies beside it.
 *
 * @param {URL} entry
 * @returns {Promise<string>}
 */
export async function bundleThread(entry) {
  const { files, refusal } = await keptBundle('thread', {
    entryPoints: [fileURLToPath(entry)],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    banner: { js: BANNER },
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
  });
  if (refusal !== null) throw refusal;
  return files.find(({ file }) => file.endsWith('.mjs')).file;
}
