/**
 * A periodic timer of a router that does not run while its firings would change nothing.
 *
 * Firings that were missed are counted when somebody needs to know, and what they would have done is then done
 * as of the last of them.
 */

import type { VirtualClock } from '../virtual-clock.ts';

export class SuspendedTimer {
  readonly periodUs: number;
  /** When it last came due, as far as that has been reckoned with. */
  lastUs: number;
  private readonly clock: VirtualClock;
  private readonly relay: number;

  /** To be made when the timer comes due and does not fire, or to `begin` then. */
  constructor(clock: VirtualClock, relay: number, periodUs: number) {
    this.clock = clock;
    this.relay = relay;
    this.lastUs = clock.nowUs;
    this.periodUs = periodUs;
  }

  /** The timer comes due and does not fire. */
  begin(): void {
    this.lastUs = this.clock.nowUs;
  }

  /**
   * Reckons with the firings that were missed before the event that takes place now, and answers how many.
   *
   * One that falls on this very instant counts if it would have come first: timers are events that the relay itself
   * caused, and events of one instant are ordered by who caused them. Among the relay's own it would have come last, since
   * it would have been started a period ago, and what takes place now was planned before the relay fell asleep.
   */
  reckon(): number {
    const { clock, relay, lastUs, periodUs } = this;
    const periods = (clock.nowUs - lastUs) / periodUs;
    const missed = relay < clock.currentSource ? Math.floor(periods) : Math.max(0, Math.ceil(periods) - 1);
    this.lastUs = lastUs + missed * periodUs;
    return missed;
  }

  /** How long until it is due again; after `reckon`. */
  get waitUs(): number {
    return this.lastUs + this.periodUs - this.clock.nowUs;
  }
}

/** Does something as of another instant. */
export function atTime(clock: VirtualClock, timeUs: number, action: () => void): void {
  const { nowUs } = clock;
  clock.nowUs = timeUs;
  action();
  clock.nowUs = nowUs;
}
