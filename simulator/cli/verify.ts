/**
 * `verify DIR`: whether results are what they say they are.
 *
 * First the files against the hashes of their manifest, which finds what was changed since. Then the scenario is
 * run again, and its trace hash and the bytes of its data files have to be the same: that finds results that this
 * version, or this machine, does not reproduce. A run in real time can be held against its hashes only.
 */

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { callOf } from '../../updates/cli/call-words.ts';
import { sha256 } from '../report/manifest.ts';
import { loadScenario } from '../scenario/load.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { watchInterrupts } from './interrupt.ts';
import { progressDisplay } from './progress.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';
import { shownPath } from './workplace.ts';

export interface VerifyOptions {
  readonly quiet?: boolean;
  /** Only the hashes: the scenario is not run again. */
  readonly hashesOnly?: boolean;
}

/** Files that are missing or differ from the manifest, one line each. */
async function changedFiles(directory: string, hashes: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(hashes).map(async ([name, hash]) => {
      try {
        return sha256(await readFile(join(directory, name))) === hash ? [] : [`${name} was changed`];
      } catch (error) {
        return [`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`];
      }
    }),
  );
  return found.flat();
}

/** Runs the verb: 0 when everything agrees, 1 otherwise. */
export async function verify(
  folder: string,
  options: VerifyOptions,
  context: CommandContext,
  rooms: SimulateRooms = SIMULATE_ROOMS,
): Promise<number> {
  const { userFolder } = context.workplace;
  const directory = resolve(userFolder, folder);
  const shown = shownPath(directory, userFolder);
  const { readManifest } = await import('../report/read-run.ts');
  await rooms.settleBeside(directory);
  const manifest = await readManifest(directory);
  const changed = await changedFiles(directory, manifest.sha256);
  for (const line of changed) context.err.line(`${shown}: ${line}`);
  if (changed.length > 0) return EXIT.failed;
  const files = Object.keys(manifest.sha256).length;
  context.out.line(`${shown}: ${files} files have the hashes of their manifest`);
  if (options.hashesOnly === true) return EXIT.ok;
  if ('crosscheck' in manifest) {
    throw new UsageError(`${shown} holds a crosscheck, whose runs are not kept`, 'add --hashes-only');
  }
  if ('sweep.csv' in manifest.sha256) {
    throw new UsageError(
      `${shown} holds a sweep, whose runs are verified one by one`,
      'name a folder in runs/, or add --hashes-only',
    );
  }
  if (manifest.seeds.length > 1) {
    throw new UsageError(
      `${shown} merges ${manifest.seeds.length} runs, which are verified one by one`,
      'name a folder seed-<n>, or add --hashes-only',
    );
  }
  const version = await rooms.version();
  if (manifest.versions.relaywave !== version) {
    throw new UsageError(
      `${shown} was made by relaywave ${manifest.versions.relaywave}, and this is ${version}`,
      'verify it with the version that made it, or add --hashes-only',
    );
  }
  if (manifest.traceHash === null) {
    context.out.line(
      `${shown}: it ran in real time (engine wire), and no second run gives the same bytes; ` +
        `${callOf('crosscheck', 'SCENARIO', '--engines gossipsub,wire')} tells how far it is from virtual time`,
    );
    return EXIT.ok;
  }
  return rerun(directory, shown, manifest.sha256, options, context, rooms);
}

async function rerun(
  directory: string,
  shown: string,
  hashes: Readonly<Record<string, string>>,
  options: VerifyOptions,
  context: CommandContext,
  rooms: SimulateRooms,
): Promise<number> {
  const { scenario } = loadScenario(join(directory, 'scenario.resolved.yaml'));
  const display = progressDisplay(context.err, options);
  const watch = watchInterrupts({
    source: process,
    onFirst: () => display.stop(),
    exitNow: (code) => process.exit(code),
  });
  try {
    const run = await rooms.runScenario(scenario, {
      signal: watch.signal,
      onProgress: (progress) => display.update(progress),
    });
    display.stop();
    const made = await rooms.dataFiles(run, await rooms.historicalBaselines(scenario.historical));
    const different = made.filter(({ name, content }) => sha256(content) !== hashes[name]);
    for (const { name } of different) context.err.line(`${shown}: ${name} comes out different`);
    if (different.length > 0) return EXIT.failed;
    context.out.line(
      `${shown}: run again, ${made.map(({ name }) => name).join(', ')} come out the same, byte by byte`,
    );
    return EXIT.ok;
  } catch (error) {
    throw watch.signal.aborted ? watch.signal.reason : error;
  } finally {
    display.stop();
    watch.stop();
  }
}
