/**
 * A relay of the adversary's: it runs what honest relays run, so as to know what they know, and attacks beside.
 *
 * While it freezes others it passes nothing on and tells its peers that it knows nothing. Its other attacks are
 * messages on the update topic, each relay's at times of its own.
 */

import type { Environment, Pubsub, PubsubMessage, Timers } from '../../../../node/environment.ts';
import type { TrustVersions } from '../../../../node/trust/trust-client.ts';
import type { AttackName, AttackPlan } from '../../../scenario/scenario.ts';
import type { Arsenal } from './arsenal.ts';

const NOTHING: TrustVersions = { root: 1, timestamp: 0, snapshot: 0, timestampSha256: '' };

/** How often each attack was tried, over all hostile relays. */
export type Attempts = Partial<Record<AttackName, number>>;

export interface HostileParts {
  readonly attacks: readonly AttackPlan[];
  readonly arsenal: Arsenal;
  readonly attempts: Attempts;
  /** Virtual microseconds now, since the start of the run. */
  readonly nowUs: () => number;
  readonly topic: string;
}

export class HostileRelay {
  private readonly parts: HostileParts;
  private readonly freezes: readonly AttackPlan[];

  constructor(parts: HostileParts) {
    this.parts = parts;
    this.freezes = parts.attacks.filter(({ attack }) => attack === 'freeze');
  }

  /** The router as the relay's own channel sees it: what is withheld is checked but not passed on. */
  pubsub(router: Pubsub): Pubsub {
    return {
      publish: (topic, data) => router.publish(topic, data),
      subscribe: (topic, listener) => router.subscribe(topic, (message) => listener(this.heard(message))),
    };
  }

  /** The versions that it tells its peers. */
  versions(honest: TrustVersions): TrustVersions {
    if (!this.freezing()) return honest;
    this.count('freeze');
    return NOTHING;
  }

  /** Begins its attacks at their times. */
  start({ timers, random, pubsub }: Pick<Environment, 'timers' | 'random' | 'pubsub'>): void {
    for (const attack of this.parts.attacks) {
      if (attack.attack === 'freeze') continue;
      const strike = (): void => {
        if (this.parts.nowUs() >= attack.toSeconds * 1e6) return;
        const message = this.parts.arsenal.message(attack, () => random.uniform());
        if (message !== null) {
          this.count(attack.attack);
          // A router refuses what it has seen: then another hostile relay was first.
          pubsub.publish(this.parts.topic, message).catch(() => undefined);
        }
        timers.after(attack.everySeconds * 1000, strike);
      };
      this.at(timers, attack.fromSeconds + random.uniform() * attack.everySeconds, strike);
    }
  }

  private at(timers: Timers, seconds: number, action: () => void): void {
    timers.after(Math.max(0, seconds * 1000 - this.parts.nowUs() / 1000), action);
  }

  private freezing(): boolean {
    const seconds = this.parts.nowUs() / 1e6;
    return this.freezes.some(({ fromSeconds, toSeconds }) => seconds >= fromSeconds && seconds < toSeconds);
  }

  private heard(message: PubsubMessage): PubsubMessage {
    return {
      ...message,
      report: (verdict) => {
        if (verdict === 'accept') this.parts.arsenal.remember(message.data);
        if (verdict === 'accept' && this.freezing()) {
          this.count('freeze');
          message.report('ignore');
        } else message.report(verdict);
      },
    };
  }

  private count(attack: AttackName): void {
    this.parts.attempts[attack] = (this.parts.attempts[attack] ?? 0) + 1;
  }
}
