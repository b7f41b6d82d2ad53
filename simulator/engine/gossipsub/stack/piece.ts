/**
 * A piece of what a whole connection carries: one yamux frame, as it leaves on the uplink.
 *
 * Its bytes stay where they are: a message that a relay sends to ten peers lies in memory once, behind ten headers.
 */

import type { Uint8ArrayList } from 'uint8arraylist';
import { Frame } from '../frame.ts';
import type { BytesByKind } from '../rpc-bytes.ts';

const NOTHING = new Uint8Array(0);

export class Piece extends Frame {
  readonly list: Uint8ArrayList;
  /** What its bytes are for, those that encryption adds included. */
  private readonly kinds: BytesByKind;

  constructor(list: Uint8ArrayList, kinds: BytesByKind) {
    super(NOTHING);
    this.list = list;
    this.kinds = kinds;
  }

  override get byteLength(): number {
    return this.list.byteLength;
  }

  /** In one place, as what crosses to another thread has to be. */
  override get bytes(): Uint8Array {
    return this.list.subarray();
  }

  override get parts(): BytesByKind {
    return this.kinds;
  }
}
