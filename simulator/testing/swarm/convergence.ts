/**
 * After the last disturbance, and the time that it takes to settle: every relay that can runs what it must.
 *
 * Asked of relays that are up, honest and reachable, take updates at once, and have cells enough to reach their hooks.
 * settling.ts has the bound, expected-modules.ts what must run.
 */

import { drawHostileRelays } from '../../arms/hostile-relays.ts';
import { drawPolicies } from '../../arms/live-policies.ts';
import { publishedByTakers } from '../../arms/publishing-relay.ts';
import { type PreparedRelease, prepareReleases } from '../../arms/release.ts';
import { circuitsPerSecond } from '../../engine/gossipsub/circuit-contacts.ts';
import { meanCellWaitUs } from '../../engine/gossipsub/hook-traffic.ts';
import { holdsOnlineKeys } from '../../engine/invariants/attackers-keys.ts';
import type { ArmOutcome, RunOutcome } from '../../measure/outcome.ts';
import type { LiveArm, Scenario } from '../../scenario/scenario.ts';
import type { Finding } from './check-run.ts';
import { candidatesByHook, wrongAt } from './expected-modules.ts';
import { lastDisturbanceSeconds, settlingSeconds } from './settling.ts';

/** A wait of so many means is longer with a chance of e^-40. */
const MEANS = 40;
const TRIAL_CELLS = 1000;

export interface Convergence {
  readonly findings: readonly Finding[];
  /** Relays of all arms of which it could be asked. */
  readonly askedOf: number;
}

/** Asks each live arm that has had the time. */
export async function checkConvergence(outcome: RunOutcome): Promise<Convergence> {
  const findings: Finding[] = [];
  let askedOf = 0;
  const releases = await prepareReleases(outcome.scenario);
  for (const arm of outcome.arms) {
    if (arm.arm.kind !== 'live') continue;
    const relays = relaysToAsk(outcome, arm, releases);
    askedOf += relays.length;
    const hooks = candidatesByHook(outcome.scenario, arm);
    const wrong = relays.flatMap((relay) =>
      hooks.flatMap((candidates) => {
        const what = wrongAt(candidates, relay);
        return what === null ? [] : [`relay ${relay} ${what}`];
      }),
    );
    if (wrong.length === 0) continue;
    const told = `${wrong.length} wrong on ${relays.length} relays; ${wrong.slice(0, 3).join('; ')}`;
    findings.push({ rule: 'converges', what: `arm ${arm.arm.name}: ${told}` });
  }
  return { findings, askedOf };
}

function relaysToAsk(
  { scenario, population, churn, topology }: RunOutcome,
  outcome: ArmOutcome,
  prepared: readonly PreparedRelease[],
): number[] {
  const arm = outcome.arm as LiveArm;
  const lastSeconds = Math.max(lastDisturbanceSeconds(scenario, arm), ...haltsSeconds(scenario, outcome));
  const takesSeconds = settlingSeconds(scenario, arm);
  if (takesSeconds === null || lastSeconds + takesSeconds > scenario.durationSeconds) return [];
  if (arm.adversary !== 'none' && leavesMarks(scenario)) return [];
  const { embeds = null, classOf, classes } = outcome.operators ?? {};
  const policies = drawPolicies(scenario, arm, population)?.ofRelays ?? null;
  const releases = publishedByTakers(prepared, { scenario, population, policies, churn });
  const publishers = new Set(releases.map(({ publisher }) => publisher));
  const hostile =
    arm.adversary === 'none' ? new Set<number>() : drawHostileRelays(scenario, publishers, embeds);
  const endless = (outcome.faults ?? []).filter(({ plan }) => !Number.isFinite(plan.forSeconds));
  const isLost = (relay: number): boolean => endless.some(({ hits }) => hits[relay] === 1);
  if ([...publishers].some(isLost)) return [];
  const deaths = (outcome.faults ?? []).filter(
    ({ plan }) => plan.kind === 'crash' || plan.kind === 'publisher-lost',
  );
  const takesPart = (relay: number): boolean =>
    embeds?.[relay] !== 0 && !hostile.has(relay) && !isLost(relay);
  const isReached =
    arm.channels.includes('directory') || arm.channels.includes('circuit')
      ? () => true
      : reachedFrom(publishers, topology, takesPart);
  const circuits = circuitsPerSecond(arm.circuit, population.relays);
  const spareSeconds = scenario.durationSeconds - lastSeconds - takesSeconds + takesSeconds / 4;
  const relays = Array.from({ length: population.relays }, (_unused, relay) => relay);
  return relays.filter((relay) => {
    if (!takesPart(relay) || !isReached(relay)) return false;
    if (classes !== undefined && classes[classOf![relay]!]!.policy !== 'auto') return false;
    // Who dies on trial twice is right to take the module for the reason.
    const died = deaths.filter(({ hits }) => hits[relay] === 1);
    if (died.length > 1 || died.some(({ plan }) => plan.step !== null)) return false;
    if (churn !== null && !isUpSince(churn, relay, lastSeconds, scenario.durationSeconds)) return false;
    const cellSeconds =
      meanCellWaitUs(scenario.traffic.utilization, population.advertisedBytesPerSecond[relay]!) / 1e6;
    if (cellSeconds * Math.max(MEANS, 2 * TRIAL_CELLS) > spareSeconds) return false;
    const isOnlyMet = arm.channels.every((channel) => channel === 'circuit' || channel === 'catch-up');
    return !isOnlyMet || MEANS / (2 * circuits * population.consensusWeight[relay]!) < spareSeconds;
  });
}

/** When rollouts were halted, in virtual seconds: at any time after their last step too. */
function haltsSeconds({ updates }: Scenario, outcome: ArmOutcome): number[] {
  return outcome.updates.flatMap(({ haltedSeconds }, release) =>
    haltedSeconds === null ? [] : [updates[release]!.atSeconds + haltedSeconds],
  );
}

/**
 * Whether what thieves of keys have signed outlasts their attacks.
 *
 * Versions of timestamps and snapshots stay the floors of relays, whatever they name, until a role of the two gets new keys
 * (TUF 5.3.11). What enough keys of targets have signed may have been believed for good.
 */
export function leavesMarks({ adversary, trust }: Pick<Scenario, 'adversary' | 'trust'>): boolean {
  const renewedSeconds = trust.rotations.flatMap(({ role, atSeconds }) =>
    role === 'snapshot' || role === 'timestamp' ? [atSeconds] : [],
  );
  const thefts = adversary?.attacks.filter(holdsOnlineKeys) ?? [];
  return thefts.some(
    ({ keys, toSeconds }) =>
      keys >= trust.roles.targets.threshold || Math.max(0, ...renewedSeconds) <= toSeconds,
  );
}

/** Relays that some way over relays that take part leads to from a publisher. */
function reachedFrom(
  publishers: ReadonlySet<number>,
  { links, dialer, listener }: RunOutcome['topology'],
  takesPart: (relay: number) => boolean,
): (relay: number) => boolean {
  const reached = new Set(publishers);
  for (let grown = true; grown; ) {
    grown = false;
    for (let link = 0; link < links; link++) {
      const [one, other] = [dialer[link]!, listener[link]!];
      if (reached.has(one) === reached.has(other) || !takesPart(one) || !takesPart(other)) continue;
      reached.add(one).add(other);
      grown = true;
    }
  }
  return (relay) => reached.has(relay);
}

function isUpSince(
  { joinsUs, goneUs, absences, absentRelay, returnsUs }: NonNullable<RunOutcome['churn']>,
  relay: number,
  sinceSeconds: number,
  endSeconds: number,
): boolean {
  if (joinsUs[relay]! > sinceSeconds * 1e6 || goneUs[relay]! < endSeconds * 1e6) return false;
  for (let absence = 0; absence < absences; absence++) {
    if (absentRelay[absence] === relay && returnsUs[absence]! > sinceSeconds * 1e6) return false;
  }
  return true;
}
