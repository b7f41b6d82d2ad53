/**
 * Fetches targets by chunks from several peers at once, and goes on where it was when one fails.
 *
 * Every chunk has a hash of its own in the signed metadata, so a false one is known at once, and so is its sender.
 * Chunks that have arrived are kept over a failure: the next attempt asks for the rest.
 */

import { createHash } from 'node:crypto';
import type { PeerName, Peers, Random } from '../environment.ts';
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

export class SwarmFetcher implements Fetcher {
  private readonly parts: SwarmFetcherParts;
  /** Begun and not finished, by hash; the oldest is given up for a new one. */
  private readonly assemblies = new Map<string, Assembly>();
  private readonly underWay = new Map<string, Promise<Fetched>>();

  constructor(parts: SwarmFetcherParts) {
    this.parts = parts;
  }

  fetch(file: string, { target, maxBytes }: FetchLimits): Promise<Fetched> {
    if (target === undefined || target.chunks.length === 0) return Promise.resolve({ failed: 'not-found' });
    if (target.length > Math.min(maxBytes, MODULE_MAX_BYTES)) return Promise.resolve({ failed: 'too-large' });
    const joined = this.underWay.get(target.sha256);
    if (joined !== undefined) return joined;
    if (this.underWay.size >= DOWNLOADS_IN_FLIGHT) return Promise.resolve({ failed: 'too-slow' });
    const fetched = this.gather(file, target).finally(() => this.underWay.delete(target.sha256));
    this.underWay.set(target.sha256, fetched);
    return fetched;
  }

  private async gather(file: string, target: Target): Promise<Fetched> {
    const assembly = this.assemblyOf(file, target);
    const candidates = this.inRandomOrder(this.parts.peers.connected());
    const lanes = Math.min(CHUNKS_IN_FLIGHT, assembly.missing.length);
    await Promise.all(
      Array.from({ length: lanes }, (_unused, lane) => this.lane(assembly, candidates, lane)),
    );
    const bytes = assembly.whole();
    if (bytes === null) return { failed: 'not-found' };
    this.assemblies.delete(target.sha256);
    return { bytes };
  }

  /** One lane asks one peer after the other, for chunk after chunk; two lanes share a peer. */
  private async lane(assembly: Assembly, candidates: readonly PeerName[], lane: number): Promise<void> {
    const stride = Math.ceil(CHUNKS_IN_FLIGHT / CHUNKS_IN_FLIGHT_PER_PEER);
    const start = Math.floor(lane / CHUNKS_IN_FLIGHT_PER_PEER);
    // Its own peers first; then those of the other lanes, which may have what its own have not.
    const order = candidates
      .map((peer, index) => ({ peer, index }))
      .sort(
        (a, b) =>
          Number(a.index % stride !== start) - Number(b.index % stride !== start) || a.index - b.index,
      );
    for (const { peer } of order) {
      while (assembly.missing.length > 0) {
        const index = assembly.missing.shift()!;
        if (await this.ask(assembly, index, peer)) continue;
        assembly.missing.unshift(index);
        break;
      }
      if (assembly.missing.length === 0) return;
    }
  }

  private async ask(assembly: Assembly, index: number, peer: PeerName): Promise<boolean> {
    const { peers, onFalseChunk } = this.parts;
    const length = assembly.lengthOf(index);
    const part = await fetchPart(peers, peer, assembly.file, index * CHUNK_BYTES, length, REQUEST_TIMEOUT_MS);
    if ('failed' in part) return false;
    if (assembly.put(index, part.bytes)) return true;
    onFalseChunk?.(peer);
    return false;
  }

  private assemblyOf(file: string, target: Target): Assembly {
    let assembly = this.assemblies.get(target.sha256);
    if (assembly === undefined) {
      if (this.assemblies.size >= DOWNLOADS_IN_FLIGHT) {
        this.assemblies.delete(this.assemblies.keys().next().value!);
      }
      assembly = new Assembly(file, target);
      this.assemblies.set(target.sha256, assembly);
    }
    return assembly;
  }

  private inRandomOrder(peers: readonly PeerName[]): PeerName[] {
    const names = [...peers];
    for (let i = names.length - 1; i > 0; i--) {
      const j = Math.floor(this.parts.random.uniform() * (i + 1));
      [names[i], names[j]] = [names[j]!, names[i]!];
    }
    return names;
  }
}
