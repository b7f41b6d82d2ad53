/**
 * Runs a scenario: its arms one after the other on one population, with one seed.
 *
 * Every arm sees the same relays, operators and links, so that their difference is the arm's doing.
 */

import { wallNowMs } from '../engine/wall.ts';
import type { ArmOutcome } from '../measure/outcome.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { progressOfOutcome } from './arm-progress.ts';
import { drawNetwork } from './draw-network.ts';
import { runLiveArm } from './live.ts';
import { runManualArm } from './manual.ts';
import { withChurn } from './manual-churn.ts';
import { withTraffic } from './manual-traffic.ts';
import { prepareHostileModules } from './release.ts';
import type { FinishedRun, Phase, RunOptions } from './run-contract.ts';

/** Runs every arm; rejects with the signal's reason when stopped. */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<FinishedRun> {
  const { signal, onProgress, onPopulation, onArmEnded } = options;
  const startMs = wallNowMs();
  const { durationSeconds } = scenario;
  onProgress?.({ phase: 'prepare', virtualSeconds: 0, durationSeconds });
  const { releases, population, churn, topology } = await drawNetwork(scenario);
  const hostileModules = await prepareHostileModules(scenario);
  signal?.throwIfAborted();
  onPopulation?.(population);
  const phasesWallMs: Partial<Record<Phase, number>> = { prepare: wallNowMs() - startMs };

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
      const drawn = withChurn(runManualArm(scenario, arm, population, releases), scenario, churn);
      ended(await withTraffic(drawn, arm, { scenario, population, releases }, options));
      continue;
    }
    const run = await runLiveArm(
      { scenario, arm, population, churn, topology, releases, hostileModules },
      options,
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
