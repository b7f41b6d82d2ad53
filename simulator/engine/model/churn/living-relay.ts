/** A relay that comes and goes: the links that it has and asks for, and the keeper that looks after their number. */

import { type KeepingParts, type KeptRelay, LinkKeeper } from '../../gossipsub/link-keeper.ts';

export class LivingRelay implements KeptRelay {
  readonly index: number;
  online = false;
  /** Counts its processes: what was planned for one comes to nothing in the next. */
  process = 0;
  /** Counts absences. */
  absences = 0;
  /** Places of open links by the peer at the other end, in the order of opening. */
  readonly open = new Map<number, number>();
  /** Places of links that it asked for and has no answer to, by peer. */
  readonly asked = new Map<number, number>();
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
