/**
 * Which runs a folder stands for: itself, or the `seed-<n>` folders in it or beside it.
 *
 * What killed commands have left there is put in order first. A folder of merged runs has no run of its own; those it was made from lie beside it, under the seeds that its
 * summary names.
 */

import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Summary } from '../measure/summary.ts';
import { settleBeside, settleFolder } from './left-folders.ts';
import { readSummary } from './read-run.ts';
import { ResultsError, readRefusal } from './results-error.ts';

const SEED_FOLDER = /^seed-(\d+)$/;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The folders of runs that `directory` stands for, ascending by seed. Throws `ResultsError` where there are none. */
export async function runFolders(directory: string): Promise<string[]> {
  await settleBeside(directory);
  await settleFolder(directory);
  if (await exists(join(directory, 'summary.json'))) {
    const { seeds } = await readSummary(directory);
    if (seeds.length === 1) return [directory];
    return seeds.map((seed) => join(dirname(directory), `seed-${seed}`));
  }
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    const message = `cannot read ${directory} (${error.code}); name a folder of results`;
    throw readRefusal(error, directory) ?? new ResultsError('not-results', directory, message);
  });
  const seeds = names.flatMap((name) => SEED_FOLDER.exec(name)?.[1] ?? []).map(Number);
  if (seeds.length === 0) {
    const message = `${directory} holds no results: neither summary.json nor a folder seed-<n>`;
    throw new ResultsError('not-results', directory, message);
  }
  return seeds.sort((a, b) => a - b).map((seed) => join(directory, `seed-${seed}`));
}

/** The summaries of those runs. */
export async function readSummaries(directory: string): Promise<Summary[]> {
  return Promise.all((await runFolders(directory)).map(readSummary));
}
