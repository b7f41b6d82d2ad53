/**
 * What the bytes of a whole connection are for: gossip, by kind, or whatever else keeps the connection going.
 *
 * Gossip is what yamux carries on streams that have agreed on a protocol of gossipsub. Everything else counts as
 * `links`: identify, negotiation, window updates, pings. Headers of yamux and of Noise around gossip are `framing`.
 */

import type { Uint8ArrayList } from 'uint8arraylist';
import { BYTE_KINDS } from '../../../measure/load-result.ts';
import { type BytesByKind, kindIndex, splitFrame } from '../rpc-bytes.ts';

/** yamux: version, type, flags, stream, length (hashicorp/yamux, spec.md). */
export const HEADER_BYTES = 12;
const TYPE_AT = 1;
const STREAM_AT = 4;
const DATA = 0;
/** Noise: two bytes of length and a tag of 16 around at most so many bytes (specs/noise of libp2p). */
const NOISE_BYTES = 18;
const NOISE_MAX_BYTES = 65_535 - 16;
const GOSSIP = '/meshsub/';

const LINKS = kindIndex('links');
const FRAMING = kindIndex('framing');
const MESSAGES = kindIndex('messages');

/** A stream as its muxer knows it; its protocol is empty until it is agreed on. */
export interface NamedStream {
  readonly id: string;
  readonly protocol: string;
}

/** Bytes on the wire of so many handed to Noise at once. */
export function encryptedBytes(bytes: number): number {
  return bytes + NOISE_BYTES * Math.ceil(bytes / NOISE_MAX_BYTES);
}

/** Tells what one end of a connection sends. */
export class MuxMeter {
  /** Bytes that are still to come of RPCs which took more than one frame of yamux, by stream. */
  private readonly unfinished = new Map<string, number>();

  /** The parts add up to `encryptedBytes`. */
  partsOf(frame: Uint8ArrayList, streams: readonly NamedStream[]): BytesByKind {
    const parts = new Float64Array(BYTE_KINDS.length);
    const total = encryptedBytes(frame.byteLength);
    const id = gossipStream(frame, streams);
    if (id === null) {
      parts[LINKS] = total;
      return parts;
    }
    const body = frame.subarray(HEADER_BYTES);
    const left = this.unfinished.get(id) ?? 0;
    const rpcBytes = left > 0 ? left : prefixedBytes(body);
    if (rpcBytes > body.length || left > 0) {
      // Only messages are larger than what yamux sends at once.
      parts[MESSAGES] = body.length;
      if (rpcBytes > body.length) this.unfinished.set(id, rpcBytes - body.length);
      else this.unfinished.delete(id);
    } else {
      parts.set(splitFrame(body));
    }
    parts[FRAMING] = parts[FRAMING]! + total - body.length;
    return parts;
  }
}

/** The gossip that a frame carries for the router that takes it, without headers. */
export function gossipBytes(frame: Uint8ArrayList, streams: readonly NamedStream[]): number {
  return gossipStream(frame, streams) === null ? 0 : frame.byteLength - HEADER_BYTES;
}

/** The stream of gossip that a frame has data of; null for anything else. */
function gossipStream(frame: Uint8ArrayList, streams: readonly NamedStream[]): string | null {
  if (frame.byteLength <= HEADER_BYTES || frame.get(TYPE_AT) !== DATA) return null;
  const id = String(frame.getUint32(STREAM_AT));
  const stream = streams.find((one) => one.id === id);
  return stream?.protocol.startsWith(GOSSIP) === true ? id : null;
}

/** Length of the RPC that begins here, its prefix included. */
function prefixedBytes(body: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return at + 1 + length;
  }
  return body.length;
}
