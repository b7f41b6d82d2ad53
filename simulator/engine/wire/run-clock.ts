/**
 * The time of a run on real relays: real time, or slower by the scenario's `slowdown`, from when the network stands.
 *
 * That is the moment at which simulated networks stand, and until then it does not pass. Relays live in the hour of the
 * population's snapshot, as simulated ones do, so that the same metadata are fresh.
 */

import { EPOCH_MS, type SimulationEvent } from '../virtual-clock.ts';
import type { Deadlines } from './deadlines.ts';

export class RunClock {
  private zeroUs: number | null = null;
  private readonly deadlines: Deadlines;
  private readonly standsUs: number;

  /** In a network that stands at this time of the run. */
  constructor(deadlines: Deadlines, standsUs: number) {
    this.deadlines = deadlines;
    this.standsUs = standsUs;
  }

  /** The network stands at this time of the monotonic clock, and takes its time from now on. */
  begin(beganUs: number, slowdown: number): void {
    this.deadlines.slowDown(slowdown);
    this.zeroUs = this.deadlines.ownOf(beganUs) - this.standsUs;
  }

  get hasBegun(): boolean {
    return this.zeroUs !== null;
  }

  /** Microseconds of the run. */
  get nowUs(): number {
    const { zeroUs, standsUs, deadlines } = this;
    return zeroUs === null ? standsUs : Math.max(standsUs, deadlines.nowUs - zeroUs);
  }

  /** As a relay's own clock says it: milliseconds since 1970. */
  nowMs(): number {
    return EPOCH_MS + Math.floor(this.nowUs / 1000);
  }

  /** Lets an event take place at a time of the run, which must have begun. */
  schedule(timeUs: number, event: SimulationEvent): void {
    if (this.zeroUs === null) throw new Error('nothing can be planned before the network stands');
    this.deadlines.at(this.zeroUs + timeUs, () => event.fire());
  }

  /** A time of the run as the process's deadlines have it. */
  deadlineOf(timeUs: number): number {
    return (this.zeroUs ?? 0) + timeUs;
  }
}
