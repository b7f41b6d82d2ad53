/**
 * Which arrivals may wait until something else happens to their relay (postponed-events.ts): control that calls for no
 * answer, at a router that is awake. One that sleeps starts its heartbeat for whatever arrives.
 */

import type { SimulationEvent, VirtualClock } from '../virtual-clock.ts';
import { Arrival } from './arrival.ts';
import { SeenMessages } from './seen-messages.ts';

export class PatientControl {
  readonly seen: SeenMessages;
  /** 1 for a relay whose router has its heartbeat running. */
  readonly awake: Uint8Array;
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock, relays: number) {
    this.clock = clock;
    this.seen = new SeenMessages(relays);
    this.awake = new Uint8Array(relays);
  }

  readonly mayWait = (event: SimulationEvent): boolean => {
    if (!(event instanceof Arrival)) return false;
    const control = event.frame?.control;
    if (control == null || this.awake[event.relay] === 0) return false;
    return this.seen.has(event.relay, control.offered, this.clock.nowMs());
  };
}
