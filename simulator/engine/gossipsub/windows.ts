/**
 * Runs one thread of a partitioned network in windows that need no word from the others.
 *
 * Nothing crosses between threads faster than the shortest link between them, the look-ahead. So all run up to
 * (the next event of any + look-ahead), then meet at a barrier and exchange letters. A thread whose others have nothing
 * to do until then runs on to twice the look-ahead beyond its own next event, since what it sends may be answered. It
 * might go as far whenever the others' next events lie later than its own, but then they would wait for it, and it for
 * them in the window after.
 */

import type { VirtualClock } from '../virtual-clock.ts';
import type { Barrier } from './barrier.ts';
import { CONTROL, type SharedColumns } from './job.ts';
import type { Inbox, Outbox } from './mailbox.ts';
import type { Transport } from './transport.ts';

export interface Neighbourhood {
  readonly thread: number;
  readonly threads: number;
  readonly lookAheadUs: number;
  readonly barrier: Barrier;
  readonly outboxes: readonly Outbox[];
  readonly inboxes: readonly Inbox[];
}

export class Windows {
  private readonly clock: VirtualClock;
  private readonly transport: Transport;
  private readonly shared: SharedColumns;
  private readonly neighbours: Neighbourhood | null;

  /** `neighbours` is null for a run on one thread. */
  constructor(
    clock: VirtualClock,
    transport: Transport,
    shared: SharedColumns,
    neighbours: Neighbourhood | null,
  ) {
    this.clock = clock;
    this.transport = transport;
    this.shared = shared;
    this.neighbours = neighbours;
  }

  get stopped(): boolean {
    return Atomics.load(this.shared.control, CONTROL.stop) !== 0;
  }

  /**
   * The ends of the windows up to `endUs`, one after the other: whoever iterates runs the clock up to each.
   *
   * A plain generator, not an asynchronous one: promises can be drained only outside of promises.
   */
  *until(endUs: number): IterableIterator<number> {
    const { neighbours } = this;
    if (neighbours === null) {
      yield endUs;
      return;
    }
    while (!this.stopped) {
      const windowEndUs = this.agreeOnWindow(neighbours);
      if (windowEndUs === null || this.earliestUs() >= endUs) return;
      for (const outbox of neighbours.outboxes) outbox.begin();
      yield Math.min(windowEndUs, endUs);
      this.exchange(neighbours);
    }
  }

  private earliestUs(): number {
    return Math.min(...this.shared.nextUs);
  }

  /** How far this thread may run; null when the run was stopped. */
  private agreeOnWindow({ thread, lookAheadUs, barrier }: Neighbourhood): number | null {
    const { nextUs } = this.shared;
    nextUs[thread] = this.clock.nextTimeUs;
    barrier.wait();
    if (this.stopped) return null;
    let othersNextUs = Number.POSITIVE_INFINITY;
    nextUs.forEach((timeUs, other) => {
      if (other !== thread && timeUs < othersNextUs) othersNextUs = timeUs;
    });
    const ownNextUs = nextUs[thread];
    if (othersNextUs < ownNextUs + lookAheadUs) return Math.min(othersNextUs, ownNextUs) + lookAheadUs;
    return ownNextUs + 2 * lookAheadUs;
  }

  /** Letters cross; in as many rounds as the mailboxes' size asks for. */
  private exchange({ barrier, outboxes, inboxes }: Neighbourhood): void {
    const { control } = this.shared;
    for (;;) {
      const waiting = outboxes.reduce((sum, outbox) => sum + outbox.waiting, 0);
      Atomics.add(control, CONTROL.pending, waiting);
      barrier.wait();
      const allWaiting = Atomics.load(control, CONTROL.pending);
      for (const inbox of inboxes) {
        inbox.read((timeUs, rank, kind, from, to, detail, frame) =>
          this.transport.receiveRemote(timeUs, rank, kind, from, to, detail, frame),
        );
      }
      if (allWaiting === 0 || this.stopped) return;
      barrier.wait(); // all have read: the mailboxes may be emptied
      Atomics.sub(control, CONTROL.pending, waiting);
      for (const outbox of outboxes) outbox.begin();
    }
  }
}
