/** A relay that comes and goes: the links that it has and asks for, and the keeper that looks after their number. */

import { type KeepingParts, type KeptRelay, LinkKeeper } from '../../gossipsub/link-keeper.ts';

/** Some links of a relay: a dozen, so that looking through them costs less than any index. */
export class LinkList {
  /** Who is at the other end, and the own place of each. */
  readonly peers: number[] = [];
  readonly places: number[] = [];

  get size(): number {
    return this.peers.length;
  }

  has(peer: number): boolean {
    return this.peers.includes(peer);
  }

  /** The place of the link to a peer; -1 for none. */
  placeOf(peer: number): number {
    const index = this.peers.indexOf(peer);
    return index < 0 ? -1 : this.places[index];
  }

  add(peer: number, place: number): void {
    this.peers.push(peer);
    this.places.push(place);
  }

  delete(peer: number): void {
    const { peers, places } = this;
    const index = peers.indexOf(peer);
    if (index < 0) return;
    // What follows moves up: the order counts.
    for (let next = index + 1; next < peers.length; next++) {
      peers[next - 1] = peers[next];
      places[next - 1] = places[next];
    }
    peers.length--;
    places.length--;
  }

  clear(): void {
    this.peers.length = this.places.length = 0;
  }
}

export class LivingRelay implements KeptRelay {
  readonly index: number;
  online = false;
  /** Counts its processes: what was planned for one comes to nothing in the next. */
  process = 0;
  /** Counts absences. */
  absences = 0;
  /** Open links in the order of opening. */
  readonly open = new LinkList();
  /** Links that it asked for and has no answer to. */
  readonly asked = new LinkList();
  /** Open links that it has dialled. */
  dialled = 0;
  readonly keeper: LinkKeeper;
  private readonly ask: (relay: LivingRelay, peer: number) => void;

  constructor(index: number, parts: KeepingParts, ask: (relay: LivingRelay, peer: number) => void) {
    this.index = index;
    this.ask = ask;
    this.keeper = new LinkKeeper(parts, this);
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
