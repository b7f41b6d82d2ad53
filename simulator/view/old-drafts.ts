/**
 * Drafts under results/ that nobody needs any more: texts that were run from the page without being saved.
 *
 * The command of a run that was started from one names it, so a draft stays while such results are there, and for a month
 * in any case. A run that was killed may have left none.
 */

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { settleFolder } from '../report/left-folders.ts';
import { readFolder } from './read-folder.ts';
import { RunIndex } from './run-index.ts';
import { DRAFTS } from './start-plan.ts';

const KEPT_WALL_MS = 30 * 24 * 60 * 60 * 1000;

/** Puts in order what killed commands have left beside the results that are listed. */
async function settleRuns(resultsFolder: string, ids: readonly string[]): Promise<void> {
  const parents = new Set(['', ...ids.map((id) => id.split('/').slice(0, -1).join('/'))]);
  for (const parent of parents) await settleFolder(join(resultsFolder, parent));
}

/** The names of drafts that commands of results name. */
async function namedDrafts(resultsFolder: string, ids: readonly string[]): Promise<Set<string>> {
  const named = new Set<string>();
  for (const id of ids) {
    const { manifest } = await readFolder(join(resultsFolder, id), id);
    for (const [, name = ''] of (manifest.command ?? '').matchAll(/\.drafts\/([0-9a-f]{16})\//g))
      named.add(name);
  }
  return named;
}

/** Tidies results/ when the page's server starts. Never throws: what cannot be removed is in nobody's way. */
export async function tidyResults(resultsFolder: string, nowWallMs: number): Promise<void> {
  try {
    const { runs, isCut } = await new RunIndex(resultsFolder).list();
    const ids = runs.map(({ id }) => id);
    await settleRuns(resultsFolder, ids);
    // Runs that were not looked at may name any.
    if (isCut) return;
    const drafts = join(resultsFolder, DRAFTS);
    const names = (await readdir(drafts).catch(() => [])).filter((name) => /^[0-9a-f]{16}$/.test(name));
    if (names.length === 0) return;
    const named = await namedDrafts(resultsFolder, ids);
    for (const name of names) {
      const { mtimeMs } = await stat(join(drafts, name));
      if (named.has(name) || nowWallMs - mtimeMs < KEPT_WALL_MS) continue;
      await rm(join(drafts, name), { recursive: true });
    }
  } catch {
    // The page shows what is there.
  }
}
