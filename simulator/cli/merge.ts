/**
 * `merge OUT [SHARDS...]`: puts the shards of a sweep together, without running anything.
 *
 * OUT then holds the same bytes as if one machine had done the whole sweep, but for the manifests, which say who did
 * what. Without SHARDS, OUT is a folder that all of them wrote to.
 */

import { join, resolve } from 'node:path';
import { scenarioFromText } from '../scenario/load.ts';
import { gatherRuns } from '../sweep/merge-shards.ts';
import { attended } from './attended.ts';
import type { CommandContext } from './command.ts';
import { type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';
import { tellSweep, togetherFolder, writeTogether } from './sweep-report.ts';

export interface MergeOptions {
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: string;
}

/** Runs the verb; the exit code of what was done. */
export async function merge(
  folder: string,
  shards: readonly string[],
  options: MergeOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings = SURROUNDINGS,
): Promise<number> {
  const { rooms } = surroundings;
  const { userFolder } = context.workplace;
  const home = resolve(userFolder, folder);
  const force = options.force === true;
  await rooms.checkTarget(togetherFolder(home), force);
  return attended(context, surroundings, options, async (display, signal) => {
    context.journal.left = 'runs that were found are kept; the same command goes on';
    const file = await gatherRuns(
      home,
      shards.map((shard) => resolve(userFolder, shard)),
      signal,
      (done, total) =>
        display.update({ phase: 'run', virtualSeconds: done, durationSeconds: total, runs: { done, total } }),
    );
    const loaded = scenarioFromText(join(togetherFolder(home), 'scenario.resolved.yaml'), file.scenario);
    const plan = loaded.scenario.sweep!;
    const written = await writeTogether(home, file, loaded, plan, { rooms, force, signal });
    display.written?.(togetherFolder(home));
    display.stop();
    return tellSweep(written, loaded, options, context, rooms);
  });
}
