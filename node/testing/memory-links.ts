/**
 * Links in memory, for tests and benchmarks: a pair of ends, a delay, so many cells on the way before they are full.
 *
 * Cells are handed over as they are, without a copy. A tap may look at what passes, change it, or take it out.
 */

import type { Timers } from '../environment.ts';
import type { Cell, CellPool } from '../relay/cell.ts';
import { CellQueue } from '../relay/cell-queue.ts';
import type { CellLink, LinkDialer, LinkListener, LinkTarget } from '../relay/link.ts';

export interface MemoryLinkOptions {
  readonly latencyMs: number;
  /** Cells that the link takes before it is full. */
  readonly capacityCells: number;
  /** Cells that arrive together; the rest follow after `gapMs`. */
  readonly burstCells: number;
  readonly gapMs: number;
}

const QUICK: MemoryLinkOptions = {
  latencyMs: 1,
  capacityCells: 64,
  burstCells: 64,
  gapMs: 0,
};

/** Sees each cell as it is sent; false takes it out of the link, and the tap owns it. */
export type Tap = (cell: Cell, link: MemoryLink) => boolean;

export class MemoryLink implements CellLink {
  readonly peer: string | null;
  readonly address: number;
  readonly initiated: boolean;
  other: MemoryLink | null = null;
  tap: Tap | null = null;
  private readonly timers: Timers;
  private readonly cells: CellPool;
  private readonly options: MemoryLinkOptions;
  private readonly onTheWay = new CellQueue();
  private listener: LinkListener | null = null;
  private busy = false;
  private full = false;
  /** Nothing moves while a test holds the link. */
  private heldBack = false;
  closed = false;

  constructor(
    timers: Timers,
    cells: CellPool,
    options: MemoryLinkOptions,
    about: Pick<CellLink, 'peer' | 'address' | 'initiated'>,
  ) {
    this.timers = timers;
    this.cells = cells;
    this.options = options;
    this.peer = about.peer;
    this.address = about.address;
    this.initiated = about.initiated;
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  send(cell: Cell): boolean {
    if (this.closed || this.other!.closed) {
      this.cells.release(cell);
      return true;
    }
    if (this.full) throw new Error('a full link was sent a cell');
    if (this.tap !== null && !this.tap(cell, this)) return true;
    this.onTheWay.push(cell);
    this.wake(this.options.latencyMs);
    this.full = this.onTheWay.length >= this.options.capacityCells;
    return !this.full;
  }

  /** Puts a cell in front of the other end as if this end had sent it. */
  inject(cell: Cell): void {
    this.onTheWay.push(cell);
    this.wake(this.options.latencyMs);
  }

  /** Stops what is on its way, and lets it go on. */
  hold(held: boolean): void {
    this.heldBack = held;
    if (!held) this.wake(0);
  }

  /** Closes both ends; the other hears of it a latency later, as does this one if it was not the one to close. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onTheWay.clear(this.cells);
    this.timers.after(this.options.latencyMs, () => this.other!.cut());
  }

  /** Breaks the link for both ends. */
  sever(): void {
    this.other!.cut();
    this.cut();
  }

  private cut(): void {
    if (this.closed) return;
    this.closed = true;
    this.onTheWay.clear(this.cells);
    this.listener?.onClosed();
  }

  private wake(delayMs: number): void {
    if (this.busy || this.heldBack || this.onTheWay.length === 0) return;
    this.busy = true;
    this.timers.after(delayMs, () => this.deliver());
  }

  private deliver(): void {
    this.busy = false;
    if (this.heldBack) return;
    for (let i = 0; i < this.options.burstCells; i++) {
      const cell = this.onTheWay.shift();
      if (cell === null) break;
      const { listener, closed } = this.other!;
      if (closed || listener === null) this.cells.release(cell);
      else listener.onCell(cell);
    }
    this.wake(this.options.gapMs);
    if (!this.full || this.closed || this.onTheWay.length > this.options.capacityCells / 2) return;
    this.full = false;
    this.listener?.onDrained();
  }
}

/** Whoever takes links. */
export interface Acceptor {
  accept(link: CellLink): void;
}

/** All relays that can be dialled, by fingerprint. */
export class MemoryNetwork {
  /** Every link that was made, the dialler's end. */
  readonly links: MemoryLink[] = [];
  /** Whether somebody answers at an address; a test may say no. */
  isThere: (target: LinkTarget) => boolean = () => true;
  private readonly timers: Timers;
  private readonly cells: CellPool;
  private readonly options: MemoryLinkOptions;
  private readonly acceptors = new Map<string, Acceptor>();

  constructor(timers: Timers, cells: CellPool, options: Partial<MemoryLinkOptions> = {}) {
    this.timers = timers;
    this.cells = cells;
    this.options = { ...QUICK, ...options };
  }

  add(fingerprint: string, acceptor: Acceptor): void {
    this.acceptors.set(fingerprint, acceptor);
  }

  /** Takes a relay off the network: it cannot be dialled, and the links to it break. */
  remove(fingerprint: string): void {
    this.acceptors.delete(fingerprint);
    for (const link of this.links) {
      if (link.peer === fingerprint || link.other!.peer === fingerprint) link.sever();
    }
  }

  /** For a relay, by its fingerprint, or a client (null) at an address. */
  dialer(fingerprint: string | null, address: number): LinkDialer {
    return {
      dial: (target: LinkTarget, answer) => {
        this.timers.after(this.options.latencyMs, () => {
          const acceptor = this.acceptors.get(target.fingerprint);
          if (acceptor === undefined || !this.isThere(target)) {
            answer(null);
            return;
          }
          const { timers, cells, options } = this;
          const near = new MemoryLink(timers, cells, options, {
            peer: target.fingerprint,
            address: target.address,
            initiated: true,
          });
          const far = new MemoryLink(timers, cells, options, {
            peer: fingerprint,
            address,
            initiated: false,
          });
          near.other = far;
          far.other = near;
          this.links.push(near);
          acceptor.accept(far);
          answer(near);
        });
      },
    };
  }
}
