/**
 * A repository in a folder, which any static web server can serve.
 *
 *     <folder>/                 what clients may see: 1.root.json, timestamp.json, targets/...
 *     <folder>.staged/          what waits for signatures: beside it, so that serving the folder keeps it back
 *     <folder>.staged/.journal/ a write under way (write-journal.ts)
 *     <folder>.staged/.lock     who writes
 *
 * A publication is written whole or not at all, its timestamp last.
 */

import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { makeFolders } from '../../node/make-folders.ts';
import { RepositoryError } from './repository-error.ts';
import { type RepositoryStorage, STAGED } from './repository-storage.ts';
import { type JournalFileSystem, WriteJournal } from './write-journal.ts';

export class FolderStorage implements RepositoryStorage {
  readonly folder: string;
  private readonly stagedFolder: string;
  private readonly journal: WriteJournal;

  constructor(folder: string, files?: JournalFileSystem) {
    this.folder = path.resolve(folder);
    this.stagedFolder = `${this.folder}.staged`;
    this.journal = new WriteJournal(path.join(this.stagedFolder, '.journal'), files);
  }

  read(name: string): Uint8Array | null {
    return readIfThere(this.at(name));
  }

  list(): readonly string[] {
    const staged = filesBelow(this.stagedFolder).filter((name) => !name.startsWith('.'));
    return [...filesBelow(this.folder), ...staged.map((name) => STAGED + name)].sort();
  }

  write(changes: ReadonlyMap<string, Uint8Array | null>): void {
    const news = [...changes].filter(([name, bytes]) => !sameBytes(this.read(name), bytes));
    if (news.length === 0) return;
    makeFolders(this.folder);
    makeFolders(this.stagedFolder, { mode: 0o700 });
    this.journal.write(news.map(([name, bytes]) => [this.at(name), bytes] as const));
    this.tidy();
  }

  /**
   * Takes the folder for this process until `work` is done, and finishes what another one began.
   *
   * Throws RepositoryError `locked` if somebody else has it: two publishers at once would give two contents to
   * one version. What a process of this machine has left that runs no more, by Ctrl-C for instance, is in nobody's way.
   */
  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    makeFolders(this.stagedFolder, { mode: 0o700 });
    const lock = path.join(this.stagedFolder, '.lock');
    if (!takeLock(lock) && !(removeLeftLock(lock) && takeLock(lock))) {
      throw new RepositoryError(
        'locked',
        `${this.folder} is in use by process ${readIfThere(lock)?.toString().trim() || 'unknown'}`,
        `wait for it; if no such process runs any more, remove ${lock}`,
      );
    }
    try {
      removeLeftBeside(lock);
      this.journal.finish();
      return await work();
    } finally {
      rmSync(lock, { force: true });
      this.tidy();
    }
  }

  /** Leaves no empty folders of changes that are staged no more, nor an empty staged folder. */
  private tidy(): void {
    for (const entry of readdirSync(this.stagedFolder, { withFileTypes: true })) {
      const folder = path.join(this.stagedFolder, entry.name);
      if (entry.isDirectory() && filesBelow(folder).length === 0) rmSync(folder, { recursive: true });
    }
    if (readdirSync(this.stagedFolder).length === 0) rmSync(this.stagedFolder, { recursive: true });
  }

  private at(name: string): string {
    const file = name.startsWith(STAGED)
      ? path.join(this.stagedFolder, name.slice(STAGED.length))
      : path.join(this.folder, name);
    const inside = file.startsWith(this.folder + path.sep) || file.startsWith(this.stagedFolder + path.sep);
    if (!inside) throw new RangeError(`${name} is no name of a file here`);
    return file;
  }
}

/**
 * False if somebody has it. It is made under another name first: a process that dies while it writes must not leave a
 * lock that does not say whose it is.
 */
function takeLock(lock: string): boolean {
  const own = `${lock}.${process.pid}.new`;
  try {
    writeFileSync(own, `${process.pid} on ${hostname()}\n`);
    linkSync(own, lock);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // A file system without links.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(code ?? '')) throw error;
    return takeLockWithoutLinks(lock);
  } finally {
    rmSync(own, { force: true });
  }
}

function takeLockWithoutLinks(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid} on ${hostname()}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes what processes have left that died while they took the lock; nobody has a lock under these names. */
function removeLeftBeside(lock: string): void {
  const folder = path.dirname(lock);
  for (const name of readdirSync(folder)) {
    const [, pid] = /^\.lock\.(\d+)(?:\.new)?$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(path.join(folder, name), { force: true });
  }
}

/** Removes a lock whose process has ended; false for one that is held, or of another machine, where nobody can tell. */
function removeLeftLock(lock: string): boolean {
  const owner = readIfThere(lock)?.toString() ?? '';
  const [, pid, host] = /^(\d+) on (.*)\n$/.exec(owner) ?? [];
  if (pid === undefined || host !== hostname() || isRunning(Number(pid))) return false;
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside); // of two that find it, one gets it
  } catch {
    return false;
  }
  const isSame = readIfThere(aside)?.toString() === owner;
  // Somebody was quicker and has a lock of its own by now.
  if (isSame) rmSync(aside, { force: true });
  else renameSync(aside, lock);
  return isSame;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Paths of all files below a folder, with `/` between their parts; none if it is not there. */
function filesBelow(folder: string, prefix = ''): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory()
        ? filesBelow(path.join(folder, entry.name), `${prefix}${entry.name}/`)
        : [prefix + entry.name],
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function sameBytes(before: Uint8Array | null, after: Uint8Array | null): boolean {
  if (before === null || after === null) return before === after;
  return Buffer.compare(before, after) === 0;
}
