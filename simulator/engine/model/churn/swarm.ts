/**
 * Gathers the parts of a file from several peers at once: node/channels/swarm-fetcher.ts by events. Parts that have come are
 * kept from one attempt to the next.
 */

import { CHUNKS_IN_FLIGHT, CHUNKS_IN_FLIGHT_PER_PEER } from '../../../../node/channels/limits.ts';

/** Asks a peer for a part; told whether it has come. */
export type Ask = (peer: number, part: number, done: (isHere: boolean) => void) => void;

export class Swarm {
  /** Parts that are neither here nor asked for, in order. */
  private readonly missing: number[];
  private readonly ask: Ask;
  private readonly askedOf = new Map<number, number>();
  private asked = 0;

  constructor(parts: number, ask: Ask) {
    this.missing = Array.from({ length: parts }, (_unused, part) => part);
    this.ask = ask;
  }

  /** Asks these peers, in their order, until all parts are here or nobody is left to ask. */
  gather(peers: readonly number[], ended: (isWhole: boolean) => void): void {
    const candidates = new Set(peers);
    let isOver = false;
    const askAll = (): void => {
      const { missing } = this;
      while (!isOver && missing.length > 0 && this.asked < CHUNKS_IN_FLIGHT) {
        const peer = this.freestOf(candidates);
        if (peer === null) break;
        askOne(missing.shift()!, peer);
      }
      if (isOver || this.asked > 0 || (missing.length > 0 && candidates.size > 0)) return;
      isOver = true;
      ended(missing.length === 0);
    };
    const askOne = (part: number, peer: number): void => {
      this.count(peer, 1);
      this.ask(peer, part, (isHere) => {
        this.count(peer, -1);
        if (!isHere) {
          candidates.delete(peer);
          this.missing.unshift(part);
        }
        askAll();
      });
    };
    askAll();
  }

  /** The peer that is asked for the fewest parts now; null if all are asked for as many as allowed. */
  private freestOf(candidates: Iterable<number>): number | null {
    let freest: number | null = null;
    let fewest = CHUNKS_IN_FLIGHT_PER_PEER;
    for (const peer of candidates) {
      const asked = this.askedOf.get(peer) ?? 0;
      if (asked < fewest) [freest, fewest] = [peer, asked];
    }
    return freest;
  }

  private count(peer: number, change: number): void {
    this.askedOf.set(peer, (this.askedOf.get(peer) ?? 0) + change);
    this.asked += change;
  }
}
