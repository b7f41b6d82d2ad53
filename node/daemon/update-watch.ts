/**
 * Watches updates come to a relay and run there: says so in the log, counts, and remembers the latest refusals.
 */

import type { ChannelName, Offer, Receipt } from '../channels/channel.ts';
import type { Clock, PeerName } from '../environment.ts';
import type { Reason, SlotView, Transition, TransitionListener } from '../hooks/transition.ts';
import type { TrustVersions } from '../trust/trust-client.ts';
import type { ModuleTarget, RefusedOffer, StageObserver } from '../updates/stage-observer.ts';
import { LogBudget, type Logger } from './log.ts';
import type { DaemonMetrics } from './metrics.ts';

/** Refusals that the status shows. */
const REFUSALS_KEPT = 20;
/** Modules that the time of hearing is remembered of. */
const HEARD_KEPT = 64;
const LINES_PER_MINUTE = 10;

/** A refusal as the status shows it. */
export interface RefusalNote {
  readonly at: string;
  readonly reason: string;
  readonly channel: ChannelName;
  readonly peer: PeerName | null;
  /** Path of the module; null where metadata were refused. */
  readonly target: string | null;
}

/** Transitions that went wrong for a module. */
const BAD: ReadonlySet<Transition> = new Set(['struck', 'rolled-back', 'quarantined']);

const WORDS: Readonly<Record<Transition, string>> = {
  staged: 'a module is in line',
  activated: 'a module has been switched in, on trial',
  confirmed: 'a module has passed its trial',
  struck: 'a module has failed a call, which was answered all the same',
  'rolled-back': 'a module has been taken out; the one before answers',
  quarantined: 'a module will not run here again',
  superseded: 'a module has been replaced before its trial was over',
  withdrawn: 'a module is no longer in line',
};

export class UpdateWatch implements StageObserver, TransitionListener {
  readonly refusals: RefusalNote[] = [];
  private readonly log: Logger;
  private readonly metrics: DaemonMetrics;
  /** The machine's clock, for what a person reads; what passes is measured by the steady one. */
  private readonly wall: Clock;
  private readonly steady: Clock;
  private readonly budget: LogBudget;
  /** By SHA-256, when a module was heard of. */
  private readonly heardAtMs = new Map<string, number>();
  /** When offers that are being judged arrived. */
  private readonly arrivedAtMs = new WeakMap<Offer, number>();

  constructor(log: Logger, metrics: DaemonMetrics, wall: Clock, steady: Clock) {
    this.log = log;
    this.metrics = metrics;
    this.wall = wall;
    this.steady = steady;
    this.budget = new LogBudget(LINES_PER_MINUTE, () => steady.nowMs());
  }

  onArrival(offer: Offer): null {
    this.arrivedAtMs.set(offer, this.steady.nowMs());
    return null;
  }

  /** `trusted` is what the relay trusts now. */
  onTaken(offer: Offer, { verdict, refused, news }: Receipt, trusted: TrustVersions): void {
    const { channel, peer } = offer;
    this.metrics.offers.inc({ channel, verdict });
    const arrivedAtMs = this.arrivedAtMs.get(offer);
    if (arrivedAtMs !== undefined) {
      this.metrics.judging.observe({ channel }, (this.steady.nowMs() - arrivedAtMs) / 1000);
    }
    const { root, timestamp, snapshot } = trusted;
    const versions = { root, timestamp, snapshot };
    if (news) this.log.info({ event: 'trusted', channel, peer, ...versions }, 'newer metadata are trusted');
    else this.log.debug({ event: 'judged', channel, peer, verdict, refused }, 'an offer brought nothing new');
  }

  onHeard(target: ModuleTarget): void {
    this.heardAtMs.set(target.sha256, this.steady.nowMs());
    if (this.heardAtMs.size > HEARD_KEPT) this.heardAtMs.delete(this.heardAtMs.keys().next().value!);
    this.metrics.stages.inc({ stage: 'heard' });
    this.log.info({ event: 'heard', ...moduleOf(target) }, 'a module that this relay has not heard of');
  }

  onVerified(target: ModuleTarget): void {
    this.passed('verified', target.sha256);
    this.log.info({ event: 'verified', ...moduleOf(target) }, 'metadata and bytes are right');
  }

  /** The slot tells of it too, and is listened to. */
  onStaged(): void {}

  onRefused({ reason, channel, peer, target }: RefusedOffer): void {
    this.metrics.refusals.inc({ channel, reason });
    const at = new Date(this.wall.nowMs()).toISOString();
    this.refusals.push({ at, reason, channel, peer, target: target?.path ?? null });
    if (this.refusals.length > REFUSALS_KEPT) this.refusals.shift();
    const leftOut = this.budget.take(`refused ${reason}`);
    if (leftOut === null) return;
    const details = { event: 'refused', reason, channel, peer, target: target?.path ?? null };
    this.log.warn(leftOut > 0 ? { ...details, leftOut } : details, 'an update was refused');
  }

  onRevoked(sha256: string): void {
    this.metrics.stages.inc({ stage: 'revoked' });
    this.log.warn({ event: 'revoked', sha256 }, 'a module has been revoked');
  }

  onFreshness(freshness: 'fresh' | 'stale'): void {
    if (freshness === 'fresh') this.log.info({ event: 'fresh' }, 'the trusted timestamp is fresh');
    else
      this.log.warn(
        { event: 'stale' },
        'the trusted timestamp has expired: the publisher is away, or news are kept from this relay',
      );
  }

  onTransition({ hook }: SlotView, transition: Transition, reason: Reason, sha256: string): void {
    this.passed(transition, sha256);
    const leftOut = transition === 'struck' ? this.budget.take('struck') : 0;
    if (leftOut === null) return;
    const level = BAD.has(transition) ? 'warn' : 'info';
    this.log[level]({ event: transition, hook: hook.id, sha256, reason }, WORDS[transition]);
  }

  private passed(stage: string, sha256: string): void {
    this.metrics.stages.inc({ stage });
    const heardAtMs = this.heardAtMs.get(sha256);
    if (heardAtMs !== undefined)
      this.metrics.sinceHeard.observe({ stage }, (this.steady.nowMs() - heardAtMs) / 1000);
  }
}

function moduleOf({ sha256, role, custom }: ModuleTarget) {
  const { hook, module, version } = custom;
  return { hook, module, version, sha256, role };
}
