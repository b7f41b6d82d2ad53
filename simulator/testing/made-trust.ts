/**
 * Parts that a made run has not by itself: channels slower than gossip, modules taken out again, an adversary.
 *
 * Like the made run, nothing of it was simulated, and no figure of it may be quoted.
 */

import exp from '@stdlib/math-base-special-exp';
import { type RandomStream, randomStream } from '../engine/random.ts';
import type { ArmOutcome, RunOutcome, StageTimes, TrustOutcome } from '../measure/outcome.ts';
import type { AdversaryPlan, LiveArm } from '../scenario/scenario.ts';

const HOUR_SECONDS = 3600;

function isLive(arm: ArmOutcome): boolean {
  return arm.arm.kind === 'live';
}

/** When a relay of a channel hears of the update, seconds since the release. */
function heardSeconds({ channels }: LiveArm, random: RandomStream): number {
  if (channels.includes('gossip')) return 0.62 * exp(0.28 * random.normal());
  if (channels.includes('circuit')) return 420 * exp(0.5 * random.normal());
  return 1500 + (HOUR_SECONDS / 2) * random.uniform();
}

/** Every live arm with times of its channel; a share of relays comes late and needs catch-up to hear at all. */
export function withChannels(run: RunOutcome, horizonSeconds: number, lateShare: number): RunOutcome {
  const { seed } = run.scenario;
  const arms = run.arms.map((arm) => {
    const plan = arm.arm;
    if (plan.kind !== 'live') return arm;
    const updates = arm.updates.map((update, index) => {
      const random = randomStream(seed, `made ${plan.name} channel`, index);
      const heard = Float64Array.from(update.removed, () => {
        const isLate = random.uniform() < lateShare;
        const seconds = heardSeconds(plan, random);
        if (!isLate) return seconds;
        const joined = 180 + 120 * random.uniform();
        if (plan.channels.includes('catch-up')) return joined + random.exponential(0.5);
        return plan.channels.includes('gossip') ? Number.NaN : Math.max(seconds, joined);
      });
      const after = (seconds: number) => heard.map((at) => at + seconds);
      const stages: StageTimes = {
        heard,
        verified: after(0.0004),
        staged: after(0.002),
        activated: after(0.05),
      };
      return { ...update, stages };
    });
    return { ...arm, updates, horizonSeconds };
  });
  return { ...run, arms };
}

export interface MadeRemoval {
  /** Share of relays that ever run the update. */
  readonly ranShare: number;
  readonly haltedSeconds: number | null;
  /** When relays hear that it is revoked, on the average; seconds since the release. */
  readonly removedSeconds: number;
}

/** Every live arm with its last update run by a share of the relays, and taken out again. */
export function withRemoval(
  run: RunOutcome,
  { ranShare, haltedSeconds, removedSeconds }: MadeRemoval,
): RunOutcome {
  const arms = run.arms.map((arm) => {
    if (!isLive(arm)) return arm;
    const random = randomStream(run.scenario.seed, `made ${arm.arm.name} removal`);
    const updates = arm.updates.map((update, index) => {
      if (index < arm.updates.length - 1) return update;
      const activated = update.stages.activated.map((at) => (random.uniform() < ranShare ? at : Number.NaN));
      const removed = activated.map((at) => Math.max(at, removedSeconds + 0.7 * random.normal()));
      return { ...update, stages: { ...update.stages, activated }, removed, haltedSeconds };
    });
    return { ...arm, updates };
  });
  return { ...run, arms };
}

export const MADE_ADVERSARY: AdversaryPlan = {
  share: 0.05,
  attacks: (['replay', 'tampered', 'stolen-keys', 'invalid-modules'] as const).map((attack) => ({
    attack,
    fromSeconds: 60,
    toSeconds: 300,
    everySeconds: 10,
    keys: attack === 'stolen-keys' ? 1 : 0,
    module: attack === 'stolen-keys' ? 'hostile-backdoor' : '',
  })),
};

export const MADE_TRUST: TrustOutcome = {
  refusals: {
    rollback: 4210,
    malformed: 23_914,
    'below-threshold': 18_211,
    'wrong-hash': 3120,
    expired: 12,
    'mix-and-match': 640,
  },
  attempts: { 'stolen-keys': 312, replay: 1250, tampered: 1248, 'invalid-modules': 12_480 },
  wrongActivations: 0,
  hostileRelayHours: 0,
  staleRelays: 7,
  graylistings: 841,
};

/** Every live arm attacked; the nth arm has n times the counts, to be told apart. */
export function withAttacks(run: RunOutcome, changes: Partial<TrustOutcome> = {}): RunOutcome {
  let count = 0;
  const arms = run.arms.map((arm) => {
    if (!isLive(arm)) return arm;
    count += 1;
    const times = (counts: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, value * count]));
    const trust = {
      ...MADE_TRUST,
      refusals: times(MADE_TRUST.refusals),
      attempts: times(MADE_TRUST.attempts),
      ...changes,
    };
    return { ...arm, trust };
  });
  return { ...run, arms, scenario: { ...run.scenario, adversary: MADE_ADVERSARY } };
}
