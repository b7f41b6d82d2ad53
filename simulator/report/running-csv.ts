/**
 * running.csv: which share of relays ran an update at each moment, where relays took one out again.
 *
 * Columns: arm, seed, update, seconds, fraction_of_relays. Seconds are virtual and count from the release of the
 * update; a value holds until the next row. Unlike curves.csv, which counts relays that ever ran an update, these
 * curves fall when relays roll back or hear of a revocation. Only arms and updates of which something was
 * removed are in it; a run in which nothing was has no such file.
 */

import type { RunOutcome } from '../measure/outcome.ts';
import { roundFraction, roundTime } from '../measure/rounding.ts';
import { runningCurve } from '../measure/running.ts';
import { updateNames } from '../measure/update-names.ts';
import { csvField, writtenRows } from './csv.ts';

export interface RunningCsv {
  readonly text: string;
  /** Curves that were thinned, as in curves.csv. */
  readonly thinned: readonly string[];
}

/** Writes the running curves in the scenario's order; null when no relay removed anything. */
export function runningCsv(outcome: RunOutcome): RunningCsv | null {
  const { scenario } = outcome;
  const names = updateNames(outcome);
  const lines: string[] = [];
  const thinned: string[] = [];
  const firstAtSeconds = scenario.updates[0]?.atSeconds ?? 0;
  for (const arm of outcome.arms) {
    arm.updates.forEach((update, index) => {
      if (update.removed.every(Number.isNaN)) return;
      const name = names[index] as string;
      const curve = runningCurve(update.stages.activated, update.removed, update.cohort);
      const row = (seconds: number, fraction: number) => {
        const fields = [csvField(arm.arm.name), scenario.seed, csvField(name), roundTime(seconds)];
        lines.push([...fields, roundFraction(fraction)].join(','));
      };
      const { every, rows } = writtenRows(curve.seconds.length);
      if (every > 1) thinned.push(`${arm.arm.name}/${name} running: one of ${every} steps`);
      if (curve.seconds[0] !== 0) row(0, 0);
      for (const step of rows) row(curve.seconds[step] as number, curve.fractionOfRelays[step] as number);
      const releasedSeconds = (scenario.updates[index]?.atSeconds ?? firstAtSeconds) - firstAtSeconds;
      const horizonSeconds = arm.horizonSeconds - releasedSeconds;
      if ((curve.seconds.at(-1) ?? 0) < horizonSeconds)
        row(horizonSeconds, curve.fractionOfRelays.at(-1) ?? 0);
    });
  }
  if (lines.length === 0) return null;
  return { text: `arm,seed,update,seconds,fraction_of_relays\n${lines.join('\n')}\n`, thinned };
}
