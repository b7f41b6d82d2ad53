/**
 * The time of a run on real relays: real time, or slower by the scenario's `slowdown`, counted from when the network
 * stands.
 *
 * Relays live in the hour of the population's snapshot, as simulated ones do, so that the same metadata are fresh. Until
 * the network stands it is time zero.
 */

import { EPOCH_MS, type SimulationEvent } from '../virtual-clock.ts';
import type { Deadlines } from './deadlines.ts';

export class RunClock {
  private zeroUs: number | null = null;
  private readonly deadlines: Deadlines;

  constructor(deadlines: Deadlines) {
    this.deadlines = deadlines;
  }

  /** The network stands at this time of the monotonic clock, and takes its time from now on. */
  begin(zeroUs: number, slowdown: number): void {
    this.deadlines.slowDown(slowdown);
    this.zeroUs = this.deadlines.ownOf(zeroUs);
  }

  get hasBegun(): boolean {
    return this.zeroUs !== null;
  }

  /** Microseconds of the run. */
  get nowUs(): number {
    return this.zeroUs === null ? 0 : Math.max(0, this.deadlines.nowUs - this.zeroUs);
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
