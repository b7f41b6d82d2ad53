/**
 * Fetches targets by chunks from several peers at once, and goes on where it was when one fails.
 *
 * Every chunk has a hash of its own in the signed metadata, so a false one is known at once, and so is its sender.
 * Chunks go to whichever peer is asked for the fewest: a slow one gets few, and stalls no others.
 * Chunks that have arrived are kept over a failure: the next attempt asks for the rest.
 */

import { createHash } from 'node:crypto';
import type { PeerName, Peers, Random } from '../environment.ts';
import { SparseMap } from '../sparse-map.ts';
import { SparseSet } from '../sparse-set.ts';
import type { Fetched, Fetcher, FetchLimits } from '../trust/fetcher.ts';
import { CHUNK_BYTES } from '../trust/update-target.ts';
import {
  CHUNKS_IN_FLIGHT,
  CHUNKS_IN_FLIGHT_PER_PEER,
  DOWNLOADS_IN_FLIGHT,
  MODULE_MAX_BYTES,
  REQUEST_TIMEOUT_MS,
} from './limits.ts';
import { fetchPart } from './peer-fetcher.ts';
import { inRandomOrder } from './random-order.ts';

export interface SwarmFetcherParts {
  readonly peers: Pick<Peers, 'connected' | 'request'>;
  readonly random: Random;
  /** Told of a peer that sent bytes with another hash than signed. */
  readonly onFalseChunk?: (peer: PeerName) => void;
}

type Target = NonNullable<FetchLimits['target']>;

/** A target of which some chunks are here. */
class Assembly {
  readonly file: string;
  readonly target: Target;
  /** Chunks that are neither here nor asked for, in order. */
  readonly missing: number[];
  private readonly chunks: (Uint8Array | null)[];

  constructor(file: string, target: Target) {
    this.file = file;
    this.target = target;
    this.chunks = target.chunks.map(() => null);
    this.missing = target.chunks.map((_hash, index) => index);
  }

  lengthOf(index: number): number {
    return Math.min(CHUNK_BYTES, this.target.length - index * CHUNK_BYTES);
  }

  /** Takes a chunk if it is the right one. */
  put(index: number, bytes: Uint8Array): boolean {
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (bytes.length !== this.lengthOf(index) || hash !== this.target.chunks[index]) return false;
    this.chunks[index] = bytes;
    return true;
  }

  whole(): Uint8Array | null {
    if (this.chunks.some((chunk) => chunk === null)) return null;
    return new Uint8Array(Buffer.concat(this.chunks as Uint8Array[]));
  }
}

/** One attempt at an assembly. */
interface Download {
  readonly assembly: Assembly;
  /** Peers that may be asked, in the order of choice; one that fails is taken out. */
  readonly candidates: Set<PeerName>;
  asked: number;
  readonly end: () => void;
}

export class SwarmFetcher implements Fetcher {
  private readonly parts: SwarmFetcherParts;
  /** Begun and not finished; one that nobody fetches now is given up for a new one. */
  private readonly assemblies = new SparseMap<string, Assembly>();
  private readonly underWay = new SparseMap<string, Promise<Fetched>>();
  private readonly downloads = new SparseSet<Download>();
  /** Chunks asked for and not here yet, of all downloads, by peer. */
  private readonly askedOf = new SparseMap<PeerName, number>();
  private asked = 0;

  constructor(parts: SwarmFetcherParts) {
    this.parts = parts;
  }

  fetch(file: string, { target, maxBytes }: FetchLimits): Promise<Fetched> {
    if (target === undefined || target.chunks.length === 0) return Promise.resolve({ failed: 'not-found' });
    if (target.length > Math.min(maxBytes, MODULE_MAX_BYTES)) return Promise.resolve({ failed: 'too-large' });
    const key = keyOf(target);
    const joined = this.underWay.get(key);
    if (joined !== undefined) return joined;
    if (this.underWay.size >= DOWNLOADS_IN_FLIGHT) return Promise.resolve({ failed: 'too-slow' });
    const fetched = this.gather(key, file, target).finally(() => this.underWay.delete(key));
    this.underWay.set(key, fetched);
    return fetched;
  }

  private async gather(key: string, file: string, target: Target): Promise<Fetched> {
    const assembly = this.assemblyOf(key, file, target);
    const { peers, random } = this.parts;
    const candidates = new Set(inRandomOrder(peers.connected(), random));
    await new Promise<void>((end) => {
      this.downloads.add({ assembly, candidates, asked: 0, end });
      this.askAll();
    });
    const bytes = assembly.whole();
    if (bytes === null) return { failed: 'not-found' };
    this.assemblies.delete(key);
    return { bytes };
  }

  /** Asks for whatever there is room for, and ends downloads that have nothing more to ask or to wait for. */
  private askAll(): void {
    for (const download of this.downloads) {
      const { missing } = download.assembly;
      while (missing.length > 0 && this.asked < CHUNKS_IN_FLIGHT) {
        const peer = freestOf(download.candidates, this.askedOf);
        if (peer === null) break;
        void this.ask(download, missing.shift()!, peer);
      }
      if (download.asked > 0 || (missing.length > 0 && download.candidates.size > 0)) continue;
      this.downloads.delete(download);
      download.end();
    }
  }

  /** Never rejects. A peer that fails is not asked again in this attempt. */
  private async ask(download: Download, index: number, peer: PeerName): Promise<void> {
    const { peers, onFalseChunk } = this.parts;
    const { assembly, candidates } = download;
    this.count(download, peer, 1);
    const length = assembly.lengthOf(index);
    const part = await fetchPart(peers, peer, assembly.file, index * CHUNK_BYTES, length, REQUEST_TIMEOUT_MS);
    this.count(download, peer, -1);
    const isFalse = 'bytes' in part && !assembly.put(index, part.bytes);
    if (isFalse || 'failed' in part) {
      candidates.delete(peer);
      assembly.missing.unshift(index);
    }
    if (isFalse) onFalseChunk?.(peer);
    this.askAll();
  }

  private count(download: Download, peer: PeerName, change: number): void {
    const ofPeer = (this.askedOf.get(peer) ?? 0) + change;
    if (ofPeer === 0) this.askedOf.delete(peer);
    else this.askedOf.set(peer, ofPeer);
    this.asked += change;
    download.asked += change;
  }

  private assemblyOf(key: string, file: string, target: Target): Assembly {
    let assembly = this.assemblies.get(key);
    if (assembly === undefined) {
      if (this.assemblies.size >= DOWNLOADS_IN_FLIGHT) {
        for (const idle of this.assemblies.keys()) {
          if (this.underWay.has(idle)) continue;
          this.assemblies.delete(idle);
          break;
        }
      }
      assembly = new Assembly(file, target);
      this.assemblies.set(key, assembly);
    }
    return assembly;
  }
}

/** The peer that is asked for the fewest chunks now; null if all are asked for as many as allowed. */
export function freestOf<Peer>(candidates: Iterable<Peer>, askedOf: ReadonlyMap<Peer, number>): Peer | null {
  let freest: Peer | null = null;
  let fewest = CHUNKS_IN_FLIGHT_PER_PEER;
  for (const peer of candidates) {
    const asked = askedOf.get(peer) ?? 0;
    if (asked < fewest) [freest, fewest] = [peer, asked];
  }
  return freest;
}

/**
 * What one download is known by: the chunks with the hash of the whole.
 *
 * The chunks are whatever a role has signed: a role could give false ones for another's module, and those who fetch
 * the genuine one must not wait for them.
 */
function keyOf({ sha256, chunks }: Target): string {
  return createHash('sha256')
    .update(`${sha256} ${chunks.join(' ')}`)
    .digest('hex');
}
