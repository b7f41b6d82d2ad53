/**
 * A leg is where a circuit meets a link: its id there, and its cells that wait to leave.
 *
 * A relay's circuit has a leg towards the client and, if it goes on, one away from it; a client's circuit has one.
 */

import type { Cell } from './cell.ts';
import { CellQueue } from './cell-queue.ts';
import type { LinkEnd } from './link-end.ts';

/** What a circuit hears of its legs. */
export interface Circuit {
  /** Of `CircuitState`, for the hook that admits cells. */
  readonly state: number;
  /** A RELAY or RELAY_EARLY cell has arrived, not yet admitted; it is the circuit's. */
  onRelay(leg: Leg, cell: Cell): void;
  /** A CREATED2 cell has arrived; it stays the caller's. */
  onCreated(leg: Leg, cell: Cell): void;
  /** Ends the circuit from here. */
  close(reason: number): void;
  /** The other end has destroyed the circuit, or the link is gone: the leg is no more. */
  onCut(leg: Leg, reason: number): void;
  /** A queue that had been full has room again. */
  onRoom(leg: Leg): void;
}

/** From how many waiting cells on a circuit's own streams are held back, and when they go on. */
export const QUEUE_FULL_CELLS = 256;
export const QUEUE_ROOM_CELLS = 64;

export class Leg {
  readonly end: LinkEnd;
  readonly circuitId: number;
  readonly circuit: Circuit;
  readonly queue = new CellQueue();
  /** Closed from this side; the DESTROY cell is still on its way out. */
  closing = false;
  /** Cells that have left. */
  sent = 0;
  /** Somebody was turned away at `hasRoom` and waits for `onRoom`. */
  wantsRoom = false;

  // What the scheduler of the link keeps.
  activity = 0;
  /** Which hook's the activity is, by the link's count. */
  scale = 0;
  /** When the activity was worked out. */
  scoredAtMs = 0;
  /** Place in the heap of waiting legs; -1 outside. */
  place = -1;
  /** Orders legs of equal activity. */
  turn = 0;

  constructor(end: LinkEnd, circuitId: number, circuit: Circuit) {
    this.end = end;
    this.circuitId = circuitId;
    this.circuit = circuit;
  }

  /** Sends a cell on this leg when its turn comes; a leg that is closed swallows it. */
  send(cell: Cell): void {
    if (this.closing) {
      this.end.swallow(cell);
      return;
    }
    cell.circuitId = this.circuitId;
    this.end.output.enqueue(this, cell);
  }

  /** Whether the circuit's own streams may add cells; if not, `onRoom` will tell. */
  hasRoom(): boolean {
    if (this.queue.length < QUEUE_FULL_CELLS) return true;
    this.wantsRoom = true;
    return false;
  }
}
