/**
 * The folder of a run's results: whole, or not there at all.
 *
 * Everything is written to a hidden folder beside the target and renamed when it is complete, so a reader
 * never sees half a result, and an old result is only deleted when the new one stands in its place. The
 * surprising part is --force: it replaces results, never a folder that holds something else.
 */

import { constants } from 'node:fs';
import {
  access,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolders } from '../../node/make-folders.ts';
import { hiddenBeside, settleBeside } from './left-folders.ts';
import { explainFileError, ResultsError } from './results-error.ts';

export interface ResultsTarget {
  readonly directory: string;
  /** Replace results that are there already. */
  readonly force: boolean;
}

/** A folder with this file in it is the result of a run. */
const MARK_OF_RESULTS = 'manifest.json';

/** Others that write to the same place are met once or twice, never this often. */
const SWAPS_MAX = 10;

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
  // Of a link, the place that it leads to counts.
  if (found.dev !== (await stat(dirname(await realpath(directory)))).dev) {
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

async function checkPlace(target: ResultsTarget): Promise<void> {
  try {
    await checkTaken(target);
    await checkWritable(target.directory);
  } catch (error) {
    throw explainFileError(error, target.directory);
  }
}

/**
 * Fails early, before a simulation is run for nothing: throws `ResultsError` when `directory` exists (and
 * may not be replaced) or its place cannot be written to. What killed commands have left there is put in order first.
 */
export async function checkTarget(directory: string, force: boolean): Promise<void> {
  const absolute = resolve(directory);
  await settleBeside(absolute);
  await checkPlace({ directory: absolute, force });
}

/** Writes a file and waits until the disk has it. */
export async function writeFileSynced(
  path: string,
  content: string | Uint8Array | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await writeFile(file, content);
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

/** The same for a folder and all below it. */
async function syncFolders(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await syncFolders(join(path, entry.name));
  await syncFolder(path);
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

/** Renames to a name that is free; false if it has been taken in between. */
async function takeName(from: string, name: string): Promise<boolean> {
  try {
    await rename(from, name);
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

/** Whether there was something to put aside. */
async function stepAside(target: string, old: string): Promise<boolean> {
  try {
    await rename(target, old);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** The disk refused to rename, and to rename back: the new results are whole, but hidden, and so are the old ones. */
class BetweenNames extends Error {
  readonly old: string;

  constructor(old: string, options: ErrorOptions) {
    super('between two names', options);
    this.old = old;
  }
}

/**
 * Puts `partial` in the place of `target`. An old folder steps aside first, and back if that fails. Killed in between,
 * the next command ends it (left-folders.ts); of two commands that replace the same results, the last one stays.
 */
async function swapIn(partial: string, target: string, force: boolean): Promise<void> {
  const old = hiddenBeside(target, 'old');
  for (let attempt = 1; attempt <= SWAPS_MAX; attempt++) {
    // Someone may have taken the name while the run went on.
    await checkTaken({ directory: target, force });
    await rm(old, { recursive: true, force: true });
    const steppedAside = force && (await stepAside(target, old));
    try {
      if (await takeName(partial, target)) {
        // Done: what cannot be removed now, the next command removes.
        await rm(old, { recursive: true, force: true }).catch(() => undefined);
        return;
      }
    } catch (error) {
      const isBack = !steppedAside || (await takeName(old, target).catch(() => false));
      throw isBack ? error : new BetweenNames(old, { cause: error });
    }
  }
  const message = `${target} is replaced by others all the time; choose another folder with --out`;
  throw new ResultsError('in-use', target, message);
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
  await checkPlace({ directory: named, force: target.force });
  const made: string[] = [];
  let partial: string | undefined;
  const parent = dirname(named);
  try {
    signal?.throwIfAborted();
    makeFolders(parent, { made });
    // A link to an older result stays a link: what it points to is replaced.
    const directory = (await statOrNull(named)) === null ? named : await realpath(named);
    partial = hiddenBeside(directory, 'partial');
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    await fill(partial);
    await syncFolders(partial);
    signal?.throwIfAborted();
    await swapIn(partial, directory, target.force);
    for (const folder of [directory, ...made]) await syncFolder(dirname(folder));
  } catch (error) {
    // Neither may be removed then.
    if (error instanceof BetweenNames) throw betweenNames(error, named, partial ?? '');
    const left = partial === undefined ? null : await removePartial(partial);
    if (left === null) await removeMadeFolders(made);
    const explained = signal?.aborted ? signal.reason : explainFileError(error, named);
    if (left !== null && explained instanceof ResultsError) {
      const { reason, path, message } = explained;
      throw new ResultsError(reason, path, `${message}; ${left} stays until the next run`, { cause: error });
    }
    throw explained;
  }
}

function betweenNames({ cause, old }: BetweenNames, named: string, partial: string): unknown {
  const explained = explainFileError(cause, named);
  if (!(explained instanceof ResultsError)) return explained;
  const places = `the new results are in ${partial}, the old ones in ${old}`;
  const message = `${explained.message}; ${places}, and the next command there puts the new ones in place`;
  return new ResultsError(explained.reason, named, message, { cause });
}

/** Removes what was begun; its path if that cannot be done now. */
async function removePartial(partial: string): Promise<string | null> {
  try {
    await rm(partial, { recursive: true, force: true });
    return null;
  } catch {
    return partial;
  }
}
