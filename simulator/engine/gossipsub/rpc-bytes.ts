/**
 * What the bytes of a frame are for: messages, or which kind of control.
 *
 * Reads no more of the RPC's protobuf than the tags and lengths of its two upper levels, so that it costs the same
 * whether anybody decodes the frame or not, and is the same whatever the fidelity. What it cannot read counts as framing.
 */

import { BYTE_KINDS, type ByteKind } from '../../measure/load-result.ts';

/** Bytes by kind, in the order of BYTE_KINDS. */
export type BytesByKind = Float64Array;

export function kindIndex(kind: ByteKind): number {
  return BYTE_KINDS.indexOf(kind);
}

export function namedBytes(bytes: BytesByKind): Record<ByteKind, number> {
  const entries = BYTE_KINDS.map((kind, index) => [kind, bytes[index]]);
  return Object.fromEntries(entries) as Record<ByteKind, number>;
}

const FRAMING = kindIndex('framing');
/** By number of field, as in gossipsub's rpc.proto. */
const PARTS_OF_RPC: Readonly<Record<number, number>> = {
  1: kindIndex('subscriptions'),
  2: kindIndex('messages'),
};
const CONTROL_FIELD = 3;
const PARTS_OF_CONTROL: Readonly<Record<number, number>> = {
  1: kindIndex('ihave'),
  2: kindIndex('iwant'),
  3: kindIndex('graft'),
  4: kindIndex('prune'),
  5: kindIndex('idontwant'),
};
/** Wire type of a field that says its own length; an RPC and its control have no others. */
const LENGTH_DELIMITED = 2;
const VARINT_BYTES_MAX = 5;

/** Reads fields one after the other. */
class Fields {
  private readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Null where the bytes end, or go on for too long. */
  varint(end: number): number | null {
    let value = 0;
    for (let shift = 0; shift < 7 * VARINT_BYTES_MAX && this.at < end; shift += 7) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return null;
  }

  /** The next field's number and where its content ends; null where none can be read before `end`. */
  next(end: number): { readonly field: number; readonly contentEnd: number } | null {
    if (this.at >= end) return null;
    const tag = this.varint(end);
    if (tag === null || tag % 8 !== LENGTH_DELIMITED) return null;
    const length = this.varint(end);
    if (length === null || this.at + length > end) return null;
    return { field: Math.floor(tag / 8), contentEnd: this.at + length };
  }
}

/** Splits a frame, length prefix included; the parts add up to its length. */
export function splitFrame(frame: Uint8Array): BytesByKind {
  const parts = new Float64Array(BYTE_KINDS.length);
  const fields = new Fields(frame, 0);
  fields.varint(frame.length);
  const split = (end: number, kinds: Readonly<Record<number, number>>, hasControl: boolean): void => {
    for (;;) {
      const start = fields.at;
      const found = fields.next(end);
      if (found === null) return;
      const { field, contentEnd } = found;
      if (hasControl && field === CONTROL_FIELD) split(contentEnd, PARTS_OF_CONTROL, false);
      else {
        const kind = kinds[field];
        if (kind !== undefined) parts[kind] += contentEnd - start;
      }
      fields.at = contentEnd;
    }
  };
  split(frame.length, PARTS_OF_RPC, true);
  parts[FRAMING] = frame.length - parts.reduce((sum, bytes) => sum + bytes, 0);
  return parts;
}
