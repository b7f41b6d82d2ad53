/**
 * sweep.json: what a folder of a sweep is of, so that shards can be put together without the scenario's file.
 *
 * It depends on the scenario, the values that it varies and the code, not on who runs which part where: every shard
 * writes the same bytes. Runs are named by their content (run-id.ts).
 */

import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolders } from '../../node/make-folders.ts';
import { hiddenBeside } from '../report/left-folders.ts';
import { explainFileError, explainReadError, ResultsError } from '../report/results-error.ts';
import { writeFileSynced } from '../report/results-folder.ts';
import { RUN_ID } from './run-id.ts';

export const SWEEP_FILE = 'sweep.json';

const sweepFileSchema = z.strictObject({
  format: z.literal(1),
  /** The code that the runs are of. */
  version: z.string().min(1),
  /** The command that repeats the sweep. */
  command: z.string(),
  /** Where the scenario was made smaller, what of it. */
  scaled: z.string().nullable(),
  /** The scenario with every default spelled out, as it stands in the folder `all`. */
  scenario: z.string(),
  points: z
    .array(
      z.strictObject({
        values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
        /** One for each seed, in order. */
        runs: z.array(z.string().regex(RUN_ID)).min(1),
      }),
    )
    .min(1),
});

export type SweepFile = z.output<typeof sweepFileSchema>;

/** The same sweep, whatever the path was by which its file was named. */
export function isSameSweep(a: SweepFile, b: SweepFile): boolean {
  return JSON.stringify({ ...a, command: '' }) === JSON.stringify({ ...b, command: '' });
}

/** Every run of the sweep once, in the order of its points: points that are equal share theirs. */
export function runsOfSweep({ points }: SweepFile): string[] {
  return [...new Set(points.flatMap(({ runs }) => runs))];
}

export function formatSweepFile(file: SweepFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Reads it; null where there is none. Throws ResultsError for one that does not read. */
export async function readSweepFile(home: string): Promise<SweepFile | null> {
  const path = join(home, SWEEP_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw explainReadError(error, path);
  }
  try {
    return sweepFileSchema.parse(JSON.parse(text));
  } catch {
    const message = `${path} is not of a sweep, or of another version; remove it, or choose another folder with --out`;
    throw new ResultsError('not-results', path, message);
  }
}

/** Writes it in one piece, in the place of another. Throws ResultsError. */
export async function writeSweepFile(home: string, file: SweepFile): Promise<void> {
  const path = join(home, SWEEP_FILE);
  const partial = hiddenBeside(path, 'partial');
  try {
    makeFolders(home);
    await rm(partial, { force: true });
    await writeFileSynced(partial, formatSweepFile(file));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw explainFileError(error, path);
  }
}
