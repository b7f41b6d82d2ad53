/**
 * Links that carry cells under virtual time: reliable, in order, with a latency and no capacity of their own.
 *
 * What a host can send is bounded where its cells queue (the token bucket of the relay), so that its scheduler
 * decides which cell goes first. Cells that leave at one instant arrive with one event.
 */

import type { Cell, CellPool } from '../../../node/relay/cell.ts';
import { CellQueue } from '../../../node/relay/cell-queue.ts';
import type { CellLink, LinkListener } from '../../../node/relay/link.ts';
import { EVENT_KIND } from '../event-random.ts';
import { Call, type SimulationEvent, type VirtualClock } from '../virtual-clock.ts';

/** What becomes of cells; sent = delivered + dropped + under way. */
export class CellTraffic {
  sent = 0;
  delivered = 0;
  /** Reached an end that was closed. */
  dropped = 0;

  get underWay(): number {
    return this.sent - this.delivered - this.dropped;
  }
}

/** One end of a link, and who owns it. */
export interface LinkSide {
  readonly host: number;
  /** Identity of the relay that has this end; null for a client. */
  readonly fingerprint: string | null;
  readonly address: number;
}

/** Looks at, and may change, the cells that a hostile relay sends and receives. */
export interface CellTap {
  onSend?(cell: Cell, link: SimulatedCellLink): void;
  onArrive?(cell: Cell, link: SimulatedCellLink): void;
}

export interface LinkParts {
  readonly clock: VirtualClock;
  readonly cells: CellPool;
  readonly traffic: CellTraffic;
  readonly latencyUs: number;
}

/** Cells that leave together. */
class Batch implements SimulationEvent {
  readonly relay: number;
  readonly kind = EVENT_KIND.call;
  readonly cells = new CellQueue();
  readonly arrivesUs: number;
  private readonly to: SimulatedCellLink;

  constructor(to: SimulatedCellLink, arrivesUs: number) {
    this.to = to;
    this.relay = to.host;
    this.arrivesUs = arrivesUs;
  }

  fire(): void {
    this.to.arrive(this.cells);
  }
}

export class SimulatedCellLink implements CellLink {
  readonly host: number;
  readonly peer: string | null;
  readonly address: number;
  readonly initiated: boolean;
  tap: CellTap | null = null;
  private readonly parts: LinkParts;
  private other: SimulatedCellLink | null = null;
  /** Who has this end. */
  listener: LinkListener | null = null;
  private leaving: Batch | null = null;
  closed = false;

  private constructor(parts: LinkParts, host: number, far: LinkSide, initiated: boolean) {
    this.parts = parts;
    this.host = host;
    this.peer = far.fingerprint;
    this.address = far.address;
    this.initiated = initiated;
  }

  /** Both ends of a new link, the dialler's first. */
  static pair(
    parts: LinkParts,
    dialler: LinkSide,
    dialled: LinkSide,
  ): [SimulatedCellLink, SimulatedCellLink] {
    const near = new SimulatedCellLink(parts, dialler.host, dialled, true);
    const far = new SimulatedCellLink(parts, dialled.host, dialler, false);
    near.other = far;
    far.other = near;
    return [near, far];
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  /** Whoever has this end, once it listens. */
  get owner(): LinkListener | null {
    return this.listener;
  }

  send(cell: Cell): boolean {
    const { clock, cells, traffic, latencyUs } = this.parts;
    if (this.closed) {
      cells.release(cell);
      return true;
    }
    this.tap?.onSend?.(cell, this);
    traffic.sent++;
    const arrivesUs = clock.nowUs + latencyUs;
    if (this.leaving === null || this.leaving.arrivesUs !== arrivesUs) {
      this.leaving = new Batch(this.other!, arrivesUs);
      clock.schedule(arrivesUs, this.leaving);
    }
    this.leaving.cells.push(cell);
    return true;
  }

  /** The other end hears of it one latency later, behind the cells that are under way. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const { clock, latencyUs } = this.parts;
    const { host } = this.other!;
    clock.schedule(clock.nowUs + latencyUs, new Call(host, () => this.other!.cut()));
  }

  /** Cells of the other end are here. */
  arrive(batch: CellQueue): void {
    const { cells, traffic } = this.parts;
    for (let cell = batch.shift(); cell !== null; cell = batch.shift()) {
      if (this.closed || this.listener === null) {
        traffic.dropped++;
        cells.release(cell);
        continue;
      }
      traffic.delivered++;
      this.tap?.onArrive?.(cell, this);
      this.listener.onCell(cell);
    }
  }

  private cut(): void {
    if (this.closed) return;
    this.closed = true;
    this.listener?.onClosed();
  }
}
