/**
 * The Timers port of one host, in virtual time.
 *
 * Unlike timers that libp2p starts, these do not wake the relay's router: what then touches it does
 * (waking-pubsub.ts).
 */

import assert from 'node:assert/strict';
import type { Timer, Timers } from '../../../node/environment.ts';
import { EVENT_KIND } from '../event-random.ts';
import type { SimulationEvent, VirtualClock } from '../virtual-clock.ts';

export class HostTimers implements Timers {
  private readonly clock: VirtualClock;
  private readonly host: number;

  constructor(clock: VirtualClock, host: number) {
    this.clock = clock;
    this.host = host;
  }

  /** To be called while something happens to this host; a delay is taken to the microsecond. */
  after(delayMs: number, action: () => void): Timer {
    const { clock, host } = this;
    assert(
      clock.currentRelay === host,
      `a timer of host ${host}, started in the name of ${clock.currentRelay}`,
    );
    assert(delayMs >= 0, `a timer of ${delayMs} ms`);
    const timer = new HostTimer(host, action);
    clock.schedule(clock.nowUs + Math.round(delayMs * 1000), timer);
    return timer;
  }
}

class HostTimer implements SimulationEvent, Timer {
  readonly relay: number;
  readonly kind = EVENT_KIND.timer;
  private action: (() => void) | null;

  constructor(host: number, action: () => void) {
    this.relay = host;
    this.action = action;
  }

  fire(): void {
    const { action } = this;
    this.action = null;
    action?.();
  }

  /** Lets go of what the action holds; the empty event stays in the queue. */
  cancel(): void {
    this.action = null;
  }
}
