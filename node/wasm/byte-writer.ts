/**
 * Writes a WebAssembly binary into a buffer that grows.
 *
 * Instructions are written as raw opcodes; `opcodes.ts` names them.
 */

export class ByteWriter {
  private buffer: Uint8Array;
  length = 0;

  constructor(capacity = 256) {
    this.buffer = new Uint8Array(capacity);
  }

  private reserve(extra: number): void {
    if (this.length + extra <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + extra));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): this {
    this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  /** Opcodes and immediates that need no encoding. */
  op(...values: readonly number[]): this {
    this.reserve(values.length);
    for (const value of values) this.buffer[this.length++] = value;
    return this;
  }

  /** Copies source[from, to). */
  copy(source: Uint8Array, from: number, to: number): this {
    this.reserve(to - from);
    if (to - from < 24) for (let i = from; i < to; i++) this.buffer[this.length++] = source[i];
    else {
      this.buffer.set(source.subarray(from, to), this.length);
      this.length += to - from;
    }
    return this;
  }

  append(writer: ByteWriter): this {
    return this.copy(writer.buffer, 0, writer.length);
  }

  u32(value: number): this {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  s32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.u32(encoded.length).copy(encoded, 0, encoded.length);
  }

  /** A section: its id, its length, its content. */
  section(id: number, content: ByteWriter): this {
    return this.byte(id).u32(content.length).append(content);
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}
