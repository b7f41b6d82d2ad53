/** Sorts times that many relays have: in linear time, since a million of them are sorted many times for one report. */

/** Fewer are faster to sort by comparing. */
const COMPARED_MAX = 4096;
const DIGIT_BITS = 16;
const DIGITS = 2 ** DIGIT_BITS;

/** Indexes of the finite times, in ascending order of the times; of equal times the lower index first. */
export function orderOfTimes(times: Float64Array): Uint32Array {
  const order = new Uint32Array(times.length);
  let count = 0;
  for (let i = 0; i < times.length; i++) if (Number.isFinite(times[i])) order[count++] = i;
  const finite = order.subarray(0, count);
  if (count > COMPARED_MAX) return byDigits(times, finite);
  return finite.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
}

/** Finite times in ascending order. */
export function sortedTimes(times: Float64Array): Float64Array {
  return times.filter(Number.isFinite).sort();
}

/**
 * Sorts indexes by the bits of their times, 16 at a time from the lowest. The bits of a positive number rise with it;
 * those of a negative one fall, and are turned over.
 */
function byDigits(times: Float64Array, indexes: Uint32Array): Uint32Array {
  const count = indexes.length;
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = (times[indexes[i] as number] as number) + 0; // no negative zero
  const words = new Uint32Array(keys.buffer);
  for (let i = 0; i < count; i++) {
    const isNegative = (words[2 * i + 1] as number) >>> 31 === 1;
    words[2 * i] = (words[2 * i] as number) ^ (isNegative ? 0xffffffff : 0);
    words[2 * i + 1] = (words[2 * i + 1] as number) ^ (isNegative ? 0xffffffff : 0x80000000);
  }
  let order = Uint32Array.from(indexes.keys());
  let next = new Uint32Array(count);
  for (let digit = 0; digit < 4; digit++) {
    const word = digit >>> 1;
    const shift = (digit & 1) * DIGIT_BITS;
    const digitOf = (i: number): number => ((words[2 * i + word] as number) >>> shift) & (DIGITS - 1);
    const places = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < count; i++) places[digitOf(i) + 1]!++;
    for (let value = 0; value < DIGITS; value++) places[value + 1]! += places[value]!;
    for (const i of order) next[places[digitOf(i)]!++] = i;
    [order, next] = [next, order];
  }
  return order.map((i) => indexes[i] as number);
}
