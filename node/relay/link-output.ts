/**
 * What leaves on one link, in which order: the circuit with the lowest activity first, as the hook scores it.
 *
 * Scores of two modules cannot be compared. When the hook's occupant changes, all legs start again from zero, or those
 * that were scored on another scale would wait for ever.
 */

import type { Clock } from '../environment.ts';
import type { circuitScheduling } from '../hooks/catalogue/circuit-scheduling.ts';
import type { Cell, CellPool } from './cell.ts';
import { CellQueue } from './cell-queue.ts';
import type { SlotOf } from './hook-slots.ts';
import { type Leg, QUEUE_ROOM_CELLS } from './leg.ts';
import type { CellLink } from './link.ts';
import type { Consumer, TokenBucket } from './token-bucket.ts';

/** A circuit that was quiet for longer has its activity worked out anew before it competes; tor counts in such ticks. */
const STALE_MS = 10;

/** Counts the cells of circuits that wait on all links of a relay. */
export class WaitingCells {
  cells = 0;
}

export interface OutputParts {
  readonly clock: Clock;
  readonly cells: CellPool;
  readonly scheduling: SlotOf<typeof circuitScheduling>;
  /** Shared by all links of a relay; null for no limit. */
  readonly bucket: TokenBucket | null;
  readonly waiting: WaitingCells;
}

export class LinkOutput implements Consumer {
  private readonly link: CellLink;
  private readonly parts: OutputParts;
  /** Told of each DESTROY cell that has left. */
  private readonly onDestroySent: (circuitId: number) => void;
  /** Cells of no circuit, and of circuits that are gone; they go first. */
  private readonly control = new CellQueue();
  /** Legs with cells waiting: a heap by activity, then by turn. */
  private readonly heap: Leg[] = [];
  private scoredBy: string | null = null;
  /** Counts the scales: an activity of another one says nothing. */
  private scale = 0;
  private turns = 0;
  private flushing = false;
  /** The link is full. */
  blocked = false;

  constructor(link: CellLink, parts: OutputParts, onDestroySent: (circuitId: number) => void) {
    this.link = link;
    this.parts = parts;
    this.onDestroySent = onDestroySent;
  }

  enqueue(leg: Leg, cell: Cell): void {
    leg.queue.push(cell);
    this.parts.waiting.cells++;
    if (leg.place < 0) this.admit(leg);
    this.flush();
  }

  sendControl(cell: Cell): void {
    this.control.push(cell);
    this.flush();
  }

  get waitingControls(): number {
    return this.control.length;
  }

  /** Forgets a leg's waiting cells. */
  drop(leg: Leg): void {
    this.parts.waiting.cells -= leg.queue.length;
    leg.queue.clear(this.parts.cells);
    if (leg.place >= 0) this.remove(leg);
  }

  /** Sends what can be sent now. */
  flush(): void {
    if (this.flushing) return;
    const { bucket } = this.parts;
    this.flushing = true;
    while (this.hasMore()) {
      if (bucket !== null && !bucket.takeCell()) {
        bucket.wait(this);
        break;
      }
      this.sendNext();
    }
    this.flushing = false;
  }

  /** Called by the bucket, which has paid for the cell. */
  sendOne(): void {
    this.flushing = true;
    this.sendNext();
    this.flushing = false;
  }

  hasMore(): boolean {
    return !this.blocked && (this.control.length > 0 || this.heap.length > 0);
  }

  drained(): void {
    this.blocked = false;
    this.flush();
  }

  /** The link is gone: nothing leaves any more. */
  close(): void {
    this.blocked = true;
    this.control.clear(this.parts.cells);
    for (const leg of this.heap) {
      this.parts.waiting.cells -= leg.queue.length;
      leg.queue.clear(this.parts.cells);
      leg.place = -1;
    }
    this.heap.length = 0;
  }

  private sendNext(): void {
    const control = this.control.shift();
    if (control !== null) {
      const id = control.circuitId;
      this.blocked = !this.link.send(control);
      this.onDestroySent(id);
      return;
    }
    const leg = this.heap[0];
    const cell = leg.queue.shift()!;
    this.parts.waiting.cells--;
    this.blocked = !this.link.send(cell);
    leg.sent++;
    this.score(leg, 1);
    // Scoring can have changed the whole order, but the leg is still somewhere in it.
    if (leg.queue.length === 0) this.remove(leg);
    else this.sink(leg.place);
    if (leg.wantsRoom && leg.queue.length <= QUEUE_ROOM_CELLS) {
      leg.wantsRoom = false;
      leg.circuit.onRoom(leg);
    }
  }

  private admit(leg: Leg): void {
    leg.turn = this.turns++;
    leg.place = this.heap.length;
    this.heap.push(leg);
    if (leg.scale !== this.scale) {
      leg.scale = this.scale;
      leg.activity = 0;
    }
    if (leg.sent > 0 && this.parts.clock.nowMs() - leg.scoredAtMs >= STALE_MS) this.score(leg, 0);
    this.rise(leg.place);
  }

  private score(leg: Leg, cellsSent: number): void {
    const { scheduling, clock } = this.parts;
    const now = clock.nowMs();
    const elapsedMs = Math.min(Math.max(0, Math.floor(now - leg.scoredAtMs)), 0xffffffff);
    leg.activity = scheduling.call(leg.activity, leg.sent <= 1 ? 0 : elapsedMs, cellsSent, leg.queue.length);
    leg.scoredAtMs = now;
    leg.turn = this.turns++;
    if (scheduling.activeHash !== this.scoredBy) this.startAgain(scheduling.activeHash);
  }

  /** Somebody else keeps the scores from now on. */
  private startAgain(scoredBy: string | null): void {
    this.scoredBy = scoredBy;
    this.scale++;
    this.heap.sort((a, b) => a.turn - b.turn);
    for (const [place, leg] of this.heap.entries()) {
      leg.activity = 0;
      leg.scale = this.scale;
      leg.place = place;
    }
  }

  private isBefore(a: Leg, b: Leg): boolean {
    return a.activity < b.activity || (a.activity === b.activity && a.turn < b.turn);
  }

  private put(leg: Leg, place: number): void {
    this.heap[place] = leg;
    leg.place = place;
  }

  private rise(from: number): void {
    const leg = this.heap[from];
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.isBefore(leg, this.heap[parent])) break;
      this.put(this.heap[parent], place);
      place = parent;
    }
    this.put(leg, place);
  }

  private sink(from: number): void {
    const leg = this.heap[from];
    const size = this.heap.length;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && this.isBefore(this.heap[child + 1], this.heap[child])) child++;
      if (!this.isBefore(this.heap[child], leg)) break;
      this.put(this.heap[child], place);
      place = child;
    }
    this.put(leg, place);
  }

  private remove(leg: Leg): void {
    const { place } = leg;
    const last = this.heap.pop()!;
    leg.place = -1;
    if (last === leg) return;
    this.put(last, place);
    this.sink(place);
    this.rise(last.place);
  }
}
