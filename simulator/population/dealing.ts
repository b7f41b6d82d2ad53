/**
 * Deals units of different sizes into parts with given shares, such as operators into classes.
 *
 * Each unit's chance is the room that is left in each part, and the largest units go first; so the shares of the
 * whole come out exact to a unit of the smallest size, whatever the seed, as long as there are small ones.
 */

import { type RandomStream, randomStream } from '../engine/random.ts';

/**
 * The part of each unit. `sizes` are whole numbers, `shares` add up to 1.
 *
 * A unit's draw depends on the seed, the purpose and its number alone: where the shares change a little, most
 * units stay where they were.
 */
export function dealUnits(
  sizes: ArrayLike<number>,
  shares: readonly number[],
  seed: number,
  purpose: string,
): Uint8Array {
  const all = Array.from(sizes).reduce((sum, size) => sum + size, 0);
  const room = wholeShares(all, shares);
  const part = new Uint8Array(sizes.length);
  const order = Array.from({ length: sizes.length }, (_unused, unit) => unit);
  randomStream(seed, `${purpose}, order`).shuffle(order);
  order.sort((a, b) => sizes[b]! - sizes[a]!);
  for (const unit of order) {
    const size = sizes[unit]!;
    part[unit] = choosePart(room, size, randomStream(seed, purpose, unit));
    room[part[unit]!]! -= size;
  }
  return part;
}

/** A part with room for the unit, by room left; where none has room, the one with the most. */
function choosePart(room: readonly number[], size: number, stream: RandomStream): number {
  const free = room.map((left) => (left >= size ? left : 0));
  const total = free.reduce((sum, left) => sum + left, 0);
  if (total === 0) return room.indexOf(Math.max(...room));
  let left = stream.uniform() * total;
  const chosen = free.findIndex((share) => (left -= share) < 0);
  return chosen >= 0 ? chosen : free.findLastIndex((share) => share > 0);
}

/** Whole numbers that add up to `all`, each within 1 of its share (largest remainders). */
export function wholeShares(all: number, shares: readonly number[]): number[] {
  const exact = shares.map((share) => share * all);
  const whole = exact.map(Math.floor);
  const missing = all - whole.reduce((sum, count) => sum + count, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) whole[index]!++;
  return whole;
}
