/**
 * The port between the data plane and whatever carries its cells: a simulated uplink, a socket, a test.
 *
 * A link is reliable and keeps cells in order, or it is closed. It knows who is at the other end, since the
 * handshake, the certificates and the encryption of links are its own affair. It never calls its listener from within
 * `send` or `close`.
 */

import type { Cell } from './cell.ts';

/** Where a relay can be reached, and who must be there. */
export interface LinkTarget {
  /** The relay's identity: 20 bytes in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** IPv4. */
  readonly address: number;
  readonly port: number;
}

export interface LinkListener {
  /** A cell has arrived, and is the listener's from now on. */
  onCell(cell: Cell): void;
  /** The link takes cells again, after `send` had said that it was full. */
  onDrained(): void;
  /** The link is gone, with all that was under way on it; nothing is heard of it any more. */
  onClosed(): void;
}

export interface CellLink {
  /** The relay at the other end, if it has proved to be one; null for a client. */
  readonly peer: string | null;
  /** IPv4 address of the other end. */
  readonly address: number;
  /** Whether this end opened the link; it decides whose circuit ids have the topmost bit. */
  readonly initiated: boolean;
  /** Called once, before anything else. */
  listen(listener: LinkListener): void;
  /**
   * Takes a cell, which is the link's from now on. False: the link is full after this one, and must not be sent
   * more until it says that it has drained. A link that is gone drops what it is sent.
   */
  send(cell: Cell): boolean;
  close(): void;
}

export interface LinkDialer {
  /** Opens a link to a relay; null if there is none to be had. The answer may come at once. */
  dial(target: LinkTarget, answer: (link: CellLink | null) => void): void;
}
