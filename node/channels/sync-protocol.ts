/**
 * The protocol by which relays compare what they trust and hand it over: one question, one answer.
 *
 * STATE tells the asker's versions and is answered with the other's. FILE asks for a part of a file of the
 * repository by its name. Anything that does not fit the layout is null: nobody is told why.
 */

import type { TrustVersions } from '../trust/trust-client.ts';

export const SYNC_PROTOCOL = '/relaywave/sync/1';
/** Longest question: a FILE with the longest name. */
export const SYNC_REQUEST_MAX_BYTES = 512;

const STATE = 1;
const FILE = 2;
const STATE_BYTES = 1 + 3 * 6 + 32;
const FILE_HEADER_BYTES = 1 + 4 + 4;
const ANSWER_HEADER_BYTES = 4;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,300}$/;

export type SyncRequest =
  | { readonly kind: 'state'; readonly versions: TrustVersions }
  | { readonly kind: 'file'; readonly name: string; readonly offset: number; readonly maxBytes: number };

/** A part of a file, and how long the whole of it is. */
export interface FilePart {
  readonly totalBytes: number;
  readonly bytes: Uint8Array;
}

/** Length of the answer to a STATE. */
export const STATE_ANSWER_BYTES = STATE_BYTES;

/** Length of the answer to a FILE of so many bytes. */
export function filePartAnswerBytes(maxBytes: number): number {
  return ANSWER_HEADER_BYTES + maxBytes;
}

export function encodeState({ root, timestamp, snapshot, timestampSha256 }: TrustVersions): Uint8Array {
  const bytes = Buffer.alloc(STATE_BYTES);
  bytes[0] = STATE;
  [root, timestamp, snapshot].forEach((version, index) => {
    bytes.writeUIntBE(Math.min(version, 2 ** 48 - 1), 1 + 6 * index, 6);
  });
  bytes.write(timestampSha256, 1 + 3 * 6, 'hex');
  return new Uint8Array(bytes);
}

export function decodeState(data: Uint8Array): TrustVersions | null {
  if (data.length !== STATE_BYTES || data[0] !== STATE) return null;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const [root, timestamp, snapshot] = [1, 7, 13].map((at) => bytes.readUIntBE(at, 6)) as [
    number,
    number,
    number,
  ];
  return { root, timestamp, snapshot, timestampSha256: timestamp === 0 ? '' : bytes.toString('hex', 19) };
}

/** Throws RangeError for a name that no repository has. */
export function encodeFileRequest(name: string, offset: number, maxBytes: number): Uint8Array {
  if (!FILE_NAME.test(name)) throw new RangeError(`not a file of a repository: ${name}`);
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header[0] = FILE;
  header.writeUInt32BE(offset, 1);
  header.writeUInt32BE(maxBytes, 5);
  return new Uint8Array(Buffer.concat([header, Buffer.from(name, 'latin1')]));
}

export function decodeRequest(data: Uint8Array): SyncRequest | null {
  if (data[0] === STATE) {
    const versions = decodeState(data);
    return versions === null ? null : { kind: 'state', versions };
  }
  if (data[0] !== FILE || data.length <= FILE_HEADER_BYTES || data.length > SYNC_REQUEST_MAX_BYTES)
    return null;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const name = bytes.toString('latin1', FILE_HEADER_BYTES);
  if (!FILE_NAME.test(name)) return null;
  return { kind: 'file', name, offset: bytes.readUInt32BE(1), maxBytes: bytes.readUInt32BE(5) };
}

export function encodeFilePart({ totalBytes, bytes }: FilePart): Uint8Array {
  const header = Buffer.alloc(ANSWER_HEADER_BYTES);
  header.writeUInt32BE(totalBytes);
  return new Uint8Array(Buffer.concat([header, bytes]));
}

export function decodeFilePart(data: Uint8Array): FilePart | null {
  if (data.length < ANSWER_HEADER_BYTES) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return { totalBytes: view.getUint32(0), bytes: data.subarray(ANSWER_HEADER_BYTES) };
}
