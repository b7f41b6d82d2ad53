/**
 * What a relay must run in the end, worked out from the scenario alone: the oracle that convergence is held against.
 *
 * It shares no code with the relays that choose. Of the releases for a hook, the one that comes first must run: the
 * highest priority, the developers' before a third party's, then the latest. Releases that are gone (taken back, halted,
 * or bad in a way that every trial shows) must not; of some it is open whether a relay takes them, and it may.
 */

import type { ArmOutcome, UpdateOutcome } from '../../measure/outcome.ts';
import type { LiveArm, Scenario } from '../../scenario/scenario.ts';

/** What is known of a release beforehand: certain to run where it comes first, gone, or open. */
export type Fate = 'certain' | 'gone' | 'open';

export interface Candidate {
  readonly release: number;
  readonly module: string;
  readonly fate: Fate;
  readonly update: UpdateOutcome;
}

/** Bad modules that pass their trial: without cells after it nobody finds out. */
const PASS_THEIR_TRIAL: readonly string[] = ['bad-flapping', 'bad-leak'];

/**
 * Traps on the thousandth cell that the state counts. A slot's state goes over to the next module of the same layout, and
 * those that pass their trial count cells too: after one of them it is beyond its thousandth from the start.
 */
const COUNTS_ON = 'bad-call-1000';

/** The releases of each hook of an arm, the one that comes first standing first. */
export function candidatesByHook(scenario: Scenario, arm: ArmOutcome): Candidate[][] {
  const byHook = new Map<string, number[]>();
  for (const [release, { hook }] of arm.updates.entries()) {
    byHook.set(hook!, [...(byHook.get(hook!) ?? []), release]);
  }
  return [...byHook.values()].map((releases) =>
    releases
      .sort((a, b) => precedence(scenario, a, b))
      .map((release) => ({
        release,
        module: scenario.updates[release]!.module,
        fate: fateOf(scenario, arm, release),
        update: arm.updates[release]!,
      })),
  );
}

function precedence({ updates }: Scenario, a: number, b: number): number {
  const [one, other] = [updates[a]!, updates[b]!];
  return (
    other.priority - one.priority ||
    Number(one.publisher !== null) - Number(other.publisher !== null) ||
    other.atSeconds - one.atSeconds ||
    b - a
  );
}

/** When the first relay heard of it, which is later than planned where whoever publishes it was down. */
function cameOutSeconds({ atSeconds }: Scenario['updates'][number], { stages }: UpdateOutcome): number {
  const first = Math.min(...stages.heard.filter((seconds) => !Number.isNaN(seconds)));
  return Number.isFinite(first) ? atSeconds + first : atSeconds;
}

function fateOf(scenario: Scenario, arm: ArmOutcome, release: number): Fate {
  const { updates, trust } = scenario;
  const { revokeAtSeconds, rollout, publisher, module } = updates[release]!;
  const { verdicts, haltedSeconds } = arm.updates[release]!;
  if (revokeAtSeconds !== null || haltedSeconds !== null) return 'gone';
  if (verdicts?.misbehaves === true) {
    const mayCountOn =
      module === COUNTS_ON && updates.some((other) => PASS_THEIR_TRIAL.includes(other.module));
    return mayCountOn || PASS_THEIR_TRIAL.includes(module) ? 'open' : 'gone';
  }
  // A rollout stands still where too few report, and operators may refuse what others publish.
  if (rollout !== null) return 'open';
  // Relays keep what they want: of what a better one outranked from the start, nobody but authorities may have the module.
  const isOutranked = updates.some(
    (other, place) =>
      arm.updates[place]!.hook === arm.updates[release]!.hook &&
      precedence(scenario, place, release) < 0 &&
      cameOutSeconds(other, arm.updates[place]!) <= cameOutSeconds(updates[release]!, arm.updates[release]!),
  );
  if (isOutranked && !(arm.arm as LiveArm).channels.includes('directory')) return 'open';
  const isTaken =
    publisher === null || (trust.thirdPartyShare === 1 && (arm.arm as LiveArm).operators === null);
  return isTaken ? 'certain' : 'open';
}

function runs({ update }: Candidate, relay: number): boolean {
  return !Number.isNaN(update.stages.activated[relay]!) && Number.isNaN(update.removed[relay]!);
}

/**
 * Whether a relay may wait for a module instead of taking the next best: one that misbehaves, so that all who had it have
 * taken it out before this relay, which has heard of it, could get it.
 */
function isWaitedFor({ update: { verdicts, stages } }: Candidate, relay: number): boolean {
  return (
    verdicts?.misbehaves === true &&
    !Number.isNaN(stages.heard[relay]!) &&
    Number.isNaN(stages.verified[relay]!)
  );
}

/** What is wrong with what a relay runs at a hook; null when it is as it must be. */
export function wrongAt(candidates: readonly Candidate[], relay: number): string | null {
  let mayWait = false;
  for (const candidate of candidates) {
    const { fate, module, release } = candidate;
    if (runs(candidate, relay))
      return fate === 'gone' ? `runs update ${release} (${module}), which is gone` : null;
    mayWait ||= isWaitedFor(candidate, relay);
    if (fate === 'certain') return mayWait ? null : `does not run update ${release} (${module})`;
  }
  return null;
}
