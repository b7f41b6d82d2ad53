/**
 * Runs one row as `npm run simulate` runs it, in this process, and says what each phase cost.
 *
 * The command is the simulator's own, report and charts included; only its ports are watched. Charts' libraries load
 * after the run instead of beside it, so that every phase is charged with what is its own.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FinishedRun } from '../../simulator/arms/run-contract.ts';
import { capturedContext } from '../../simulator/cli/captured-output.ts';
import { simulate } from '../../simulator/cli/simulate.ts';
import { SURROUNDINGS } from '../../simulator/cli/simulate-options.ts';
import { adoptionCurve } from '../../simulator/measure/curve.ts';
import { timeToFraction } from '../../simulator/measure/quantiles.ts';
import { ScenarioError } from '../../simulator/scenario/problem.ts';
import type { Carried, RowAnswer } from './measurement.ts';
import { PhaseLog } from './phase-log.ts';
import { type Row, rowKeys } from './row.ts';
import { refusalOf, SCENARIO_FILE } from './row-scenario.ts';

export interface RunAsk {
  readonly row: Row;
  /** Null leaves it to the simulator. */
  readonly threads: number | null;
}

export async function answer({ row, threads }: RunAsk): Promise<RowAnswer> {
  const log = new PhaseLog();
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-bench-'));
  const { context, err } = capturedContext(folder);
  const { rooms } = SURROUNDINGS;
  const runs: FinishedRun[] = [];
  try {
    const code = await simulate(
      SCENARIO_FILE,
      { set: rowKeys(row, threads), out: join(folder, 'results'), quiet: true, json: true },
      context,
      {
        ...SURROUNDINGS,
        rooms: {
          ...rooms,
          prepareReport: row.kind === 'shipped' ? rooms.prepareReport : async () => {},
          runScenario: async (scenario, options) => {
            log.enter('prepare', 0);
            const run = await rooms.runScenario(scenario, {
              ...options,
              onMark: ({ phase, eventsFired }) =>
                log.enter(phase === 'ended' ? 'report' : phase, eventsFired),
            });
            runs.push(run);
            return run;
          },
        },
      },
    );
    const [run] = runs;
    if (code !== 0 || run === undefined) throw new Error(`exit code ${code}: ${err()}`);
    return measured(run, log);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return refusalOf(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measured({ outcome, threads }: FinishedRun, log: PhaseLog): RowAnswer {
  const live = outcome.arms[0]!;
  const { heard, activated } = live.updates[0]!.stages;
  const curve = adoptionCurve(activated, outcome.population.consensusWeight);
  const reached = heard.reduce((count, seconds) => count + (Number.isNaN(seconds) ? 0 : 1), 0);
  return {
    outcome: 'measured',
    phases: log.costs(),
    threads,
    carried: carriedBy(live.cost!),
    reachedFraction: reached / heard.length,
    t50Seconds: timeToFraction(curve, 'fractionOfRelays', 0.5),
    traceHash: live.traceHash,
  };
}

function carriedBy(cost: NonNullable<FinishedRun['outcome']['arms'][number]['cost']>): Carried {
  const { deliveries, duplicates, frames, load } = cost;
  // Of deliveries only updates are counted; what else was a message, such as a fresh timestamp, comes as small.
  const messageRpcs = deliveries + duplicates;
  return {
    messageRpcs,
    otherFrames: Math.max(0, frames - messageRpcs),
    rpcBytes: Math.round(load.bytesByKind.messages / Math.max(1, messageRpcs)),
  };
}
