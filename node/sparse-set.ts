/** A set that is empty most of the time, and then holds nothing: as sparse-map.ts. */

export class SparseSet<Value> implements Set<Value> {
  private set: Set<Value> | null = null;

  get size(): number {
    return this.set === null ? 0 : this.set.size;
  }

  get [Symbol.toStringTag](): string {
    return 'SparseSet';
  }

  has(value: Value): boolean {
    return this.set?.has(value) === true;
  }

  add(value: Value): this {
    this.set ??= new Set();
    this.set.add(value);
    return this;
  }

  delete(value: Value): boolean {
    return this.set?.delete(value) === true;
  }

  clear(): void {
    this.set?.clear();
    this.set = null;
  }

  forEach(take: (value: Value, same: Value, set: Set<Value>) => void, thisArg?: unknown): void {
    this.set?.forEach((value) => {
      take.call(thisArg, value, value, this);
    });
  }

  entries(): SetIterator<[Value, Value]> {
    return this.filled.entries();
  }

  keys(): SetIterator<Value> {
    return this.filled.keys();
  }

  values(): SetIterator<Value> {
    return this.filled.values();
  }

  [Symbol.iterator](): SetIterator<Value> {
    return this.filled.values();
  }

  /** To be read only. */
  private get filled(): ReadonlySet<Value> {
    return this.set ?? (NOTHING as ReadonlySet<Value>);
  }
}

const NOTHING: ReadonlySet<unknown> = new Set();
