/**
 * Reads a WebAssembly binary, never past its end.
 *
 * Every length and index in the input is hostile. A read that does not fit is a `malformed` refusal; LEB128
 * numbers may be padded, as the specification allows, but not beyond their size.
 */

import { refuse } from './rejection.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    if (this.position >= this.end) refuse('malformed', 'unexpected end', this.position);
    return this.bytes[this.position++];
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    const at = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) refuse('malformed', 'LEB128 number exceeds 32 bits', at);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return refuse('malformed', 'LEB128 number is too long', at);
  }

  /** A signed LEB128 number of at most 32 bits (33 for a block type, whose extra bit is the sign). */
  s33(): number {
    const at = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return byte & 0x40 ? value - 2 ** (shift + 7) : value;
    }
    return refuse('malformed', 'LEB128 number is too long', at);
  }

  /** Skips a signed LEB128 number of at most 64 bits; its unused bits are left to the validator. */
  skipS64(): void {
    const at = this.position;
    for (let i = 0; i < 10; i++) if (this.byte() < 0x80) return;
    refuse('malformed', 'LEB128 number is too long', at);
  }

  skip(length: number): void {
    if (length > this.end - this.position) refuse('malformed', 'unexpected end', this.position);
    this.position += length;
  }

  /** A count of items, each at least `itemBytes` long: a count that cannot fit is refused before a loop. */
  count(itemBytes: number): number {
    const at = this.position;
    const count = this.u32();
    if (count * itemBytes > this.end - this.position)
      refuse('malformed', `count ${count} exceeds its section`, at);
    return count;
  }

  name(): string {
    const length = this.u32();
    const at = this.position;
    this.skip(length);
    try {
      return utf8.decode(this.bytes.subarray(at, at + length));
    } catch {
      return refuse('malformed', 'name is not UTF-8', at);
    }
  }
}
