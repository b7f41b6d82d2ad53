/**
 * A barrier between simulation threads: nobody passes before all have come.
 *
 * It spins briefly before it sleeps, since windows are often shorter than a wake-up takes.
 */

import { CONTROL } from './job.ts';

const SPINS = 2000;
/** Sleeps end now and then, so that a thread notices a run that was stopped. */
const SLEEP_MS = 100;

export class Barrier {
  private readonly control: Int32Array;
  private readonly threads: number;

  constructor(control: Int32Array, threads: number) {
    this.control = control;
    this.threads = threads;
  }

  /** Waits for all threads; returns at once when the run was stopped. */
  wait(): void {
    const { control } = this;
    const round = Atomics.load(control, CONTROL.barrierRound);
    if (Atomics.add(control, CONTROL.barrierWaiting, 1) === this.threads - 1) {
      Atomics.store(control, CONTROL.barrierWaiting, 0);
      Atomics.add(control, CONTROL.barrierRound, 1);
      Atomics.notify(control, CONTROL.barrierRound);
      return;
    }
    for (let spin = 0; Atomics.load(control, CONTROL.barrierRound) === round; spin++) {
      if (spin < SPINS) continue;
      if (Atomics.load(control, CONTROL.stop) !== 0) return;
      Atomics.wait(control, CONTROL.barrierRound, round, SLEEP_MS);
    }
  }
}
