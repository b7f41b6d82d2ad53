/**
 * A map that is empty most of the time, and then holds nothing.
 *
 * V8 gives every Map a table of 150 bytes from the start. A relay has dozens of maps that are used now and then, and one
 * process may have thousands of relays.
 */

export class SparseMap<Key, Value> implements Map<Key, Value> {
  private map: Map<Key, Value> | null = null;

  get size(): number {
    return this.map === null ? 0 : this.map.size;
  }

  get [Symbol.toStringTag](): string {
    return 'SparseMap';
  }

  get(key: Key): Value | undefined {
    return this.map === null ? undefined : this.map.get(key);
  }

  has(key: Key): boolean {
    return this.map?.has(key) === true;
  }

  set(key: Key, value: Value): this {
    this.map ??= new Map();
    this.map.set(key, value);
    return this;
  }

  /** The table stays: what was used once is used again, and whoever iterates may still come to what is added. */
  delete(key: Key): boolean {
    return this.map?.delete(key) === true;
  }

  clear(): void {
    this.map?.clear();
    this.map = null;
  }

  forEach(take: (value: Value, key: Key, map: Map<Key, Value>) => void, thisArg?: unknown): void {
    this.map?.forEach((value, key) => {
      take.call(thisArg, value, key, this);
    });
  }

  entries(): MapIterator<[Key, Value]> {
    return this.filled.entries();
  }

  keys(): MapIterator<Key> {
    return this.filled.keys();
  }

  values(): MapIterator<Value> {
    return this.filled.values();
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.filled.entries();
  }

  /** To be read only. */
  private get filled(): ReadonlyMap<Key, Value> {
    return this.map ?? (NOTHING as ReadonlyMap<Key, Value>);
  }
}

const NOTHING: ReadonlyMap<unknown, unknown> = new Map();
