/**
 * All runs under results/, found by walking it; what was read of a folder is kept until one of its files changes.
 *
 * Links are not followed and hidden folders left out: results are written to a hidden one first.
 */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedRun, RunList } from './api-shapes.ts';
import { isPlainName } from './inner-path.ts';
import { readFolder } from './read-folder.ts';

const DEPTH_MAX = 6;
const RUNS_MAX = 3000;
/** Folders looked into, so that a disk full of other things is not walked to its end. */
const FOLDERS_MAX = 20_000;
/** A folder with one of these is a result, whole or not. */
const MARKS = ['summary.json', 'manifest.json', 'report.html', 'curves.csv'];

interface Known {
  readonly state: string;
  readonly run: ListedRun;
}

export class RunIndex {
  private readonly folder: string;
  private known = new Map<string, Known>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The newest first. */
  async list(): Promise<RunList> {
    const { ids, isCut } = await this.walk();
    const known = new Map<string, Known>();
    for (const id of ids) {
      const read = await this.read(id).catch(() => null); // gone in between
      if (read !== null) known.set(id, read);
    }
    this.known = known;
    const runs = [...known.values()].map(({ run }) => run);
    runs.sort((a, b) =>
      a.writtenAt === b.writtenAt ? (a.id < b.id ? -1 : 1) : a.writtenAt < b.writtenAt ? 1 : -1,
    );
    return { runs, isCut };
  }

  private async read(id: string): Promise<Known> {
    const folder = join(this.folder, ...id.split('/'));
    const state = (await Promise.all(['.', ...MARKS].map((name) => mark(join(folder, name))))).join(' ');
    const before = this.known.get(id);
    return before?.state === state ? before : { state, run: (await readFolder(folder, id)).listed };
  }

  private async walk(): Promise<{ readonly ids: readonly string[]; readonly isCut: boolean }> {
    const ids: string[] = [];
    let open: string[] = [''];
    let folders = 0;
    for (let depth = 0; depth <= DEPTH_MAX && open.length > 0; depth++) {
      const below: string[] = [];
      for (const id of open) {
        if (++folders > FOLDERS_MAX || ids.length >= RUNS_MAX) return { ids, isCut: true };
        const entries = await readdir(join(this.folder, id), { withFileTypes: true }).catch(() => []);
        const isResult = id !== '' && entries.some((entry) => entry.isFile() && MARKS.includes(entry.name));
        if (isResult) ids.push(id);
        for (const entry of entries) {
          if (!entry.isDirectory() || !isPlainName(entry.name) || (isResult && entry.name === 'charts'))
            continue;
          below.push(id === '' ? entry.name : `${id}/${entry.name}`);
        }
      }
      open = below;
    }
    return { ids, isCut: open.length > 0 };
  }
}

async function mark(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs}:${size}:${ino}`,
    () => '-',
  );
}
