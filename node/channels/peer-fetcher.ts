/**
 * Fetches files of the repository from one peer, part by part: metadata, and targets that are small or near.
 *
 * A peer that promises more than the limit, changes its mind about a length, or stops answering gets no further
 * question. One whose connection is gone is not dialled for the next file at once: whoever waits in line for this relay
 * to take from would wait for that as well.
 */

import { type Clock, type PeerName, type Peers, RequestError } from '../environment.ts';
import type { Fetched, Fetcher, FetchLimits } from '../trust/fetcher.ts';
import { isLately } from './lately.ts';
import { CHUNK_MAX_BYTES, REQUEST_TIMEOUT_MS } from './limits.ts';
import { decodeFilePart, encodeFileRequest, filePartAnswerBytes, SYNC_PROTOCOL } from './sync-protocol.ts';

export class PeerFetcher implements Fetcher {
  private readonly peers: Pick<Peers, 'request'>;
  private readonly peer: PeerName;
  private readonly clock: Clock;
  /** When it could not be reached. */
  private goneAtMs = Number.NEGATIVE_INFINITY;

  constructor(peers: Pick<Peers, 'request'>, peer: PeerName, clock: Clock) {
    this.peers = peers;
    this.peer = peer;
    this.clock = clock;
  }

  async fetch(file: string, limits: FetchLimits): Promise<Fetched> {
    const { clock, peer, peers } = this;
    // One deadline for the whole file: 64 parts, each just in time, would hold others up for hours.
    const untilMs = clock.nowMs() + limits.timeoutMs;
    if (isLately(this.goneAtMs, clock.nowMs(), REQUEST_TIMEOUT_MS)) return { failed: 'not-found' };
    const parts: Uint8Array[] = [];
    let had = 0;
    let totalBytes: number | null = null;
    do {
      const leftMs = Math.min(untilMs - clock.nowMs(), REQUEST_TIMEOUT_MS);
      if (leftMs <= 0) return { failed: 'too-slow' };
      const part = await fetchPart(peers, peer, file, had, CHUNK_MAX_BYTES, leftMs);
      if ('failed' in part) {
        if (part.isUnreachable === true) this.goneAtMs = clock.nowMs();
        return { failed: part.failed };
      }
      if (part.totalBytes > limits.maxBytes) return { failed: 'too-large' };
      if (totalBytes !== null && part.totalBytes !== totalBytes) return { failed: 'not-found' };
      totalBytes = part.totalBytes;
      // Every part is full but the last: a file cannot be made to last for ever by small ones.
      if (part.bytes.length !== Math.min(CHUNK_MAX_BYTES, totalBytes - had)) return { failed: 'not-found' };
      had += part.bytes.length;
      parts.push(part.bytes);
    } while (had < totalBytes);
    return { bytes: parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts)) };
  }
}

/** Asks a peer for a part of a file. Never rejects. */
export async function fetchPart(
  peers: Pick<Peers, 'request'>,
  peer: PeerName,
  file: string,
  offset: number,
  maxBytes: number,
  timeoutMs: number,
): Promise<
  | { readonly totalBytes: number; readonly bytes: Uint8Array }
  | (Exclude<Fetched, { bytes: Uint8Array }> & { readonly isUnreachable?: boolean })
> {
  try {
    const question = encodeFileRequest(file, offset, maxBytes);
    const limits = { maxBytes: filePartAnswerBytes(maxBytes), timeoutMs };
    return (
      decodeFilePart(await peers.request(peer, SYNC_PROTOCOL, question, limits)) ?? { failed: 'not-found' }
    );
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.failure === 'timeout') return { failed: 'too-slow' };
    if (error.failure === 'unreachable') return { failed: 'not-found', isUnreachable: true };
    return { failed: error.failure === 'too-long' ? 'too-large' : 'not-found' };
  }
}
