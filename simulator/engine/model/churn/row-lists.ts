/**
 * Short lists of every relay in one column: a dozen items each, of a hundred or more for few. An item is a number, or a
 * few of which the first is what it is looked for by.
 *
 * Arrays of their own would lie all over memory, and a network that changes looks at another relay's every time. So the
 * lists of a relay lie side by side. The order of a list counts: what follows an item that goes moves up.
 */

/** Of each row: where its lists begin, for how many items each has room, and how many items each of them has. */
const HEAD = 8;
const BEGIN = 0;
const ROOM = 1;
const COUNTS = 2;
const FIRST_ROOM = 14;

/** Lists of all rows; those of a row have the same room. */
export class RowLists {
  readonly lists: readonly RowList[];
  readonly heads: Uint32Array;
  items: Uint32Array;
  private readonly width: number;
  private used = 0;

  /** So many lists for each row as there are widths, at most six; a width is how many numbers an item has. */
  constructor(rows: number, widths: readonly number[]) {
    let width = 0;
    this.lists = widths.map((own, number) => {
      const list = new RowList(this, COUNTS + number, width, own);
      width += own;
      return list;
    });
    this.width = width;
    this.heads = new Uint32Array(rows * HEAD);
    this.items = new Uint32Array(Math.max(1, rows) * FIRST_ROOM * width);
  }

  /** A row that is full goes on at the end of the column, with twice the room. */
  makeRoom(row: number): void {
    const { heads, width, lists } = this;
    const head = row * HEAD;
    const [begin, room] = [heads[head + BEGIN], heads[head + ROOM]];
    const larger = Math.max(FIRST_ROOM, 2 * room);
    const into = this.used;
    this.used += larger * width;
    if (this.used > this.items.length) {
      const items = new Uint32Array(Math.max(2 * this.items.length, this.used));
      items.set(this.items);
      this.items = items;
    }
    for (const { before, width: own } of lists)
      this.items.copyWithin(into + before * larger, begin + before * room, begin + (before + own) * room);
    heads[head + BEGIN] = into;
    heads[head + ROOM] = larger;
  }
}

/** One list of every row. */
export class RowList {
  /** Numbers of an item, and those of the lists that lie before this one. */
  readonly width: number;
  readonly before: number;
  private readonly rows: RowLists;
  private readonly counts: number;

  constructor(rows: RowLists, counts: number, before: number, width: number) {
    this.rows = rows;
    this.counts = counts;
    this.before = before;
    this.width = width;
  }

  count(row: number): number {
    return this.rows.heads[row * HEAD + this.counts];
  }

  /** A number of an item: the first where no other is asked for. */
  at(row: number, index: number, number = 0): number {
    return this.rows.items[this.begin(row) + index * this.width + number];
  }

  /** -1 for an item that is not there. */
  indexOf(row: number, item: number): number {
    const count = this.count(row);
    if (count === 0) return -1;
    const { width } = this;
    const { items } = this.rows;
    for (let index = 0, at = this.begin(row); index < count; index++, at += width)
      if (items[at] === item) return index;
    return -1;
  }

  /** Adds an item of one number, or of two. */
  push(row: number, item: number, second = 0): void {
    const { rows, width } = this;
    const { heads } = rows;
    const count = this.count(row);
    if (count === heads[row * HEAD + ROOM]) rows.makeRoom(row);
    const at = this.begin(row) + count * width;
    rows.items[at] = item;
    if (width > 1) rows.items[at + 1] = second;
    heads[row * HEAD + this.counts] = count + 1;
  }

  removeAt(row: number, index: number): void {
    const { width } = this;
    const { heads, items } = this.rows;
    const begin = this.begin(row);
    const last = begin + --heads[row * HEAD + this.counts] * width;
    for (let at = begin + index * width; at < last; at++) items[at] = items[at + width];
  }

  clear(row: number): void {
    this.rows.heads[row * HEAD + this.counts] = 0;
  }

  /** Copies the items of a row, of one number each, to the beginning of a column. */
  copyTo(row: number, into: Uint32Array): void {
    const { items } = this.rows;
    const count = this.count(row);
    const begin = this.begin(row);
    for (let index = 0; index < count; index++) into[index] = items[begin + index];
  }

  /** A number of all items of a row. */
  toArray(row: number, number = 0): number[] {
    const numbers: number[] = [];
    const count = this.count(row);
    for (let index = 0; index < count; index++) numbers.push(this.at(row, index, number));
    return numbers;
  }

  private begin(row: number): number {
    const { heads } = this.rows;
    return heads[row * HEAD + BEGIN] + this.before * heads[row * HEAD + ROOM];
  }
}
