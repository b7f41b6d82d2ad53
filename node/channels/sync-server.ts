/**
 * Answers peers that compare and fetch: what the relay trusts, and files that it has verified.
 *
 * Each peer may ask so often and so much in a minute; beyond that it gets no answer. The counts of peers that have
 * not asked for longest are forgotten first.
 */

import type { Clock, PeerName, Peers } from '../environment.ts';
import { SparseMap } from '../sparse-map.ts';
import type { TrustVersions } from '../trust/trust-client.ts';
import {
  CHUNK_MAX_BYTES,
  COUNTED_PEERS,
  REQUESTS_PER_PEER_PER_MINUTE,
  SERVED_PER_PEER_PER_MINUTE_BYTES,
} from './limits.ts';
import {
  decodeRequest,
  encodeFilePart,
  encodeState,
  SYNC_PROTOCOL,
  SYNC_REQUEST_MAX_BYTES,
} from './sync-protocol.ts';

/** Where files come from: a relay's trust client, or an authority's repository. */
export interface FileSource {
  versions(): TrustVersions;
  file(name: string): Uint8Array | null;
}

interface Usage {
  minute: number;
  requests: number;
  bytes: number;
}

const MINUTE_MS = 60_000;

export class SyncServer {
  private readonly source: FileSource;
  private readonly clock: Clock;
  /** Told of a peer that asks and what it says it has: the relay may be the one that is behind. */
  private readonly onState: (peer: PeerName, versions: TrustVersions) => void;
  private readonly usages = new SparseMap<PeerName, Usage>();

  constructor(
    source: FileSource,
    clock: Clock,
    onState: (peer: PeerName, versions: TrustVersions) => void = () => {},
  ) {
    this.source = source;
    this.clock = clock;
    this.onState = onState;
  }

  start(peers: Pick<Peers, 'serve'>): void {
    peers.serve(SYNC_PROTOCOL, SYNC_REQUEST_MAX_BYTES, (body, from) => this.answer(body, from));
  }

  /** The answer to a request, or null to refuse it. */
  answer(body: Uint8Array, from: PeerName): Uint8Array | null {
    const usage = this.usageOf(from);
    if (++usage.requests > REQUESTS_PER_PEER_PER_MINUTE) return null;
    const request = decodeRequest(body);
    if (request === null) return null;
    if (request.kind === 'state') {
      this.onState(from, request.versions);
      return encodeState(this.source.versions());
    }
    const file = this.source.file(request.name);
    if (file === null || request.offset > file.length) return null;
    const length = Math.min(request.maxBytes, CHUNK_MAX_BYTES, file.length - request.offset);
    usage.bytes += length;
    if (usage.bytes > SERVED_PER_PEER_PER_MINUTE_BYTES) return null;
    const bytes = file.subarray(request.offset, request.offset + length);
    return encodeFilePart({ totalBytes: file.length, bytes });
  }

  private usageOf(peer: PeerName): Usage {
    const minute = Math.floor(this.clock.nowMs() / MINUTE_MS);
    let usage = this.usages.get(peer);
    this.usages.delete(peer);
    if (usage === undefined || usage.minute !== minute) usage = { minute, requests: 0, bytes: 0 };
    if (this.usages.size >= COUNTED_PEERS) this.usages.delete(this.usages.keys().next().value!);
    this.usages.set(peer, usage);
    return usage;
  }
}
