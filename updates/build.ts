/**
 * Builds the updates: every folder of updates/ that has an update.json becomes build/module.wasm in it.
 *
 * A stamp beside the binary holds the hash of the source and the compiler's version. While it fits, nothing is
 * compiled and no compiler is loaded, so that a simulation may ask for its modules at every start.
 */

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { makeFolders } from '../node/make-folders.ts';
import { assemblyScriptVersion, compileAssemblyScript } from './compile-assemblyscript.ts';
import { compileWat, wabtVersion } from './compile-wat.ts';
import { readUpdateFile, UPDATE_FILE, UpdateError, type UpdateFile } from './update-file.ts';

/** The folder that holds the updates of this project. */
export const UPDATES_FOLDER = path.dirname(fileURLToPath(import.meta.url));

const WAT = { version: wabtVersion, compile: compileWat };
const ASSEMBLYSCRIPT = { version: assemblyScriptVersion, compile: compileAssemblyScript };

export interface BuiltUpdate extends UpdateFile {
  /** Name of the folder. */
  readonly name: string;
  readonly folder: string;
  readonly wasm: Uint8Array;
  /** SHA-256 of `wasm`, hexadecimal. */
  readonly sha256: string;
  /** Whether the compiler ran. */
  readonly rebuilt: boolean;
}

/** Builds one update; `folder` is a path, or the name of a folder of updates/. Throws `UpdateError`. */
export async function buildUpdate(folder: string): Promise<BuiltUpdate> {
  const resolved = folder.includes(path.sep) ? path.resolve(folder) : path.join(UPDATES_FOLDER, folder);
  const update = readUpdateFile(resolved);
  const name = path.basename(resolved);
  const sourceFile = path.join(resolved, update.source);
  let source: string;
  try {
    source = readFileSync(sourceFile, 'utf8');
  } catch {
    throw new UpdateError(`${path.join(resolved, UPDATE_FILE)}: source: ${update.source} cannot be read`);
  }
  const compiler = update.source.endsWith('.wat') ? WAT : ASSEMBLYSCRIPT;
  const stamp = `${sha256(source)} ${compiler.version()}\n`;
  const wasmFile = path.join(resolved, 'build', 'module.wasm');
  const stampFile = path.join(resolved, 'build', 'stamp');
  const built = readBuilt(wasmFile, stampFile, stamp);
  const wasm = built ?? (await compiler.compile(source, path.relative(process.cwd(), sourceFile)));
  if (built === null) {
    makeFolders(path.dirname(wasmFile));
    replaceFile(wasmFile, wasm);
    replaceFile(stampFile, `${stamp}${sha256(wasm)}\n`);
  }
  return { ...update, name, folder: resolved, wasm, sha256: sha256(wasm), rebuilt: built === null };
}

/** Builds every update below a folder, in the order of their names. */
export async function buildAllUpdates(folder = UPDATES_FOLDER): Promise<BuiltUpdate[]> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, UPDATE_FILE)))
    .map((entry) => entry.name)
    .sort();
  const built: BuiltUpdate[] = [];
  for (const name of names) built.push(await buildUpdate(path.join(folder, name)));
  return built;
}

/** The binary, if it was made of this source by this compiler and is whole. */
function readBuilt(wasmFile: string, stampFile: string, stamp: string): Uint8Array | null {
  try {
    const wasm = new Uint8Array(readFileSync(wasmFile));
    return readFileSync(stampFile, 'utf8') === `${stamp}${sha256(wasm)}\n` ? wasm : null;
  } catch {
    return null;
  }
}

/** Two builds at once must not read halves of each other's files. */
function replaceFile(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function main(): Promise<void> {
  try {
    for (const { name, hook, wasm, rebuilt } of await buildAllUpdates()) {
      console.log(`${name}: ${wasm.length} bytes for ${hook}${rebuilt ? '' : ', unchanged'}`);
    }
  } catch (error) {
    if (!(error instanceof UpdateError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
