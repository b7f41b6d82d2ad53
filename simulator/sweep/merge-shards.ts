/**
 * Puts the runs of several folders of one sweep into one of them.
 *
 * Folders are of one sweep when their sweep.json says the same. A run is copied with all its files, and only after every
 * byte of it was found to be what its manifest says; nothing is run here.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ResultsError } from '../report/results-error.ts';
import { RunStore } from './run-store.ts';
import {
  isSameSweep,
  readSweepFile,
  runsOfSweep,
  SWEEP_FILE,
  type SweepFile,
  writeSweepFile,
} from './sweep-file.ts';

/** Of missing or damaged runs so many are named. */
const NAMED_MOST = 5;

function refuse(path: string, message: string): never {
  throw new ResultsError('not-results', path, message);
}

/** The sweep that all folders are of. Throws ResultsError where they are of different ones, or of none. */
async function commonSweep(folders: readonly string[]): Promise<SweepFile> {
  let common: { readonly folder: string; readonly file: SweepFile } | null = null;
  for (const folder of folders) {
    const file = await readSweepFile(folder);
    if (file === null) refuse(folder, `${folder} holds no sweep: there is no ${SWEEP_FILE} in it`);
    common ??= { folder, file };
    if (isSameSweep(common.file, file)) continue;
    const what =
      common.file.version === file.version
        ? 'are of different sweeps'
        : `were made by different code (${common.file.version} and ${file.version})`;
    refuse(folder, `${common.folder} and ${folder} ${what}; merge shards of one sweep, made by one version`);
  }
  if (common === null) refuse('', 'no folder of a sweep was named');
  return common.file;
}

async function copyRun(id: string, from: RunStore, to: RunStore, signal: AbortSignal): Promise<void> {
  const directory = from.directoryOf(id);
  const entries = await readdir(directory, { withFileTypes: true });
  // Charts and a page that were drawn of it can be drawn again.
  const names = entries
    .filter((entry) => entry.isFile() && entry.name !== 'report.html')
    .map(({ name }) => name);
  const files = await Promise.all(
    names.sort().map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })),
  );
  await to.write(id, files, signal);
}

async function copyInputs(from: RunStore, to: RunStore): Promise<void> {
  const names = await readdir(from.inputPath('')).catch(() => []);
  await to.keepInputs(
    names.flatMap((name) => {
      const hash = /^[0-9a-f]{64}/.exec(name)?.[0];
      return hash === undefined ? [] : [{ path: from.inputPath(name), name, sha256: hash }];
    }),
  );
}

function named(ids: readonly string[]): string {
  const rest = ids.length > NAMED_MOST ? ` and ${ids.length - NAMED_MOST} more` : '';
  return `${ids.slice(0, NAMED_MOST).join(', ')}${rest}`;
}

/**
 * Brings every run of the sweep into `home`; returns the sweep. With no shards, `home` itself has to hold every run.
 * Throws ResultsError when a run is nowhere, or damaged everywhere; the runs that were found are kept.
 */
export async function gatherRuns(
  home: string,
  shards: readonly string[],
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<SweepFile> {
  const isThere = (await readSweepFile(home)) !== null;
  const others = shards.filter((shard) => resolve(shard) !== resolve(home));
  const file = await commonSweep(isThere || others.length === 0 ? [home, ...others] : others);
  if (!isThere) await writeSweepFile(home, file);
  const target = new RunStore(home);
  const sources = others.map((shard) => new RunStore(shard));
  for (const source of sources) await copyInputs(source, target);
  const missing: string[] = [];
  const damaged: string[] = [];
  const ids = runsOfSweep(file);
  for (const [place, id] of ids.entries()) {
    signal.throwIfAborted();
    onProgress(place, ids.length);
    let found = (await target.find(id)).state;
    for (const source of sources) {
      if (found === 'whole') break;
      const there = (await source.find(id)).state;
      if (there === 'whole') await copyRun(id, source, target, signal);
      found = there === 'missing' ? found : there;
    }
    if (found !== 'whole') (found === 'missing' ? missing : damaged).push(id);
  }
  if (missing.length + damaged.length > 0) {
    const why = [
      ...(missing.length > 0
        ? [`${missing.length} of ${ids.length} runs are missing (${named(missing)})`]
        : []),
      ...(damaged.length > 0 ? [`${damaged.length} are damaged (${named(damaged)})`] : []),
    ];
    refuse(
      home,
      `${why.join(', and ')}; run those shards again, or ${file.command} --out ${home} --resume does the rest`,
    );
  }
  return file;
}
