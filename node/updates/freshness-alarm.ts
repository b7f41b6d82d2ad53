/**
 * Raises an alarm when the trusted timestamp expires and nothing fresh has come: a freeze attack, or a developer who
 * is away (TUF 5.4.4).
 *
 * A new root may make a relay forget its timestamp. Whoever passes that root on and withholds what follows it must
 * not silence the alarm by it: a relay that had a timestamp and has none any more has nothing fresh.
 *
 * It is an alarm only: modules run on, since taking out a fix because news are kept away would be what a freezer
 * wants. One timer at most; when it fires early, because the timestamp has been renewed, it is set again.
 *
 * Who stands with a clock that is ahead takes what is fresh for expired, and nobody sends it again when the clock is set.
 * So a stale relay looks at its clock again, ever more rarely.
 */

import type { Clock, Timer, Timers } from '../environment.ts';
import type { StageObserver } from './stage-observer.ts';

/** Timers of real machines overflow beyond 24.8 days. */
const LONGEST_TIMER_MS = 20 * 86_400_000;

/** Until a stale relay looks at its clock for the first time; each further wait is twice as long. */
export const LOOK_AGAIN_MS = 60_000;

export class FreshnessAlarm {
  private readonly environment: { readonly clock: Clock; readonly timers: Timers };
  private readonly freshUntilMs: () => number | null;
  private readonly observer: Pick<StageObserver, 'onFreshness'>;
  private readonly onFreshAgain: () => void;
  private timer: Timer | null = null;
  private isStale = false;
  private lookAgainMs = LOOK_AGAIN_MS;
  private hadTimestamp = false;

  constructor(
    environment: { readonly clock: Clock; readonly timers: Timers },
    freshUntilMs: () => number | null,
    observer: Pick<StageObserver, 'onFreshness'>,
    onFreshAgain: () => void = () => {},
  ) {
    this.environment = environment;
    this.freshUntilMs = freshUntilMs;
    this.observer = observer;
    this.onFreshAgain = onFreshAgain;
  }

  /** To be called whenever the timestamp may have changed. */
  look(): void {
    const untilMs = this.freshUntilMs();
    if (untilMs === null && !this.hadTimestamp) return; // nothing was ever fresh: there is nothing to miss
    this.hadTimestamp = true;
    const leftMs = untilMs === null ? 0 : untilMs - this.environment.clock.nowMs();
    if (leftMs <= 0 !== this.isStale) {
      this.isStale = leftMs <= 0;
      this.lookAgainMs = LOOK_AGAIN_MS;
      this.stop(); // what is waited for is another time now
      this.observer.onFreshness(this.isStale ? 'stale' : 'fresh');
    }
    if (untilMs === null || this.timer !== null) return;
    const waitMs = Math.min(this.isStale ? this.lookAgainMs : leftMs, LONGEST_TIMER_MS);
    this.timer = this.environment.timers.after(waitMs, () => this.lookAgain());
  }

  private lookAgain(): void {
    const wasStale = this.isStale;
    this.timer = null;
    if (wasStale) this.lookAgainMs *= 2;
    this.look();
    if (wasStale && !this.isStale) this.onFreshAgain();
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
