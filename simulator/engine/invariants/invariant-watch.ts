/**
 * Watches the invariants of a run on one thread, always: each check costs next to nothing.
 *
 * The first violation ends the run after the event that broke it: what follows from it would only confuse.
 */

import type { InvariantName } from './violation.ts';
import { InvariantError } from './violation.ts';

/** What the watch needs of a clock. */
export interface WatchedClock {
  readonly nowUs: number;
  failure: Error | null;
}

export class InvariantWatch {
  private readonly clock: WatchedClock;

  constructor(clock: WatchedClock) {
    this.clock = clock;
  }

  /** Ends the run; a violation in a run that ends already is left out. */
  broken(invariant: InvariantName, relay: number | null, what: string): void {
    const { clock } = this;
    clock.failure ??= new InvariantError({ invariant, timeUs: clock.nowUs, relay, what });
  }
}
