/** The cells of a manual arm: the same clients as in the live arms, while operators restart their relays. */

import type { RestartResult } from '../engine/traffic/restart-job.ts';
import { runRestarts } from '../engine/traffic/run-restarts.ts';
import type { ArmOutcome } from '../measure/outcome.ts';
import { latencyColumns } from '../population/latency.ts';
import type { Population } from '../population/population.ts';
import type { ManualArm, Scenario } from '../scenario/scenario.ts';
import { clientLags, installLags } from './manual.ts';
import type { PreparedRelease } from './release.ts';
import type { RunOptions } from './run-contract.ts';
import { trafficViolations } from './traffic-violations.ts';

/**
 * Simulates the run's duration of the arm's traffic, and adds it to what is known of the arm. Operators who act
 * later restart their relays when nobody is watching.
 */
export async function withTraffic(
  outcome: ArmOutcome,
  arm: ManualArm,
  input: {
    readonly scenario: Scenario;
    readonly population: Population;
    readonly releases: readonly PreparedRelease[];
  },
  options: RunOptions,
): Promise<ArmOutcome> {
  const { scenario, population, releases } = input;
  const { traffic, seed, durationSeconds, updates, network } = scenario;
  const { clients } = traffic;
  if (clients === null) return outcome;
  const lags = installLags(scenario, arm, population);
  const inRun = (lagSeconds: number, update: number): number => {
    const atSeconds = updates[update].atSeconds + lagSeconds;
    return atSeconds < durationSeconds ? atSeconds : Number.NaN;
  };
  const result: RestartResult = await runRestarts(
    {
      population,
      latency: latencyColumns(population, network, seed),
      traffic,
      seed,
      durationSeconds,
      modules: releases.map(({ request: { hook, binary }, moduleSha256 }) => ({
        hook,
        binary,
        sha256: moduleSha256,
      })),
      installSeconds: releases.map((_release, update) =>
        lags.secondsOf[update].map((lagSeconds) => inRun(lagSeconds, update)),
      ),
      clientSeconds: releases.map((_release, update) =>
        clientLags(seed, arm, clients.count, update).map((lagSeconds) => inRun(lagSeconds, update)),
      ),
      drainSeconds: arm.drainSeconds,
      downSeconds: arm.restartSeconds,
    },
    options,
  );
  // Users who act after the run are known too.
  const clientUpdatedSeconds = clientLags(seed, arm, clients.count, 0).map((lagSeconds) =>
    lagSeconds <= outcome.horizonSeconds ? updates[0].atSeconds + lagSeconds : Number.NaN,
  );
  const noticed = { ...result.traffic, clientUpdatedSeconds };
  return {
    ...outcome,
    traffic: noticed,
    circuitsBroken: noticed.circuits.brokenSeconds.length,
    violations: [...outcome.violations, ...trafficViolations(noticed)],
    traceHash: `${outcome.traceHash}${result.traceHash}`,
  };
}
