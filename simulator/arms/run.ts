/**
 * Runs a scenario: its arms one after the other on one population, with one seed. Those by hand are drawn while threads
 * simulate others.
 *
 * Every arm sees the same relays, operators and links, so that their difference is the arm's doing.
 */

import { wallNowMs } from '../engine/wall.ts';
import type { ArmOutcome } from '../measure/outcome.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { progressOfOutcome } from './arm-progress.ts';
import { ArmsByHand } from './arms-by-hand.ts';
import { drawNetwork } from './draw-network.ts';
import { runLiveArm } from './live.ts';
import { withTraffic } from './manual-traffic.ts';
import { prepareEngine } from './prepare-engine.ts';
import { prepareHostileModules } from './release.ts';
import type { FinishedRun, Phase, RunOptions } from './run-contract.ts';

/** Runs every arm; rejects with the signal's reason when stopped. */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<FinishedRun> {
  const { signal, onProgress, onPopulation, onArmEnded, onDrawnByHand } = options;
  const startMs = wallNowMs();
  const { durationSeconds } = scenario;
  onProgress?.({ phase: 'prepare', virtualSeconds: 0, durationSeconds });
  prepareEngine(scenario);
  const { releases, population, churn, topology } = await drawNetwork(scenario);
  const hostileModules = await prepareHostileModules(scenario);
  signal?.throwIfAborted();
  onPopulation?.(population);
  const phasesWallMs: Partial<Record<Phase, number>> = { prepare: wallNowMs() - startMs };

  const byHand = new ArmsByHand({ scenario, population, churn, releases });
  const drawAhead = async (): Promise<void> => {
    const outcomes = await byHand.drawAll();
    if (signal?.aborted !== true) onDrawnByHand?.({ scenario, population, churn, topology, arms: outcomes });
  };
  const liveOptions: RunOptions = {
    ...options,
    onMark: (mark) => {
      options.onMark?.(mark);
      // What goes wrong here goes wrong again, and is told, when it is the arm's turn. Real time waits for nobody.
      if (mark.phase === 'connect' && scenario.engine !== 'wire') drawAhead().catch(() => undefined);
    },
  };
  const arms: ArmOutcome[] = [];
  const warnings = new Set<string>();
  let threads = 0;
  const ended = (outcome: ArmOutcome): void => {
    arms.push(outcome);
    onArmEnded?.(progressOfOutcome(outcome));
  };
  for (const arm of scenario.arms) {
    signal?.throwIfAborted();
    if (arm.kind === 'manual') {
      ended(await withTraffic(byHand.of(arm), arm, { scenario, population, releases }, options));
      continue;
    }
    const run = await runLiveArm(
      { scenario, arm, population, churn, topology, releases, hostileModules },
      liveOptions,
    );
    ended(run.outcome);
    threads = Math.max(threads, run.threads);
    for (const warning of run.warnings) warnings.add(warning);
    for (const [phase, wallMs] of Object.entries(run.phasesWallMs) as [Phase, number][]) {
      phasesWallMs[phase] = (phasesWallMs[phase] ?? 0) + wallMs;
    }
  }
  return {
    outcome: { scenario, population, churn, topology, arms },
    threads,
    phasesWallMs,
    warnings: [...warnings],
  };
}
