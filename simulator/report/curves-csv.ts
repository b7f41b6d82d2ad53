/**
 * curves.csv: the adoption curve of every arm in long format, one row per step.
 *
 * Columns: arm, seed, seconds, fraction_of_relays, fraction_of_consensus_weight, and, only when a scenario
 * releases several updates, update. Seconds are virtual and count from the release of the update. Each
 * curve starts with a row at 0 and ends with a row at its horizon, so that the rows are the whole step
 * function: a value holds until the next row. A relay that ran the update and took it out again still counts:
 * running.csv (running-csv.ts) has the share that runs it at each moment.
 */

import type { AdoptionCurve } from '../measure/curve.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { roundFraction, roundTime } from '../measure/rounding.ts';
import { stageCurves } from '../measure/stage-curves.ts';
import { updateNames } from '../measure/update-names.ts';
import { csvField, writtenRows } from './csv.ts';

export interface CurvesCsv {
  readonly text: string;
  /** Curves that were thinned, "arm/update: one of n steps"; empty for up to 20,000 relays. */
  readonly thinned: readonly string[];
}

function points(curve: AdoptionCurve, rows: readonly number[], horizonSeconds: number) {
  const written = rows.map((row) => ({
    seconds: curve.seconds[row] as number,
    byCount: curve.fractionOfRelays[row] as number,
    byWeight: curve.fractionOfConsensusWeight[row] as number,
  }));
  if (written[0]?.seconds !== 0) written.unshift({ seconds: 0, byCount: 0, byWeight: 0 });
  const last = written.at(-1);
  if (last !== undefined && last.seconds < horizonSeconds) written.push({ ...last, seconds: horizonSeconds });
  return written;
}

/** Writes the curves of all arms and updates, in the scenario's order. */
export function curvesCsv(outcome: RunOutcome): CurvesCsv {
  const { scenario, population } = outcome;
  const names = updateNames(outcome);
  const isSeveral = names.length > 1;
  const header = 'arm,seed,seconds,fraction_of_relays,fraction_of_consensus_weight';
  const lines = [isSeveral ? `${header},update` : header];
  const thinned: string[] = [];
  const firstAtSeconds = scenario.updates[0]?.atSeconds ?? 0;
  for (const arm of outcome.arms) {
    arm.updates.forEach((update, index) => {
      const name = names[index] as string;
      const curve = stageCurves(update, population.consensusWeight).activated;
      const { every, rows } = writtenRows(curve.seconds.length);
      if (every > 1) thinned.push(`${arm.arm.name}/${name}: one of ${every} steps`);
      const offsetSeconds = (scenario.updates[index]?.atSeconds ?? firstAtSeconds) - firstAtSeconds;
      for (const { seconds, byCount, byWeight } of points(curve, rows, arm.horizonSeconds - offsetSeconds)) {
        const fields = [
          csvField(arm.arm.name),
          scenario.seed,
          roundTime(seconds),
          roundFraction(byCount),
          roundFraction(byWeight),
        ];
        if (isSeveral) fields.push(csvField(name));
        lines.push(fields.join(','));
      }
    });
  }
  return { text: `${lines.join('\n')}\n`, thinned };
}

/** The curves of several runs in one file, each with its seed: the header once, then every run's rows. */
export function mergedCurvesCsv(texts: readonly string[]): string {
  const rows = texts.map((text) => text.slice(text.indexOf('\n') + 1));
  return `${texts[0]?.split('\n')[0] ?? ''}\n${rows.join('')}`;
}
