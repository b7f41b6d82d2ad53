/**
 * A short list for each relay, all in one column: a dozen items each, of a hundred or more for few. An item is a number,
 * or a few of which the first is what it is looked for by.
 *
 * Arrays of their own would lie all over memory, and a network that changes looks at another relay's every time. The
 * order of a list counts: what follows an item that goes moves up.
 */

/** Of each row: where its items begin, how many there are, and for how many there is room. */
const HEAD = 4;
const BEGIN = 0;
const COUNT = 1;
const ROOM = 2;
const FIRST_ROOM = 14;

export class RowLists {
  private readonly heads: Uint32Array;
  private items: Uint32Array;
  private readonly width: number;
  private used = 0;

  constructor(rows: number, width = 1) {
    this.heads = new Uint32Array(rows * HEAD);
    this.items = new Uint32Array(Math.max(1, rows) * FIRST_ROOM * width);
    this.width = width;
  }

  count(row: number): number {
    return this.heads[row * HEAD + COUNT];
  }

  /** A number of an item: the first where no other is asked for. */
  at(row: number, index: number, number = 0): number {
    return this.items[this.heads[row * HEAD + BEGIN] + index * this.width + number];
  }

  /** -1 for an item that is not there. */
  indexOf(row: number, item: number): number {
    const { heads, items, width } = this;
    const begin = heads[row * HEAD + BEGIN];
    const count = heads[row * HEAD + COUNT];
    for (let index = 0, at = begin; index < count; index++, at += width) if (items[at] === item) return index;
    return -1;
  }

  /** Adds an item of one number, or of two. */
  push(row: number, item: number, second = 0): void {
    const { heads, width } = this;
    const head = row * HEAD;
    if (heads[head + COUNT] === heads[head + ROOM]) this.makeRoom(head);
    const at = heads[head + BEGIN] + heads[head + COUNT]++ * width;
    this.items[at] = item;
    if (width > 1) this.items[at + 1] = second;
  }

  removeAt(row: number, index: number): void {
    const { heads, items, width } = this;
    const begin = heads[row * HEAD + BEGIN];
    const last = begin + --heads[row * HEAD + COUNT] * width;
    for (let at = begin + index * width; at < last; at++) items[at] = items[at + width];
  }

  clear(row: number): void {
    this.heads[row * HEAD + COUNT] = 0;
  }

  /** A number of all items of a row. */
  toArray(row: number, number = 0): number[] {
    const numbers: number[] = [];
    for (let index = 0; index < this.count(row); index++) numbers.push(this.at(row, index, number));
    return numbers;
  }

  /** A row that is full goes on at the end of the column, with twice the room. */
  private makeRoom(head: number): void {
    const { heads, width } = this;
    const [begin, count] = [heads[head + BEGIN], heads[head + COUNT]];
    const room = Math.max(FIRST_ROOM, 2 * heads[head + ROOM]);
    const endsAt = this.used + room * width;
    if (endsAt > this.items.length) {
      const larger = new Uint32Array(Math.max(2 * this.items.length, endsAt));
      larger.set(this.items);
      this.items = larger;
    }
    this.items.copyWithin(this.used, begin, begin + count * width);
    heads[head + BEGIN] = this.used;
    heads[head + ROOM] = room;
    this.used = endsAt;
  }
}
