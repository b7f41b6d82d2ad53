/**
 * Times by whole numbers: a hash table in typed arrays, which neither boxes its numbers nor leaves garbage behind.
 *
 * Keys that meet lie one after the other (linear probing); what follows one that is deleted moves up.
 */

const NONE = -1;
const FIRST_SLOTS = 64;

/** What a table holds, to be handed from thread to thread. */
export interface TimesColumns {
  readonly keys: Float64Array<ArrayBuffer>;
  readonly times: Float64Array<ArrayBuffer>;
  readonly size: number;
}

export class TimesByKey {
  /** How many keys have a time. */
  size = 0;
  private keys = new Float64Array(FIRST_SLOTS).fill(NONE);
  private times = new Float64Array(FIRST_SLOTS);
  private mask = FIRST_SLOTS - 1;

  /** The time of a key, which is from 0 to 2^53; NaN where there is none. */
  get(key: number): number {
    const { keys, mask } = this;
    let slot = slotOf(key) & mask;
    while (keys[slot] !== key) {
      if (keys[slot] === NONE) return Number.NaN;
      slot = (slot + 1) & mask;
    }
    return this.times[slot];
  }

  set(key: number, time: number): void {
    const { keys, mask } = this;
    let slot = slotOf(key) & mask;
    while (keys[slot] !== key) {
      if (keys[slot] === NONE) {
        if (2 * this.size >= keys.length) {
          this.grow();
          this.set(key, time);
          return;
        }
        keys[slot] = key;
        this.size++;
        break;
      }
      slot = (slot + 1) & mask;
    }
    this.times[slot] = time;
  }

  delete(key: number): void {
    const { keys, times, mask } = this;
    let hole = slotOf(key) & mask;
    while (keys[hole] !== key) {
      if (keys[hole] === NONE) return;
      hole = (hole + 1) & mask;
    }
    this.size--;
    for (let slot = (hole + 1) & mask; keys[slot] !== NONE; slot = (slot + 1) & mask) {
      // Whose own slot lies behind the hole stays where it is.
      const behind = (slot - slotOf(keys[slot])) & mask;
      if (behind < ((slot - hole) & mask)) continue;
      keys[hole] = keys[slot];
      times[hole] = times[slot];
      hole = slot;
    }
    keys[hole] = NONE;
  }

  deleteWhere(isOver: (key: number, time: number) => boolean): void {
    const over: number[] = [];
    const { keys, times } = this;
    for (let slot = 0; slot < keys.length; slot++)
      if (keys[slot] !== NONE && isOver(keys[slot], times[slot])) over.push(keys[slot]);
    for (const key of over) this.delete(key);
  }

  /** All that it holds; it is empty then. */
  give(): TimesColumns {
    const { keys, times, size } = this;
    this.take({
      keys: new Float64Array(FIRST_SLOTS).fill(NONE),
      times: new Float64Array(FIRST_SLOTS),
      size: 0,
    });
    return { keys, times, size };
  }

  /** Holds what another one has held. */
  take({ keys, times, size }: TimesColumns): void {
    this.keys = keys;
    this.times = times;
    this.mask = keys.length - 1;
    this.size = size;
  }

  private grow(): void {
    const { keys, times } = this;
    this.keys = new Float64Array(2 * keys.length).fill(NONE);
    this.times = new Float64Array(2 * keys.length);
    this.mask = 2 * keys.length - 1;
    this.size = 0;
    for (let slot = 0; slot < keys.length; slot++) if (keys[slot] !== NONE) this.set(keys[slot], times[slot]);
  }
}

function slotOf(key: number): number {
  const hash = Math.imul((key | 0) ^ Math.imul((key / 4294967296) | 0, 0x85ebca6b), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
