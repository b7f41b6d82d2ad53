/**
 * What commands that were killed have left beside results, and how it is put in order.
 *
 * Results are written to `.<name>.partial-<machine>-<process>`; where they replace others, those step aside to
 * `.<name>.old-<machine>-<process>` for the moment between two renames. The next command that looks at the place ends
 * what was begun: an old folder without a new one under its name means that the new one was whole, since nothing steps
 * aside before, so the new one takes the name. All else that is hidden is removed. What belongs to a process that runs
 * is left alone.
 */

import { createHash } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

type Role = 'partial' | 'old';

interface Left {
  /** The name of the results. */
  readonly name: string;
  readonly role: Role;
  readonly machine: string;
  readonly process: number;
  /** The name of the hidden folder. */
  readonly hidden: string;
}

const HIDDEN = /^\.(.+)\.(partial|old)-([0-9a-f]{8})-(\d+)$/;
/** Another machine's process cannot be asked; nobody writes the files of a report for so long. */
const OTHERS_LEFT_AFTER_WALL_MS = 60 * 60 * 1000;

/** Stands for this machine in names, which must not grow with its own. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Where this process writes results that are not whole yet, or puts those that it replaces. */
export function hiddenBeside(directory: string, role: Role): string {
  return join(dirname(directory), `.${basename(directory)}.${role}-${MACHINE}-${process.pid}`);
}

function parse(hidden: string): Left | null {
  const [, name, role, machine, id] = HIDDEN.exec(hidden) ?? [];
  if (name === undefined || machine === undefined) return null;
  return { name, role: role as Role, machine, process: Number(id), hidden };
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Whether nobody is at work on it any more. */
async function isAbandoned(parent: string, { machine, process: id, hidden }: Left): Promise<boolean> {
  if (machine === MACHINE && id !== process.pid) return !isRunning(id);
  const { mtimeMs } = await stat(join(parent, hidden));
  // In a container every process may have this number: what is older than this one was another's.
  const beganWallMs = Date.now() - process.uptime() * 1000;
  return machine === MACHINE ? mtimeMs < beganWallMs : mtimeMs < Date.now() - OTHERS_LEFT_AFTER_WALL_MS;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Ends what one process began with one name. */
async function settleOne(parent: string, left: readonly Left[]): Promise<void> {
  const hidden = (role: Role) => left.find((one) => one.role === role)?.hidden;
  const [partial, old] = [hidden('partial'), hidden('old')];
  const target = join(parent, left[0]!.name);
  if (partial !== undefined && old !== undefined && !(await exists(target))) {
    await rename(join(parent, partial), target);
  }
  for (const name of [partial, old]) {
    if (name !== undefined) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/**
 * Puts in order what killed commands have left in a folder of results, for all names in it.
 *
 * Never throws: where it cannot be done, on a disk that is read-only for instance, the results that are there can be
 * read all the same, and whoever writes is told by the system.
 */
export async function settleFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const begun = new Map<string, Left[]>();
  for (const hidden of names) {
    const left = parse(hidden);
    if (left === null || !(await isAbandoned(folder, left).catch(() => false))) continue;
    const key = `${left.name}/${left.machine}/${left.process}`;
    begun.set(key, [...(begun.get(key) ?? []), left]);
  }
  // Another command may be doing the same: what is gone is done.
  for (const left of begun.values()) await settleOne(folder, left).catch(() => undefined);
}

/** The same around one folder of results, which may not be there. */
export async function settleBeside(directory: string): Promise<void> {
  await settleFolder(dirname(resolve(directory)));
}
