/**
 * The folder of a run's results: whole, or not there at all.
 *
 * Everything is written to a hidden folder beside the target and renamed when it is complete, so a reader
 * never sees half a result, and an old result is only deleted when the new one stands in its place. The
 * surprising part is --force: it replaces results, never a folder that holds something else.
 */

import { constants } from 'node:fs';
import { access, lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { explainFileError, ResultsError } from './results-error.ts';

export interface ResultsTarget {
  readonly directory: string;
  /** Replace results that are there already. */
  readonly force: boolean;
}

/** A folder with this file in it is the result of a run. */
const MARK_OF_RESULTS = 'manifest.json';

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}

async function statOrNull(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Refuses a target that is taken, unless it may be replaced. */
async function checkTaken({ directory, force }: ResultsTarget): Promise<void> {
  const link = await lstat(directory).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (link === null) return;
  const found = await statOrNull(directory);
  if (found === null) {
    const message = `${directory} is a symbolic link to nothing; remove it, or choose another folder with --out`;
    throw new ResultsError('exists', directory, message);
  }
  if (!found.isDirectory()) {
    const message = `${directory} is a file, not a folder; choose another name with --out`;
    throw new ResultsError('not-a-folder', directory, message);
  }
  if (!force) {
    const message = `${directory} exists; --force replaces it, --out DIR writes elsewhere`;
    throw new ResultsError('exists', directory, message);
  }
  if (found.dev !== (await stat(dirname(directory))).dev) {
    const message = `${directory} is a mount point, which cannot be replaced; use a folder inside it with --out`;
    throw new ResultsError('in-use', directory, message);
  }
  const entries = await readdir(directory);
  if (entries.length > 0 && !entries.includes(MARK_OF_RESULTS)) {
    const message =
      `${directory} holds no results of an earlier run (no ${MARK_OF_RESULTS}), so --force will not delete it; ` +
      'empty it yourself, or choose another folder with --out';
    throw new ResultsError('not-results', directory, message);
  }
}

/** Refuses a target whose nearest existing ancestor is no folder that can be written to. */
async function checkWritable(directory: string): Promise<void> {
  let ancestor = dirname(directory);
  for (;;) {
    const found = await statOrNull(ancestor);
    if (found !== null) {
      if (!found.isDirectory()) {
        const message = `cannot write results to ${directory}: ${ancestor} is a file, not a folder`;
        throw new ResultsError('not-a-folder', directory, message);
      }
      await access(ancestor, constants.W_OK | constants.X_OK);
      return;
    }
    ancestor = dirname(ancestor);
  }
}

/**
 * Fails early, before a simulation is run for nothing: throws `ResultsError` when `directory` exists (and
 * may not be replaced) or its place cannot be written to.
 */
export async function checkTarget(directory: string, force: boolean): Promise<void> {
  const absolute = resolve(directory);
  try {
    await checkTaken({ directory: absolute, force });
    await checkWritable(absolute);
  } catch (error) {
    throw explainFileError(error, absolute);
  }
}

/** Writes a file and waits until the disk has it. */
export async function writeFileSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until the disk has a folder's entries. Some file systems cannot, which is no reason to fail. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY).catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/**
 * Makes a folder and those above it, and notes in `made` which are new, the uppermost first.
 *
 * One at a time: Node's own recursive mkdir never ends where the system denies with ENOENT, as in /proc.
 */
async function makeFolders(path: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  for (let folder = path; (await statOrNull(folder)) === null; folder = dirname(folder))
    missing.unshift(folder);
  for (const folder of missing) {
    try {
      await mkdir(folder);
      made.push(folder);
    } catch (error) {
      // Another run may have made it in between.
      if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    }
  }
}

/** Removes folders that this run made, the lowest first, as far as they are empty. */
async function removeMadeFolders(made: readonly string[]): Promise<void> {
  for (const folder of [...made].reverse()) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

/** Puts `partial` in the place of `target`. An old folder steps aside first, and back if that fails. */
async function swapIn(partial: string, target: string): Promise<void> {
  if ((await statOrNull(target)) === null) {
    await rename(partial, target);
    return;
  }
  const old = join(dirname(target), `.${basename(target)}.old-${process.pid}`);
  await rm(old, { recursive: true, force: true });
  await rename(target, old);
  try {
    await rename(partial, target);
  } catch (error) {
    await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/**
 * Writes a folder in one piece: `fill` gets an empty folder to write to, which becomes the target when it
 * is done. When `fill` throws or the signal aborts, nothing stays. Throws `ResultsError` for what the file
 * system refuses, and rethrows everything else (the signal's reason on abort).
 */
export async function writeFolder(
  target: ResultsTarget,
  fill: (folder: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const named = resolve(target.directory);
  await checkTarget(named, target.force);
  const made: string[] = [];
  let partial: string | undefined;
  const parent = dirname(named);
  try {
    signal?.throwIfAborted();
    await makeFolders(parent, made);
    // A link to an older result stays a link: what it points to is replaced.
    const directory = (await statOrNull(named)) === null ? named : await realpath(named);
    partial = join(dirname(directory), `.${basename(directory)}.partial-${process.pid}`);
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    await fill(partial);
    await syncFolder(partial);
    signal?.throwIfAborted();
    // Someone may have taken the name while the run went on.
    await checkTaken({ directory, force: target.force });
    await swapIn(partial, directory);
    await syncFolder(dirname(directory));
  } catch (error) {
    if (partial !== undefined) await rm(partial, { recursive: true, force: true });
    await removeMadeFolders(made);
    throw signal?.aborted ? signal.reason : explainFileError(error, named);
  }
}
