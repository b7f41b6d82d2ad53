/** Sorts times that many relays have: in linear time, since a million of them are sorted many times for one report. */

import { indexesByValue, sortedNumbers } from './digit-sort.ts';

/** Fewer are faster to sort by comparing. */
const COMPARED_MAX = 4096;

/** Indexes of the finite times, in ascending order of the times; of equal times the lower index first. */
export function orderOfTimes(times: Float64Array): Uint32Array {
  const order = new Uint32Array(times.length);
  let count = 0;
  for (let i = 0; i < times.length; i++) if (Number.isFinite(times[i])) order[count++] = i;
  const finite = order.subarray(0, count);
  if (count > COMPARED_MAX) return indexesByValue(times, finite);
  return finite.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
}

/** Finite times in ascending order. */
export function sortedTimes(times: Float64Array): Float64Array {
  const values = new Float64Array(times.length);
  let count = 0;
  for (const time of times) if (Number.isFinite(time)) values[count++] = time;
  const finite = values.slice(0, count);
  return finite.length > COMPARED_MAX ? sortedNumbers(finite) : finite.sort();
}
