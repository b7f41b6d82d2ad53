/**
 * Many seeds, several at a time: what was found wrong, and what happened at all.
 *
 * Each lane runs one seed after the other in a thread that it keeps. Which lane a seed falls to changes nothing.
 */

import { KeptThreads } from '../../engine/gossipsub/kept-threads.ts';
import { Coverage } from './coverage.ts';
import type { DrawOptions } from './drawn-scenario.ts';
import { type Samples, type SeedVerdict, trySeed } from './try-seed.ts';

export interface CampaignOptions extends DrawOptions {
  readonly from: number;
  readonly seeds: number;
  readonly lanes: number;
  readonly samples: Samples;
  /** Told of each seed when it is done, in the order in which they end. */
  readonly onSeed?: ((verdict: SeedVerdict, done: number) => Promise<void> | void) | undefined;
}

export interface Campaign {
  /** Seeds with findings, in order. */
  readonly failed: readonly SeedVerdict[];
  readonly coverage: Coverage;
  /** Draws that the checks refused, by what they said first. */
  readonly refused: ReadonlyMap<string, number>;
  /** How many seeds were run again in each way. */
  readonly again: ReadonlyMap<string, number>;
}

/** Runs the seeds from `from` on. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { from, seeds, lanes, onSeed } = options;
  const coverage = new Coverage();
  const failed: SeedVerdict[] = [];
  const refused = new Map<string, number>();
  const again = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  let [next, done] = [from, 0];
  const lane = async (): Promise<void> => {
    const kept = new KeptThreads();
    try {
      while (next < from + seeds) {
        const verdict = await trySeed(next++, options, kept);
        coverage.add(verdict.shown);
        for (const what of verdict.refused) count(refused, what);
        for (const way of verdict.again) count(again, way);
        if (verdict.findings.length > 0) failed.push(verdict);
        await onSeed?.(verdict, ++done);
      }
    } finally {
      await kept.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  failed.sort((a, b) => a.seed - b.seed);
  return { failed, coverage, refused, again };
}
