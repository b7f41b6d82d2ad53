/**
 * Gathers the parts of files from several peers at once: node/channels/swarm-fetcher.ts by events.
 *
 * A relay has one for all that it gets of its peers, and shares out what it may ask for at a time.
 */

import { CHUNKS_IN_FLIGHT, DOWNLOADS_IN_FLIGHT } from '../../../../node/channels/limits.ts';
import { freestOf } from '../../../../node/channels/swarm-fetcher.ts';

/** Asks a peer for a part; told whether it has come. */
export type Ask = (peer: number, part: number, done: (isHere: boolean) => void) => void;

/** A file of which some parts are here; kept from one attempt to the next. */
export interface Assembly {
  /** Parts that are neither here nor asked for, in order. */
  readonly missing: number[];
  readonly ask: Ask;
}

/** One attempt at an assembly. */
interface Download {
  readonly assembly: Assembly;
  /** Peers that may be asked, in the order of choice; one that fails is taken out. */
  readonly candidates: Set<number>;
  readonly ended: (isWhole: boolean) => void;
  asked: number;
}

export class Swarm {
  private readonly downloads = new Set<Download>();
  private readonly askedOf = new Map<number, number>();
  private asked = 0;
  /** Whoever has no network fails while it is asked. */
  private isAsking = false;

  /** Asks these peers, in their order, until all parts are here or nobody is left to ask; not where it is at too many. */
  gather(assembly: Assembly, peers: readonly number[], ended: (isWhole: boolean) => void): void {
    if (this.downloads.size >= DOWNLOADS_IN_FLIGHT) {
      ended(false);
      return;
    }
    this.downloads.add({ assembly, candidates: new Set(peers), ended, asked: 0 });
    this.askAll();
  }

  private askAll(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    const over: Download[] = [];
    for (const download of this.downloads) {
      const { candidates } = download;
      const { missing } = download.assembly;
      while (missing.length > 0 && this.asked < CHUNKS_IN_FLIGHT) {
        const peer = freestOf(candidates, this.askedOf);
        if (peer === null) break;
        this.askFor(download, missing.shift()!, peer);
      }
      if (download.asked > 0 || (missing.length > 0 && candidates.size > 0)) continue;
      this.downloads.delete(download);
      over.push(download);
    }
    this.isAsking = false;
    for (const { assembly, ended } of over) ended(assembly.missing.length === 0);
  }

  private askFor(download: Download, part: number, peer: number): void {
    const { assembly, candidates } = download;
    this.count(download, peer, 1);
    assembly.ask(peer, part, (isHere) => {
      this.count(download, peer, -1);
      if (!isHere) {
        candidates.delete(peer);
        assembly.missing.unshift(part);
      }
      this.askAll();
    });
  }

  private count(download: Download, peer: number, change: number): void {
    this.askedOf.set(peer, (this.askedOf.get(peer) ?? 0) + change);
    this.asked += change;
    download.asked += change;
  }
}
