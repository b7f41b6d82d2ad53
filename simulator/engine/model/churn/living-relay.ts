/** A relay that comes and goes: the links that it has and asks for, and the keeper that looks after their number. */

import type { KeptRelay, LinkKeeper } from '../../gossipsub/link-keeper.ts';
import type { RelayLists } from './relay-lists.ts';
import type { RowList } from './row-lists.ts';

/** Numbers of a link in a list: who is at the other end, and the relay's own place. */
const PEER = 0;
const PLACE = 1;

/** Some links of a relay: a dozen, so that looking through them costs less than any index. */
export class LinkList {
  private readonly rows: RowList;
  private readonly row: number;

  constructor(rows: RowList, row: number) {
    this.rows = rows;
    this.row = row;
  }

  get size(): number {
    return this.rows.count(this.row);
  }

  /** Who is at the other end of each, in the order of adding. */
  get peers(): number[] {
    return this.rows.toArray(this.row, PEER);
  }

  /** The own place of each. */
  get places(): number[] {
    return this.rows.toArray(this.row, PLACE);
  }

  /** Who is at the other end of the one that was added as the `index`th. */
  peerAt(index: number): number {
    return this.rows.at(this.row, index, PEER);
  }

  has(peer: number): boolean {
    return this.rows.indexOf(this.row, peer) >= 0;
  }

  /** The place of the link to a peer; -1 for none. */
  placeOf(peer: number): number {
    const index = this.rows.indexOf(this.row, peer);
    return index < 0 ? -1 : this.rows.at(this.row, index, PLACE);
  }

  add(peer: number, place: number): void {
    this.rows.push(this.row, peer, place);
  }

  delete(peer: number): void {
    const index = this.rows.indexOf(this.row, peer);
    if (index >= 0) this.rows.removeAt(this.row, index);
  }

  clear(): void {
    this.rows.clear(this.row);
  }
}

/** Sees to the number of a relay's links. */
export type Keeper = Pick<LinkKeeper, 'cameOnline' | 'wentOffline' | 'fill'>;

export class LivingRelay implements KeptRelay {
  readonly index: number;
  online = false;
  /** Counts its processes: what was planned for one comes to nothing in the next. */
  process = 0;
  /** Counts absences. */
  absences = 0;
  /** Open links in the order of opening. */
  readonly open: LinkList;
  /** Links that it asked for and has no answer to. */
  readonly asked: LinkList;
  /** Open links that it has dialled. */
  dialled = 0;
  readonly keeper: Keeper;
  private readonly ask: (relay: LivingRelay, peer: number) => void;

  constructor(
    index: number,
    keeperOf: (relay: LivingRelay) => Keeper,
    { open, asked }: RelayLists,
    ask: (relay: LivingRelay, peer: number) => void,
  ) {
    this.index = index;
    this.open = new LinkList(open, index);
    this.asked = new LinkList(asked, index);
    this.ask = ask;
    this.keeper = keeperOf(this);
  }

  isLinked(peer: number): boolean {
    return this.open.has(peer) || this.asked.has(peer);
  }

  countDialled(): number {
    return this.dialled + this.asked.size;
  }

  dial(peer: number): void {
    this.ask(this, peer);
  }
}
