/**
 * One layer of encryption in one direction: AES-128 in counter mode, from a counter of zero, over all cells in turn.
 *
 * Calling the cipher costs 1 us however little it is asked for, enciphering a cell's worth of it 0.1 us. So the
 * keystream is made for several cells at once, and more of it the longer a circuit is in use; what it may hold in all
 * is bounded by a budget that the whole process shares. tor-spec, "Routing relay cells".
 */

import { type Cipher, createCipheriv } from 'node:crypto';
import { type Cell, PAYLOAD_BYTES, PAYLOAD_WORDS } from './cell.ts';

/** At least two: the words of a payload reach three bytes into the next one. */
const FIRST_BATCH_CELLS = 2;
export const LONGEST_BATCH_CELLS = 16;
const ZERO_COUNTER = Buffer.alloc(16);
const ZEROS = Buffer.alloc(LONGEST_BATCH_CELLS * PAYLOAD_BYTES);
const zerosOf = new Map<number, Buffer>();
for (let cells = FIRST_BATCH_CELLS; cells <= LONGEST_BATCH_CELLS; cells *= 2) {
  zerosOf.set(cells, ZEROS.subarray(0, cells * PAYLOAD_BYTES));
}

/** How much keystream the layers of a process may hold beyond the least that each needs. */
export class KeystreamBudget {
  readonly limitBytes: number;
  heldBytes = 0;

  constructor(limitBytes = 64 * 1024 * 1024) {
    this.limitBytes = limitBytes;
  }
}

export class Keystream {
  private readonly cipher: Cipher;
  private readonly budget: KeystreamBudget;
  private bytes: Buffer;
  private words: Int32Array;
  private cells = FIRST_BATCH_CELLS;
  /** Cells of the batch that are used up. */
  private used = 0;

  constructor(key: Uint8Array, budget: KeystreamBudget) {
    this.cipher = createCipheriv('aes-128-ctr', key, ZERO_COUNTER);
    this.budget = budget;
    this.bytes = this.cipher.update(zerosOf.get(FIRST_BATCH_CELLS)!);
    this.words = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, PAYLOAD_WORDS);
  }

  /** Puts the layer on a cell's payload, or takes it off: the same thing. */
  apply(cell: Cell): void {
    if (this.used === this.cells) this.refill();
    // To the front, where it is aligned; what stood there is used up.
    const at = this.used * PAYLOAD_BYTES;
    if (at !== 0) this.bytes.copyWithin(0, at, at + PAYLOAD_BYTES);
    this.used++;
    const { words } = cell;
    const key = this.words;
    for (let i = 0; i < PAYLOAD_WORDS; i += 4) {
      words[i] ^= key[i];
      words[i + 1] ^= key[i + 1];
      words[i + 2] ^= key[i + 2];
      words[i + 3] ^= key[i + 3];
    }
  }

  /** Gives its share of the budget back; the layer is not used again. */
  close(): void {
    this.budget.heldBytes -= (this.cells - FIRST_BATCH_CELLS) * PAYLOAD_BYTES;
    this.cells = FIRST_BATCH_CELLS;
  }

  private refill(): void {
    const more = this.cells * PAYLOAD_BYTES;
    if (this.cells < LONGEST_BATCH_CELLS && this.budget.heldBytes + more <= this.budget.limitBytes) {
      this.budget.heldBytes += more;
      this.cells *= 2;
    }
    this.bytes = this.cipher.update(zerosOf.get(this.cells)!);
    this.words = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, PAYLOAD_WORDS);
    this.used = 0;
  }
}
