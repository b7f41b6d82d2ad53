/** A relay that comes and goes: the links that it has and asks for, and the keeper that looks after their number. */

import type { KeptRelay, LinkKeeper } from '../../gossipsub/link-keeper.ts';
import type { RelayLists } from './relay-lists.ts';
import type { RowList } from './row-lists.ts';

/** Numbers of a link in a list: who is at the other end, and the relay's own place. */
const PEER = 0;
const PLACE = 1;

/** Sees to the number of a relay's links. */
export type Keeper = Pick<LinkKeeper, 'cameOnline' | 'wentOffline' | 'fill'>;

export class LivingRelay implements KeptRelay {
  readonly index: number;
  online = false;
  /** Counts its processes: what was planned for one comes to nothing in the next. */
  process = 0;
  /** Counts absences. */
  absences = 0;
  /** Open links that it has dialled. */
  dialled = 0;
  readonly keeper: Keeper;
  private readonly lists: RelayLists;
  private readonly ask: (relay: LivingRelay, peer: number) => void;

  constructor(
    index: number,
    keeperOf: (relay: LivingRelay) => Keeper,
    lists: RelayLists,
    ask: (relay: LivingRelay, peer: number) => void,
  ) {
    this.index = index;
    this.lists = lists;
    this.ask = ask;
    this.keeper = keeperOf(this);
  }

  /** How many links are open. */
  get links(): number {
    return this.lists.open.count(this.index);
  }

  /** Who is at the other end of the open link that was opened as the `index`th. */
  peerAt(index: number): number {
    return this.lists.open.at(this.index, index, PEER);
  }

  /** Who is at the other end of each open link, in the order of opening. */
  get peers(): number[] {
    return this.lists.open.toArray(this.index, PEER);
  }

  /** The own place of each. */
  get places(): number[] {
    return this.lists.open.toArray(this.index, PLACE);
  }

  /** The place of the open link to a peer; -1 for none. */
  placeOf(peer: number): number {
    return this.placeIn(this.lists.open, peer);
  }

  /** The place of the link that it has asked a peer for and has no answer to; -1 for none. */
  askedPlaceOf(peer: number): number {
    return this.placeIn(this.lists.asked, peer);
  }

  /** Whom it has asked for links, and its own places of them. */
  get asked(): { readonly peers: number[]; readonly places: number[] } {
    const { asked } = this.lists;
    return { peers: asked.toArray(this.index, PEER), places: asked.toArray(this.index, PLACE) };
  }

  isLinked(peer: number): boolean {
    const { open, asked } = this.lists;
    return open.indexOf(this.index, peer) >= 0 || asked.indexOf(this.index, peer) >= 0;
  }

  countDialled(): number {
    return this.dialled + this.lists.asked.count(this.index);
  }

  dial(peer: number): void {
    this.ask(this, peer);
  }

  private placeIn(list: RowList, peer: number): number {
    const at = list.indexOf(this.index, peer);
    return at < 0 ? -1 : list.at(this.index, at, PLACE);
  }
}
