/** A live arm: the network of the scenario on its engine, and what came of it. */

import { runGossipsub } from '../engine/gossipsub/engine.ts';
import { stageColumn } from '../engine/gossipsub/job.ts';
import type { ArmOutcome, Stage, UpdateOutcome } from '../measure/outcome.ts';
import type { Population, Topology } from '../population/population.ts';
import type { LiveArm, Scenario } from '../scenario/scenario.ts';
import type { PreparedRelease } from './release.ts';
import type { Phase, RunOptions } from './run-contract.ts';

export interface LiveRun {
  readonly outcome: ArmOutcome;
  readonly threads: number;
  readonly phasesWallMs: Partial<Record<Phase, number>>;
  readonly warnings: readonly string[];
}

/** Runs the arm; rejects with the signal's reason when stopped. */
export async function runLiveArm(
  scenario: Scenario,
  arm: LiveArm,
  population: Population,
  topology: Topology,
  releases: readonly PreparedRelease[],
  options: RunOptions,
): Promise<LiveRun> {
  const { shared, traceHash, threads, total, phasesWallMs } = await runGossipsub(
    { scenario, population, topology, releases },
    options,
  );
  const { relays } = population;
  const sinceRelease = (release: number, stage: Stage): Float64Array =>
    stageColumn(shared, relays, release, stage).map((timeUs) => (timeUs - releases[release].atUs) / 1e6);
  const updates = releases.map(
    ({ module, moduleBytes, moduleSha256 }, release): UpdateOutcome => ({
      module,
      moduleBytes,
      moduleSha256,
      stages: {
        heard: sinceRelease(release, 'heard'),
        verified: sinceRelease(release, 'verified'),
        staged: sinceRelease(release, 'staged'),
        activated: sinceRelease(release, 'activated'),
      },
      removed: new Float64Array(relays).fill(Number.NaN),
      haltedSeconds: null,
    }),
  );
  // A publisher takes its own update without receiving it.
  const deliveries = updates.reduce((sum, { stages }) => sum + countReached(stages.heard) - 1, 0);
  const firstReleaseUs = Math.min(...releases.map(({ atUs }) => atUs));
  const outcome: ArmOutcome = {
    arm,
    engine: 'gossipsub',
    horizonSeconds: scenario.durationSeconds - firstReleaseUs / 1e6,
    updates,
    cost: {
      deliveries,
      duplicates: total.copies - deliveries,
      bytes: Math.round(total.bytesSent),
      frames: total.framesSent,
      penalties: total.penalties,
    },
    trust: null,
    rolledBack: total.rolledBack,
    circuitsBroken: null,
    traceHash,
    violations: [...total.violations, ...conservation(total)],
  };
  return { outcome, threads, phasesWallMs, warnings: total.warnings };
}

/** Frames sent must be delivered, or dropped where nobody was left to take them, or on their way. */
function conservation(total: {
  framesSent: number;
  framesDelivered: number;
  framesDropped: number;
  framesInFlight: number;
}): string[] {
  const { framesSent, framesDelivered, framesDropped, framesInFlight } = total;
  if (framesSent === framesDelivered + framesDropped + framesInFlight) return [];
  const found = `${framesDelivered} delivered, ${framesDropped} dropped and ${framesInFlight} in flight`;
  return [`${framesSent} frames sent, but ${found}`];
}

function countReached(times: Float64Array): number {
  return times.reduce((count, time) => (Number.isNaN(time) ? count : count + 1), 0);
}
