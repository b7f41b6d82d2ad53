/** A map that forgets what was used longest ago, so that it stays below so many bytes and so many entries. */

export class LruBytes<Value> {
  private readonly maxBytes: number;
  private readonly maxEntries: number;
  /** In the order of use: a Map keeps the order in which its keys were put in. */
  private readonly entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  private heldBytes = 0;

  constructor(maxBytes: number, maxEntries: number) {
    this.maxBytes = maxBytes;
    this.maxEntries = maxEntries;
  }

  get size(): number {
    return this.entries.size;
  }

  get bytes(): number {
    return this.heldBytes;
  }

  get(name: string): Value | undefined {
    const entry = this.entries.get(name);
    if (entry === undefined) return undefined;
    this.entries.delete(name);
    this.entries.set(name, entry);
    return entry.value;
  }

  set(name: string, value: Value, bytes: number): void {
    this.drop(name);
    this.entries.set(name, { value, bytes });
    this.heldBytes += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.heldBytes <= this.maxBytes && this.entries.size <= this.maxEntries) break;
      this.drop(oldest);
    }
  }

  private drop(name: string): void {
    this.heldBytes -= this.entries.get(name)?.bytes ?? 0;
    this.entries.delete(name);
  }
}
