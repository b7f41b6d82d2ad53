/**
 * Runs one thread of a partitioned network in windows that need no word from the others.
 *
 * Nothing crosses between threads faster than the shortest link between them, the look-ahead. So all run up to
 * (the next event of any + look-ahead), then meet at a barrier and exchange letters. A thread whose others have nothing
 * to do until then runs on to twice the look-ahead beyond its own next event, since what it sends may be answered. It
 * might go as far whenever the others' next events lie later than its own, but then they would wait for it, and it for
 * them in the window after.
 *
 * Threads meet once a window: what each tells before counts the letters that it has sent, so all know what everybody's
 * next event is without a second meeting after the letters are read. Mailboxes, and the columns of next events, have two
 * pages, one to be read and one to be written.
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
  /** To and from the other threads, in their order. */
  readonly outboxes: readonly Outbox[];
  readonly inboxes: readonly Inbox[];
}

/** In the place of the time of an event that nobody may run beyond, until the letters that found no room are read. */
const LETTERS_WAIT = Number.NEGATIVE_INFINITY;

export class Windows {
  private readonly clock: VirtualClock;
  private readonly shared: SharedColumns;
  private readonly neighbours: Neighbourhood | null;
  private readonly receive: Transport['receiveRemote'];
  private meetings = 0;

  /** `neighbours` is null for a run on one thread. */
  constructor(
    clock: VirtualClock,
    transport: Transport,
    shared: SharedColumns,
    neighbours: Neighbourhood | null,
  ) {
    this.clock = clock;
    this.receive = (...letter) => transport.receiveRemote(...letter);
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
    for (;;) {
      const nextUs = this.meet(neighbours);
      if (nextUs === null) return;
      const earliestUs = Math.min(...nextUs);
      if (earliestUs === LETTERS_WAIT) continue;
      if (earliestUs >= endUs) return;
      yield Math.min(windowEndUs(neighbours, nextUs), endUs);
    }
  }

  /**
   * Meets the others and exchanges letters; answers when the next event of each thread is due, or null when the run was
   * stopped. LETTERS_WAIT is among the answers where letters found no room.
   */
  private meet({ thread, threads, barrier, outboxes, inboxes }: Neighbourhood): readonly number[] | null {
    const pageSize = threads * threads;
    const page = (this.meetings++ & 1) * pageSize;
    const nextUs = this.shared.nextUs.subarray(page, page + pageSize);
    const own = nextUs.subarray(thread * threads, (thread + 1) * threads);
    own[thread] = this.clock.nextTimeUs;
    outboxes.forEach(({ waiting, earliestUs }, box) => {
      own[box < thread ? box : box + 1] = waiting > 0 ? LETTERS_WAIT : earliestUs;
    });
    barrier.wait();
    if (this.stopped) return null;
    for (const outbox of outboxes) outbox.turn();
    for (const inbox of inboxes) inbox.read(this.receive);
    return Array.from({ length: threads }, (_unused, of) => {
      let leastUs = Number.POSITIVE_INFINITY;
      for (let from = 0; from < threads; from++) leastUs = Math.min(leastUs, nextUs[from * threads + of]);
      return leastUs;
    });
  }
}

/** How far a thread may run. */
function windowEndUs({ thread, lookAheadUs }: Neighbourhood, nextUs: readonly number[]): number {
  const ownNextUs = nextUs[thread];
  const othersNextUs = Math.min(...nextUs.filter((_timeUs, other) => other !== thread));
  if (othersNextUs < ownNextUs + lookAheadUs) return Math.min(othersNextUs, ownNextUs) + lookAheadUs;
  return ownNextUs + 2 * lookAheadUs;
}
