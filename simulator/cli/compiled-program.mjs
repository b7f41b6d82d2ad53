/**
 * The program compiled into few files, made once for each state of its sources.
 *
 * Loaded one by one through a TypeScript loader, the two hundred files of a run cost a second of processor time at every
 * start. The compiled files are kept beside the packages, under a hash of everything that went into them; at every start
 * that hash is taken of the sources anew, so that nothing compiled is ever older than its source.
 */

import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What no process that still runs can have been started from. */
const FORGOTTEN_AFTER_MS = 7 * 86_400_000;

const COMPILER = createRequire(import.meta.url).resolve('esbuild/package.json');

function hashOf(contents) {
  const hash = createHash('sha256');
  for (const path of [...contents.keys()].sort()) {
    hash.update(`${path}\0`).update(contents.get(path)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Contents of what decides how sources are compiled, and of these sources, by their paths from the root. */
function contentsOf(root, sources) {
  // A packed program comes without the last.
  const paths = [fileURLToPath(import.meta.url), COMPILER, join(root, 'tsconfig.json')].filter(existsSync);
  const all = [...paths.map((path) => relative(root, path)), ...sources];
  return new Map(all.map((path) => [path, readFileSync(join(root, path))]));
}

/** Where a program's compiled files are. Packages may be shared by several copies of it. */
function placesOf(root) {
  const cache = join(root, 'node_modules/.cache/relaywave');
  const name = `program-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  return {
    cache,
    name,
    index: join(cache, `${name}.json`),
    folderOf: (hash) => join(cache, `${name}-${hash}`),
  };
}

/** The folder of what was compiled last, if the sources are still the same. */
function keptFolder(root) {
  try {
    const { index, folderOf } = placesOf(root);
    const { sources, hash } = JSON.parse(readFileSync(index, 'utf8'));
    return hashOf(contentsOf(root, sources)) === hash && existsSync(folderOf(hash)) ? folderOf(hash) : null;
  } catch {
    return null;
  }
}

/** Sources find their data files and packages from where they stand, not from where they are compiled to. */
function ownUrls(root, read) {
  return {
    name: 'own-urls',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = readFileSync(path);
        read.set(relative(root, path), source);
        const url = JSON.stringify(pathToFileURL(path).href);
        return { contents: source.toString('utf8').replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

function forgetOld({ cache, name }) {
  for (const one of readdirSync(cache)) {
    const path = join(cache, one);
    if (!one.startsWith(`${name}-`) || Date.now() - statSync(path).mtimeMs < FORGOTTEN_AFTER_MS) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

async function compile(root, entry) {
  const { build } = await import('esbuild');
  const places = placesOf(root);
  const { index, folderOf } = places;
  const partial = folderOf(randomUUID());
  const read = new Map();
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir: partial,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [ownUrls(root, read)],
  });
  const hash = hashOf(new Map([...contentsOf(root, []), ...read]));
  mkdirSync(partial, { recursive: true });
  forgetOld(places);
  try {
    for (const { path, contents } of outputFiles) writeFileSync(path, contents);
    // Another process may have been quicker; what it made is the same.
    if (!existsSync(folderOf(hash))) renameSync(partial, folderOf(hash));
    writeFileSync(`${index}.${process.pid}`, JSON.stringify({ sources: [...read.keys()].sort(), hash }));
    renameSync(`${index}.${process.pid}`, index);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folderOf(hash);
}

/**
 * The URL of a file that starts the program whose first source is `entry`, a path from its `root`. Rejects where it cannot
 * be compiled, or the result cannot be kept: then the sources have to be loaded one by one.
 */
export async function compiledProgram(root, entry) {
  const folder = keptFolder(root) ?? (await compile(root, entry));
  return pathToFileURL(join(folder, 'main.mjs')).href;
}
