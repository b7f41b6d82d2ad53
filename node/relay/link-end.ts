/**
 * This end of a link: the circuits that run over it, by their ids, and the ids of new ones.
 *
 * An id lives on after its circuit was closed from here until the DESTROY cell has left, so that late cells are known
 * for what they are and the id is not given to another circuit meanwhile.
 */

import assert from 'node:assert/strict';
import { CELL } from '../hooks/catalogue/cell-commands.ts';
import { type Cell, HEADER_BYTES } from './cell.ts';
import { type Circuit, Leg } from './leg.ts';
import type { CellLink, LinkListener } from './link.ts';
import { LinkOutput, type OutputParts } from './link-output.ts';
import { CircuitEnd } from './reasons.ts';

/** tor-spec, "Choosing circuit IDs": whoever opened the link sets the topmost bit. */
const INITIATOR_BIT = 0x80000000;

/** DESTROY cells that wait to leave, before the other end is taken for one that asks and takes no answers. */
export const MOST_WAITING_CONTROLS = 10_000;

/** Whose link it is: a relay or a client. */
export interface LinkHost {
  onCell(end: LinkEnd, leg: Leg | null, cell: Cell): void;
  /** Called after every circuit has heard. */
  onLinkClosed(end: LinkEnd): void;
}

export class LinkEnd implements LinkListener {
  readonly link: CellLink;
  readonly output: LinkOutput;
  private readonly parts: OutputParts;
  private readonly host: LinkHost;
  private readonly legs = new Map<number, Leg>();
  /** Circuits that the other end has asked for and that are not answered yet, with what to do if it asks no more. */
  private readonly asked = new Map<number, () => void>();
  private lastId = 0;
  closed = false;

  constructor(link: CellLink, parts: OutputParts, host: LinkHost) {
    this.link = link;
    this.parts = parts;
    this.host = host;
    this.output = new LinkOutput(link, parts, (circuitId) => {
      if (this.legs.get(circuitId)?.closing === true) this.legs.delete(circuitId);
    });
    link.listen(this);
  }

  get circuits(): number {
    return this.legs.size;
  }

  /** The circuit that has this id here. */
  circuit(circuitId: number): Circuit | null {
    return this.legs.get(circuitId)?.circuit ?? null;
  }

  /** A leg for a circuit that begins here; null if the link is closed. */
  open(circuit: Circuit): Leg | null {
    if (this.closed) return null;
    assert.ok(this.legs.size < 0x7fffffff, 'out of circuit ids');
    do this.lastId = (this.lastId % 0x7fffffff) + 1;
    while (this.legs.has(this.ownId()));
    return this.add(this.ownId(), circuit);
  }

  /** Whether the other end may give this id to a new circuit. */
  mayOpen(circuitId: number): boolean {
    const others = circuitId >= INITIATOR_BIT !== this.link.initiated;
    const free = !this.legs.has(circuitId) && !this.asked.has(circuitId);
    return others && (circuitId & 0x7fffffff) !== 0 && free;
  }

  /** Holds an id until a new circuit's handshake is done; `onGivenUp` if the other end closes it before. */
  reserve(circuitId: number, onGivenUp: () => void): void {
    this.asked.set(circuitId, onGivenUp);
  }

  /** Whether the other end still waits for the answer; it waits no more after this. */
  claim(circuitId: number): boolean {
    return this.asked.delete(circuitId);
  }

  /** The other end gives up a circuit that was not answered; false if there is none of this id. */
  giveUp(circuitId: number): boolean {
    const onGivenUp = this.asked.get(circuitId);
    if (onGivenUp === undefined) return false;
    this.asked.delete(circuitId);
    onGivenUp();
    return true;
  }

  /** A leg for a circuit that the other end has begun. */
  accept(circuitId: number, circuit: Circuit): Leg {
    return this.add(circuitId, circuit);
  }

  /** Ends a leg from this side. */
  destroy(leg: Leg, reason: number): void {
    if (leg.closing || this.closed) return;
    leg.closing = true;
    this.output.drop(leg);
    this.refuse(leg.circuitId, reason);
  }

  /** Answers for a circuit that is not there. */
  refuse(circuitId: number, reason: number): void {
    if (this.closed) return;
    const cell = this.parts.cells.blank(circuitId, CELL.destroy);
    cell.bytes[HEADER_BYTES] = reason;
    this.output.sendControl(cell);
    if (this.output.waitingControls > MOST_WAITING_CONTROLS) this.close();
  }

  close(): void {
    if (this.closed) return;
    this.link.close();
    this.onClosed();
  }

  /** Takes a cell that has nowhere to go. */
  swallow(cell: Cell): void {
    this.parts.cells.release(cell);
  }

  onCell(cell: Cell): void {
    if (this.closed) this.swallow(cell);
    else this.host.onCell(this, this.legs.get(cell.circuitId) ?? null, cell);
  }

  /** The other end has ended a leg. If it was ended from here too, its id waits for our own DESTROY to leave. */
  cut(leg: Leg, reason: number): void {
    if (leg.closing) return;
    leg.closing = true;
    this.legs.delete(leg.circuitId);
    this.output.drop(leg);
    leg.circuit.onCut(leg, reason);
  }

  onDrained(): void {
    if (!this.closed) this.output.drained();
  }

  onClosed(): void {
    if (this.closed) return;
    this.closed = true;
    this.output.close();
    for (const leg of this.legs.values()) {
      if (leg.closing) continue;
      leg.closing = true;
      leg.circuit.onCut(leg, CircuitEnd.linkClosed);
    }
    this.legs.clear();
    for (const circuitId of [...this.asked.keys()]) this.giveUp(circuitId);
    this.host.onLinkClosed(this);
  }

  private ownId(): number {
    return this.link.initiated ? (this.lastId | INITIATOR_BIT) >>> 0 : this.lastId;
  }

  private add(circuitId: number, circuit: Circuit): Leg {
    const leg = new Leg(this, circuitId, circuit);
    this.legs.set(circuitId, leg);
    return leg;
  }
}
