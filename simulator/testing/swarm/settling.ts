/**
 * By when a network must have settled: everybody who can run the newest good update does, and nobody a bad one.
 *
 * The bound counts from the last disturbance, and adds up the longest waits that relays can be in then, each taken from the
 * code that waits. It is not tight, and holds for every scenario that the swarm draws; where nothing of the language
 * promises that all relays hear (gossip of one message, heard or missed), there is none.
 *
 *   links    RETURN + DIAL + REDIAL   a lost link is tried again at most 1.5 times a minute later (faults/redial.ts), a
 *                                     dial that a cut has swallowed is given up after ten seconds
 *   mesh     BACKOFF + heartbeats     who was pruned may graft again after a minute (gossipsub)
 *   news     gossip                   two fresh timestamps, since the first may come while meshes mend; no promise where
 *                                     what a new link begins with may be lost for good (lost-subscriptions.ts)
 *            directory                the next consensus but one, and the longest time of one's own to fetch it
 *            circuit                  the wait for a meeting with whoever knows more, and a hand-over that came to nothing
 *   belief   FRUITLESS                a peer that brought nothing is not believed for a minute (channels/limits.ts)
 *   clock    LOOK_AGAIN               who took what is fresh for expired looks again after as long as that has lasted
 *                                     (freshness-alarm.ts)
 *   modules  RETRY                    a module that could not be had is asked for ever more rarely (module-fetch.ts): the
 *                                     wait is at most the time since it was offered; requests that hang end after 20 s
 *   switch   CELLS                    the first cells that come to the hook, here taken apart relay by relay
 */

import { FRUITLESS_PAUSE_MS, REQUEST_TIMEOUT_MS } from '../../../node/channels/limits.ts';
import { LOOK_AGAIN_MS } from '../../../node/updates/freshness-alarm.ts';
import { LINKS_RETURN_WITHIN_US } from '../../engine/gossipsub/relay-links.ts';
import { ROLLOUT_CHECK_SECONDS } from '../../engine/gossipsub/rollout-driver.ts';
import type { LiveArm, Scenario } from '../../scenario/scenario.ts';
import { maySubscriptionsBeLost } from './lost-subscriptions.ts';

const RETURN_SECONDS = LINKS_RETURN_WITHIN_US / 1e6;
const DIAL_SECONDS = 10;
const REDIAL_SECONDS = 1.5 * 60;
/** A lost link is up again after so long, unless it is lost once more. */
const LINKS_SECONDS = RETURN_SECONDS + DIAL_SECONDS + REDIAL_SECONDS;
const BACKOFF_SECONDS = 60;
const HEARTBEATS = 5;
const FRUITLESS_SECONDS = FRUITLESS_PAUSE_MS / 1000;
const REQUEST_SECONDS = REQUEST_TIMEOUT_MS / 1000;
/** A hand-over that came to nothing counts as one for so long (engine/gossipsub/update-life.ts). */
const HANDOVER_SECONDS = 30;
/** What is on its way, and the work of verifying it, when all is well: generous by far. */
const TRAVEL_SECONDS = 20;

/** The last moment at which something of the plan still disturbs the network; infinite where something never ends. */
export function lastDisturbanceSeconds(scenario: Scenario, arm: LiveArm): number {
  const { updates, trust, presence, adversary, faults, traffic } = scenario;
  const moments: number[] = [];
  for (const { atSeconds, notBeforeSeconds, revokeAtSeconds, rollout } of updates) {
    moments.push(atSeconds, notBeforeSeconds ?? 0, revokeAtSeconds ?? 0);
    if (rollout === null) continue;
    const steps = rollout.steps.length * (rollout.everySeconds + ROLLOUT_CHECK_SECONDS);
    moments.push(Math.max(atSeconds, notBeforeSeconds ?? 0) + steps + rollout.jitterSeconds);
  }
  for (const { atSeconds } of trust.rotations) moments.push(atSeconds);
  if (presence.late !== null) moments.push(presence.late.toSeconds);
  if (presence.away !== null) moments.push(Math.max(5, presence.away.toSeconds) + presence.away.forSeconds);
  for (const { fromSeconds, forSeconds, step, times } of faults) {
    // The publisher publishes what was due five seconds after it is back.
    const ends = Math.max(fromSeconds, step === null ? 0 : Math.max(...moments)) + forSeconds * times;
    moments.push(Number.isFinite(ends) ? ends + 5 : fromSeconds);
  }
  if (arm.adversary !== 'none') {
    for (const { toSeconds } of adversary?.attacks ?? []) moments.push(toSeconds);
    if (adversary?.sybils !== undefined) moments.push(adversary.sybils.toSeconds);
  }
  if (typeof arm.adversary === 'object') moments.push(arm.adversary.toSeconds);
  if (traffic.flood !== null) moments.push(traffic.flood.toSeconds);
  return Math.max(...moments);
}

/** How long after the last disturbance all must be well; null where nothing makes it so. */
export function settlingSeconds(scenario: Scenario, arm: LiveArm): number | null {
  const { faults, presence, churn, adversary, trust, gossipsub } = scenario;
  const isCalm =
    faults.length === 0 &&
    presence.late === null &&
    presence.away === null &&
    churn === null &&
    (arm.adversary ?? adversary ?? 'none') === 'none';
  const news = newsSeconds(scenario, arm, isCalm);
  if (news === null) return null;
  if (isCalm) return news + TRAVEL_SECONDS + retrySeconds(scenario, arm);
  const mesh = BACKOFF_SECONDS + (HEARTBEATS * gossipsub.heartbeatMs) / 1000;
  const expires = trust.timestampExpiresSeconds;
  // What has expired before it came is refused, and stays so until somebody signs anew.
  const isFreshEnough =
    expires > 3600 || (trust.timestampEverySeconds > 0 && expires > trust.timestampEverySeconds + news);
  if (!isFreshEnough) return null;
  const waits = mesh + news + FRUITLESS_SECONDS + clockSeconds(faults) + retrySeconds(scenario, arm);
  return LINKS_SECONDS + waits + TRAVEL_SECONDS;
}

/** Until a relay whose clock was wrong has looked at it again. */
function clockSeconds(faults: Scenario['faults']): number {
  const skewed = faults.filter(({ kind }) => kind === 'clock-skew').map(({ forSeconds }) => forSeconds);
  return skewed.length === 0 ? 0 : Math.max(LOOK_AGAIN_MS / 1000, ...skewed);
}

/** Waits of a module that could not be had: as long as it has been missing, and a request that hangs. */
function retrySeconds(scenario: Scenario, arm: LiveArm): number {
  const first = Math.min(...scenario.updates.map(({ atSeconds }) => atSeconds));
  return lastDisturbanceSeconds(scenario, arm) - first + 2 * REQUEST_SECONDS;
}

/** Until every relay must have been told what is the newest; null where a relay may never be. */
function newsSeconds(scenario: Scenario, { channels, directory }: LiveArm, isCalm: boolean): number | null {
  const ways: number[] = [];
  const every = scenario.trust.timestampEverySeconds;
  if (channels.includes('gossip') && isCalm) ways.push(0);
  if (channels.includes('gossip') && every > 0 && !maySubscriptionsBeLost(scenario, LINKS_SECONDS))
    ways.push(2 * every);
  if (channels.includes('directory')) ways.push((2 + directory.jitterShare) * directory.intervalSeconds);
  // Who meets whom how soon is a matter of weight: convergence.ts takes it apart relay by relay.
  if (channels.includes('circuit')) ways.push(2 * HANDOVER_SECONDS);
  return ways.length === 0 ? null : Math.min(...ways);
}

/** For each arm, when it must have settled; the last disturbance and a little where nothing promises that. */
export function settledBySeconds(scenario: Scenario): number[] {
  const live = scenario.arms.filter((arm): arm is LiveArm => arm.kind === 'live');
  return live.map((arm) => lastDisturbanceSeconds(scenario, arm) + (settlingSeconds(scenario, arm) ?? 60));
}
