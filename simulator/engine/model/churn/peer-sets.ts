/**
 * Whom each relay has met: hash sets of whole numbers, all in one column (linear probing, never full).
 *
 * Objects of their own would lie all over memory: to ask one set would be to wait for memory four or five times.
 */

/** Of each relay: where its slots begin, how many they are, and how many of them are taken. */
const HEAD = 4;
const BEGIN = 0;
const SLOTS = 1;
const SIZE = 2;
const FIRST_SLOTS = 32;

export class PeerSets {
  private readonly heads: Uint32Array;
  /** Each one's number and one more; 0 for a slot that is free. */
  private slots: Uint32Array;
  private used = 0;
  /** Where slots begin that were given up, by how many they are. */
  private readonly given = new Map<number, number[]>();

  constructor(relays: number) {
    this.heads = new Uint32Array(relays * HEAD);
    this.slots = new Uint32Array(Math.max(1, relays) * FIRST_SLOTS);
  }

  /** Adds a peer to those of a relay; answers whether it was there already. */
  add(relay: number, peer: number): boolean {
    const { heads } = this;
    const head = relay * HEAD;
    // Two of three slots may be taken.
    if (3 * heads[head + SIZE] >= 2 * heads[head + SLOTS]) this.grow(head);
    const { slots } = this;
    const begin = heads[head + BEGIN];
    const mask = heads[head + SLOTS] - 1;
    let slot = slotOf(peer) & mask;
    for (; slots[begin + slot] !== 0; slot = (slot + 1) & mask)
      if (slots[begin + slot] === peer + 1) return true;
    slots[begin + slot] = peer + 1;
    heads[head + SIZE]++;
    return false;
  }

  /** The relay has met nobody. */
  clear(relay: number): void {
    const head = relay * HEAD;
    this.giveUp(this.heads[head + BEGIN], this.heads[head + SLOTS]);
    this.heads.fill(0, head, head + HEAD);
  }

  private grow(head: number): void {
    const { heads } = this;
    const [begin, count] = [heads[head + BEGIN], heads[head + SLOTS]];
    const larger = Math.max(FIRST_SLOTS, 2 * count);
    const into = this.given.get(larger)?.pop() ?? this.makeRoom(larger);
    const { slots } = this;
    slots.fill(0, into, into + larger);
    const mask = larger - 1;
    for (let at = begin; at < begin + count; at++) {
      if (slots[at] === 0) continue;
      let slot = slotOf(slots[at] - 1) & mask;
      while (slots[into + slot] !== 0) slot = (slot + 1) & mask;
      slots[into + slot] = slots[at];
    }
    this.giveUp(begin, count);
    heads[head + BEGIN] = into;
    heads[head + SLOTS] = larger;
  }

  private giveUp(begin: number, count: number): void {
    if (count === 0) return;
    const given = this.given.get(count);
    if (given === undefined) this.given.set(count, [begin]);
    else given.push(begin);
  }

  private makeRoom(count: number): number {
    const begin = this.used;
    this.used += count;
    if (this.used > this.slots.length) {
      const slots = new Uint32Array(Math.max(2 * this.slots.length, this.used));
      slots.set(this.slots);
      this.slots = slots;
    }
    return begin;
  }
}

function slotOf(peer: number): number {
  const hash = Math.imul(peer + 1, 0x9e3779b1);
  return hash ^ (hash >>> 16);
}
