/**
 * Bundles, kept beside the packages for the processes that come after.
 *
 * Most processes need the bundle of the one before, and making it costs a second of processor time. It holds while
 * every file that it was made of has the bytes that it had, so nothing that is built is ever older than its source.
 *
 * Plain JavaScript, so that a thread can take its own code before there is any compiler.
 */

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const ROOT = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)));

/** @type {import('./kept-bundle.d.mts').BundleFolder[]} */
const FOLDERS = [
  { path: join(ROOT, 'node_modules/.cache/relaywave'), isAmongOthers: false },
  { path: join(tmpdir(), `relaywave-${process.getuid?.() ?? ''}`), isAmongOthers: true },
];

/** Files beside or above a module that decide what its imports mean, or how it is compiled. */
const SETTINGS = ['package.json', 'tsconfig.json'];

/**
 * What is written beside a bundle: the files that it was made of and the hashes of their bytes, and its own.
 *
 * @typedef {{ inputs: Record<string, string>, outputs: Record<string, string> }} Index
 */

/** @param {string | Uint8Array} bytes */
function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The file's text, or null when it is not what was hashed: a disk that was full may have left half of it. */
function textIf(file, hash) {
  try {
    const bytes = readFileSync(file);
    return hashOf(bytes) === hash ? bytes.toString() : null;
  } catch {
    return null;
  }
}

/** The whole file or none of it. */
function write(file, text) {
  const partial = `${file}.${process.pid}-${threadId}`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Whether nobody but this user can have put anything there. */
function isOwn(path) {
  const { uid, mode } = lstatSync(path);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
}

/** The bundle's files, or null when they are not there, or something that they were made of has changed. */
function kept({ path: folder, isAmongOthers }, index) {
  try {
    if (isAmongOthers && !isOwn(folder)) return null;
    /** @type {Index} */
    const { inputs, outputs } = JSON.parse(readFileSync(join(folder, index), 'utf8'));
    if (Object.entries(inputs).some(([input, hash]) => hashOf(readFileSync(input)) !== hash)) return null;
    const files = Object.entries(outputs).map(([name, hash]) => {
      const file = join(folder, name);
      return { file, text: textIf(file, hash) };
    });
    return files.every(({ text }) => text !== null) ? files : null;
  } catch {
    return null; // never made, damaged, or made of a file that is gone
  }
}

/** Writes what is not there yet, the index last. */
function keep({ path: folder, isAmongOthers }, index, { files, inputs }) {
  mkdirSync(folder, { recursive: true, mode: isAmongOthers ? 0o700 : 0o777 });
  // What it holds is run.
  if (isAmongOthers && !isOwn(folder)) throw new Error(`${folder} is open to others, or not this user's`);
  /** @type {Index['outputs']} */
  const outputs = {};
  for (const { name, text } of files) {
    outputs[name] = hashOf(text);
    if (textIf(join(folder, name), outputs[name]) === null) write(join(folder, name), text);
  }
  write(join(folder, index), JSON.stringify({ inputs, outputs }));
}

/** The packages' and compilers' settings above these files, and the bundler's. */
function settingsOf(files) {
  const settings = new Set([createRequire(import.meta.url).resolve('esbuild/package.json')]);
  const seen = new Set([dirname(ROOT)]);
  for (const file of files) {
    for (let folder = dirname(file); !seen.has(folder); folder = dirname(folder)) {
      seen.add(folder);
      for (const name of SETTINGS) {
        if (existsSync(join(folder, name))) settings.add(join(folder, name));
      }
    }
  }
  return settings;
}

let underway = 0;

/** Bundles, and says what of: modules are hashed as they are read, since somebody may be editing them. */
async function make(options) {
  const { build, stop } = await import('esbuild');
  /** @type {Index['inputs']} */
  const inputs = {};
  const reader = {
    name: 'reader',
    setup: ({ onLoad }) =>
      onLoad({ filter: /./, namespace: 'file' }, ({ path }) => {
        const contents = readFileSync(path);
        inputs[path] = hashOf(contents);
        return { contents, loader: 'default' };
      }),
  };
  underway++;
  try {
    const { outputFiles } = await build({ ...options, plugins: [reader] });
    for (const file of settingsOf(Object.keys(inputs))) inputs[file] = hashOf(readFileSync(file));
    return { files: outputFiles.map(({ path, text }) => ({ name: basename(path), text })), inputs };
  } finally {
    if (--underway === 0) await stop(); // so that the bundler's process ends
  }
}

/**
 * The bundle that esbuild makes with these options, which name no folder. Rejects when the code does not compile,
 * which is a bug.
 *
 * @param {string} name that its files begin with
 * @param {import('esbuild').BuildOptions} options
 * @param {readonly import('./kept-bundle.d.mts').BundleFolder[]} folders to keep it in, the best one first
 * @returns {Promise<import('./kept-bundle.d.mts').Bundle>}
 */
export async function keptBundle(name, options, folders = FOLDERS) {
  const whole = {
    ...options,
    bundle: true,
    write: false,
    absWorkingDir: ROOT,
    outdir: folders[0].path,
    entryNames: `${name}-[hash]`,
    legalComments: 'none',
    logLevel: 'silent',
  };
  const index = `${name}-${hashOf(JSON.stringify(whole)).slice(0, 16)}.json`;
  for (const folder of folders) {
    const files = kept(folder, index);
    if (files !== null) return { files, refusal: null };
  }
  const made = await make(whole);
  const placed = (path) => made.files.map(({ name: file, text }) => ({ file: join(path, file), text }));
  let cause;
  for (const folder of folders) {
    try {
      keep(folder, index, made);
      return { files: placed(folder.path), refusal: null };
    } catch (error) {
      cause = error;
    }
  }
  const places = folders.map(({ path }) => path).join(' and ');
  return { files: placed(''), refusal: new Error(`cannot write bundles to ${places}`, { cause }) };
}
