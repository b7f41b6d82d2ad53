/**
 * Puts what relays tell of themselves on the run's record, by the record that simulated relays have.
 *
 * News of one relay come in order; those of different processes do not, and nothing here minds.
 */

import { catalogue } from '../../../node/hooks/catalogue/catalogue.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import type { StageObserver } from '../../../node/updates/stage-observer.ts';
import type { Population } from '../../population/population.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Release, SharedColumns } from '../gossipsub/job.ts';
import { StageRecorder } from '../gossipsub/stage-recorder.ts';
import { InvariantWatch } from '../invariants/invariant-watch.ts';
import { Trace } from '../trace.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { RelayNews } from './messages.ts';

export interface ReplayParts {
  readonly scenario: Scenario;
  readonly population: Population;
  readonly releases: readonly Release[];
  readonly shared: SharedColumns;
}

export class StageReplay {
  readonly recorder: StageRecorder;
  /** Stands wherever the news that is being recorded was. */
  private readonly clock: VirtualClock;
  private readonly untilUs: number;
  private readonly observers = new Map<number, StageObserver>();

  constructor(parts: ReplayParts) {
    const { scenario, population, shared } = parts;
    this.clock = new VirtualClock(population.relays, scenario.seed);
    this.untilUs = scenario.durationSeconds * 1e6;
    this.recorder = new StageRecorder(
      parts,
      this.clock,
      new Trace(shared.traceWords),
      new InvariantWatch(this.clock),
    );
  }

  /** Throws InvariantError for what no relay may do. What comes after the run's end is left out. */
  record(news: RelayNews): void {
    if (news.atUs > this.untilUs) return;
    const { recorder } = this;
    const { relay } = news;
    this.clock.nowUs = news.atUs;
    const observer = this.observerOf(relay);
    switch (news.kind) {
      case 'heard':
        observer.onHeard(moduleOf(news.sha256), news.atUs);
        break;
      case 'verified':
        observer.onVerified(moduleOf(news.sha256));
        break;
      case 'staged':
        observer.onStaged(moduleOf(news.sha256));
        break;
      case 'revoked':
        observer.onRevoked('');
        break;
      case 'stale':
        observer.onFreshness('stale');
        break;
      case 'refused':
        observer.onRefused({ reason: news.reason } as Parameters<StageObserver['onRefused']>[0]);
        break;
      case 'restarted':
        recorder.restarted(relay, news.running);
        break;
      case 'transition': {
        const hook = catalogue.get(news.hook) as AnyHook;
        const slot = { hook, owner: relay, activeHash: news.activeHash };
        recorder.transition(slot, news.transition, news.reason, news.sha256);
        break;
      }
    }
    if (this.clock.failure !== null) throw this.clock.failure;
  }

  /** The relay's process was killed. */
  killed(relay: number, atUs: number): void {
    this.clock.nowUs = atUs;
    this.recorder.stopped(relay);
  }

  private observerOf(relay: number): StageObserver {
    let observer = this.observers.get(relay);
    if (observer === undefined) {
      observer = this.recorder.observerOf(relay);
      this.observers.set(relay, observer);
    }
    return observer;
  }
}

/** The record asks for the hash alone. */
function moduleOf(sha256: string): Parameters<StageObserver['onVerified']>[0] {
  return { sha256 } as Parameters<StageObserver['onVerified']>[0];
}
