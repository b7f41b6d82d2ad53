/**
 * The comings and goings of all relays in the order of time, one of each relay's at a time.
 *
 * They lie in a queue of their own: hundreds of thousands over a year, most of them far away, would only be in the way
 * among the events of seconds.
 */

import type { Churn } from '../../../population/churn.ts';
import { EventQueue } from '../../event-queue.ts';

export type LifeEvent = 'join' | 'leave' | 'end' | 'return' | 'restart';

export class LifeQueue {
  /** Of the event that `take` has answered with. */
  relay = 0;
  timeUs = 0;
  private readonly churn: Churn;
  private readonly queue = new EventQueue<number>();
  /** The row of the absence that each relay is in, or comes to next. */
  private readonly row: Uint32Array;
  private readonly stage: LifeEvent[] = [];

  constructor(churn: Churn, relays: number) {
    this.churn = churn;
    this.row = churn.firstAbsence.slice(0, relays);
    for (let relay = 0; relay < relays; relay++) {
      const joinsUs = churn.joinsUs[relay];
      if (joinsUs === Number.POSITIVE_INFINITY) continue;
      if (joinsUs > 0) this.plan(relay, 'join', joinsUs);
      else this.planLeave(relay);
    }
  }

  get nextTimeUs(): number {
    return this.queue.nextTimeUs;
  }

  /** Takes the next one, and plans what follows it in that relay's life. */
  take(): LifeEvent {
    const { churn, queue, row, stage } = this;
    this.timeUs = queue.nextTimeUs;
    const relay = queue.pop();
    this.relay = relay;
    const what = stage[relay];
    if (what === 'end') return what;
    if (what !== 'leave') {
      if (what !== 'join') row[relay]++;
      this.planLeave(relay);
      return what;
    }
    const absence = row[relay];
    const isRestart = churn.isRestart[absence] === 1;
    this.plan(relay, isRestart ? 'restart' : 'return', churn.returnsUs[absence]);
    return what;
  }

  /** Whether the relay's process has ended with the absence that it is in. */
  isRestart(relay: number): boolean {
    return this.churn.isRestart[this.row[relay]] === 1;
  }

  private planLeave(relay: number): void {
    const { churn, row } = this;
    const absence = row[relay];
    if (absence >= churn.firstAbsence[relay + 1]) return;
    const isForGood = churn.returnsUs[absence] === Number.POSITIVE_INFINITY;
    this.plan(relay, isForGood ? 'end' : 'leave', churn.leavesUs[absence]);
  }

  private plan(relay: number, what: LifeEvent, atUs: number): void {
    this.stage[relay] = what;
    this.queue.push(atUs, relay, relay);
  }
}
