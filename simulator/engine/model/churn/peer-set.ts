/** Relays that one relay has met: a hash set of whole numbers in one small column (linear probing, never full). */

const FIRST_SLOTS = 32;

export class PeerSet {
  /** Each one's number and one more; 0 for a slot that is free. */
  private slots = new Uint32Array(FIRST_SLOTS);
  private size = 0;

  /** Adds a relay; answers whether it was there already. */
  add(peer: number): boolean {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = slotOf(peer) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) if (slots[slot] === peer + 1) return true;
    slots[slot] = peer + 1;
    if (3 * ++this.size > 2 * slots.length) this.grow();
    return false;
  }

  clear(): void {
    this.slots.fill(0);
    this.size = 0;
  }

  private grow(): void {
    const { slots } = this;
    this.slots = new Uint32Array(2 * slots.length);
    this.size = 0;
    for (const held of slots) if (held !== 0) this.add(held - 1);
  }
}

function slotOf(peer: number): number {
  const hash = Math.imul(peer + 1, 0x9e3779b1);
  return hash ^ (hash >>> 16);
}
