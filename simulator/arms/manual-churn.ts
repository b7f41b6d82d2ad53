/**
 * What a manual arm comes to where relays come and go.
 *
 * A relay that is up when its operator installs an update runs it at once, one that is away when it comes back, and
 * one that has left for good never. A relay that is born after the release comes with the newest version, as its
 * operator has just installed it. Nobody's life is drawn beyond the scenario's duration, so the curves end there.
 */

import { createHash } from 'node:crypto';
import { cohortAt } from '../measure/cohort.ts';
import type { ArmOutcome, UpdateOutcome } from '../measure/outcome.ts';
import type { Churn } from '../population/churn.ts';
import { firstUpUs } from '../population/running-relays.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The outcome of operators who are always there, with the relays that are not; unchanged without churn. */
export function withChurn(outcome: ArmOutcome, scenario: Scenario, churn: Churn | null): ArmOutcome {
  if (churn === null) return outcome;
  const firstReleaseSeconds = Math.min(...scenario.updates.map(({ atSeconds }) => atSeconds));
  const horizonSeconds = Math.min(outcome.horizonSeconds, scenario.durationSeconds - firstReleaseSeconds);
  const hash = createHash('sha256');
  const updates = outcome.updates.map((update, index): UpdateOutcome => {
    const { atSeconds } = scenario.updates[index]!;
    const knownSeconds = horizonSeconds - (atSeconds - firstReleaseSeconds);
    const activated = update.stages.activated.map((installed, relay) => {
      const seconds = runsFromSeconds(churn, relay, atSeconds, installed);
      return seconds <= knownSeconds ? seconds : Number.NaN;
    });
    hash.update(new Uint8Array(activated.buffer));
    return { ...update, stages: { ...update.stages, activated }, cohort: cohortAt(churn, atSeconds) };
  });
  return { ...outcome, horizonSeconds, updates, traceHash: hash.digest('hex').slice(0, 16) };
}

/** Since the release; `installed` is NaN where the operator never acts. */
function runsFromSeconds(churn: Churn, relay: number, atSeconds: number, installed: number): number {
  const releasedUs = atSeconds * 1e6;
  const bornUs = churn.bornUs[relay]!;
  const isBornLater = bornUs > releasedUs;
  if (!isBornLater && Number.isNaN(installed)) return Number.POSITIVE_INFINITY;
  const fromUs = isBornLater ? bornUs : releasedUs + installed * 1e6;
  return (firstUpUs(churn, relay, fromUs) - releasedUs) / 1e6;
}
