/**
 * The running digest of one hop in one direction: SHA-1 over every relay cell that began or ended there.
 *
 * Its first four bytes stand in each cell, which proves that none before it was lost or changed; all twenty
 * acknowledge cells (proposal 289). Digests are strings of latin1 characters, one for each byte: node:crypto hands
 * those out a third faster than buffers. tor-spec, "Routing relay cells".
 */

import { createHash, type Hash } from 'node:crypto';
import type { Cell } from './cell.ts';
import { digestFieldOf, writeDigestField } from './relay-cell.ts';

export const DIGEST_BYTES = 20;

function firstFour(digest: string): number {
  return (
    ((digest.charCodeAt(0) << 24) |
      (digest.charCodeAt(1) << 16) |
      (digest.charCodeAt(2) << 8) |
      digest.charCodeAt(3)) >>>
    0
  );
}

export class RunningDigest {
  /** Until the first cell there is only the seed: most hops never see a cell of their own in most directions. */
  private seed: Uint8Array | null;
  private hash: Hash | null = null;

  constructor(seed: Uint8Array) {
    this.seed = seed;
  }

  private get running(): Hash {
    if (this.hash === null) {
      this.hash = createHash('sha1').update(this.seed!);
      this.seed = null;
    }
    return this.hash;
  }

  /** Takes in a cell that begins here, and writes the digest into it; answers all of the digest. */
  stamp(cell: Cell): string {
    writeDigestField(cell, 0);
    const digest = this.running.update(cell.payload).copy().digest('binary');
    writeDigestField(cell, firstFour(digest));
    return digest;
  }

  /**
   * Takes in a cell if its digest fits, and answers all of the digest; null if the cell is not for this hop.
   *
   * A cell that is not stays as it was, and so does the digest: it goes on to where it belongs. At the end of a
   * circuit (`isEnd`) it belongs nowhere, the circuit is closed, and the digest need not be kept: that saves a copy,
   * a third of the work.
   */
  accept(cell: Cell, isEnd: boolean): string | null {
    const claimed = digestFieldOf(cell);
    writeDigestField(cell, 0);
    const next = (isEnd ? this.running : this.running.copy()).update(cell.payload);
    const digest = next.copy().digest('binary');
    writeDigestField(cell, claimed);
    if (firstFour(digest) !== claimed) return null;
    this.hash = next;
    return digest;
  }
}
