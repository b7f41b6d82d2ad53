/**
 * Sorts columns of numbers in linear time, eleven bits at a time from the lowest.
 *
 * A million relays have their times and loads sorted many times for one report. Values and indexes move together as
 * records, so that every pass reads memory in order; a digit that all values share costs no pass.
 */

/** Where a 32-bit word is cut into digits. */
const SHIFTS = [0, 11, 22] as const;
const DIGITS = 2 ** 11;
const MASK = DIGITS - 1;
const SIGN = 0x80000000;

type Words = Uint32Array<ArrayBuffer>;

/** The values in ascending order. They must be finite; of negative zeros the sign is lost. */
export function sortedNumbers(values: Float64Array): Float64Array {
  const keys = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) keys[i] = values[i]! + 0;
  const words = new Uint32Array(keys.buffer);
  for (let i = 0; i < words.length; i += 2) flip(words, i);
  const sorted = sortRecords(words, 2, 2);
  for (let i = 0; i < sorted.length; i += 2) unflip(sorted, i);
  return new Float64Array(sorted.buffer);
}

/** The same for whole numbers of 32 bits. */
export function sortedWords(values: Uint32Array): Uint32Array {
  return sortRecords(Uint32Array.from(values), 1, 1);
}

/** These indexes of finite values, in ascending order of the values; of equal values in the order given. */
export function indexesByValue(values: Float64Array, indexes: Uint32Array): Uint32Array {
  const value = new Float64Array(1);
  const words = new Uint32Array(value.buffer);
  const records = new Uint32Array(3 * indexes.length);
  for (let i = 0; i < indexes.length; i++) {
    value[0] = values[indexes[i]!]! + 0; // no negative zero
    records[3 * i] = words[0]!;
    records[3 * i + 1] = words[1]!;
    records[3 * i + 2] = indexes[i]!;
    flip(records, 3 * i);
  }
  const sorted = sortRecords(records, 3, 2);
  const order = new Uint32Array(indexes.length);
  for (let i = 0; i < order.length; i++) order[i] = sorted[3 * i + 2]!;
  return order;
}

/** The bits of a positive number rise with it; those of a negative one fall, and are turned over. */
function flip(words: Uint32Array, low: number): void {
  const high = words[low + 1]!;
  if (high >= SIGN) {
    words[low] = ~words[low]!;
    words[low + 1] = ~high;
  } else words[low + 1] = high ^ SIGN;
}

function unflip(words: Uint32Array, low: number): void {
  const high = words[low + 1]!;
  if (high < SIGN) {
    words[low] = ~words[low]!;
    words[low + 1] = ~high;
  } else words[low + 1] = high ^ SIGN;
}

/** Sorts records of one to three words by the first of them, of which the last is the highest. Uses the records up. */
function sortRecords(records: Words, width: number, keyWords: number): Words {
  let [from, to] = [records, new Uint32Array(records.length)];
  const counts = digitCounts(records, width, keyWords);
  for (let word = 0; word < keyWords; word++) {
    for (const [index, shift] of SHIFTS.entries()) {
      const places = counts[word * SHIFTS.length + index]!;
      if (!setPlaces(places, records.length / width, width)) continue;
      for (let at = 0; at < from.length; at += width) {
        const digit = (from[at + word]! >>> shift) & MASK;
        const place = places[digit]!;
        to[place] = from[at]!;
        if (width > 1) to[place + 1] = from[at + 1]!;
        if (width > 2) to[place + 2] = from[at + 2]!;
        places[digit] = place + width;
      }
      [from, to] = [to, from];
    }
  }
  return from;
}

/** How many records have each digit, for the digits of all words from the lowest: counted in one look at them. */
function digitCounts(records: Words, width: number, keyWords: number): Uint32Array[] {
  const counts = Array.from({ length: keyWords * SHIFTS.length }, () => new Uint32Array(DIGITS));
  for (let word = 0; word < keyWords; word++) {
    const [low, middle, high] = counts.slice(word * SHIFTS.length) as [Uint32Array, Uint32Array, Uint32Array];
    for (let at = word; at < records.length; at += width) {
      const value = records[at]!;
      low[value & MASK]!++;
      middle[(value >>> SHIFTS[1]) & MASK]!++;
      high[value >>> SHIFTS[2]]!++;
    }
  }
  return counts;
}

/** Puts in the place of counts where the records of each digit begin; false where all have the same. */
function setPlaces(counts: Uint32Array, records: number, width: number): boolean {
  let before = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const own = counts[digit]!;
    if (own === records) return false;
    counts[digit] = before;
    before += own * width;
  }
  return true;
}
