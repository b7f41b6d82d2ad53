/**
 * The header of a relay cell, inside its payload: command, recognized, stream id, digest, length.
 *
 * It can be read only where the last layer has come off; until then every field is noise. tor-spec, "Relay cells".
 */

import { type Cell, RELAY_DATA_BYTES } from './cell.ts';

const COMMAND_AT = 5;
const RECOGNIZED_AT = 6;
const STREAM_AT = 8;
const DIGEST_AT = 10;
const LENGTH_AT = 14;

export function relayCommandOf(cell: Cell): number {
  return cell.bytes[COMMAND_AT];
}

export function streamIdOf(cell: Cell): number {
  return (cell.bytes[STREAM_AT] << 8) | cell.bytes[STREAM_AT + 1];
}

/** Bytes of data that the header claims: more than fit in a cell means that the cell is malformed. */
export function dataLengthOf(cell: Cell): number {
  return (cell.bytes[LENGTH_AT] << 8) | cell.bytes[LENGTH_AT + 1];
}

/** The data; a view that lives as long as the cell does. Check the length first. */
export function dataOf(cell: Cell): Uint8Array {
  const length = dataLengthOf(cell);
  return length === RELAY_DATA_BYTES ? cell.data : cell.data.subarray(0, length);
}

/** Fills in all of the header but the digest. */
export function writeRelayHeader(cell: Cell, command: number, streamId: number, length: number): void {
  const { bytes } = cell;
  bytes[COMMAND_AT] = command;
  bytes[RECOGNIZED_AT] = 0;
  bytes[RECOGNIZED_AT + 1] = 0;
  bytes[STREAM_AT] = streamId >>> 8;
  bytes[STREAM_AT + 1] = streamId;
  bytes[LENGTH_AT] = length >>> 8;
  bytes[LENGTH_AT + 1] = length;
}

/** Whether the cell may be for whoever has just taken off a layer: of others' cells, one in 65,536 looks like it. */
export function looksRecognized(cell: Cell): boolean {
  return (cell.bytes[RECOGNIZED_AT] | cell.bytes[RECOGNIZED_AT + 1]) === 0;
}

/** The four bytes of the digest field as one number. */
export function digestFieldOf(cell: Cell): number {
  const { bytes } = cell;
  return (
    ((bytes[DIGEST_AT] << 24) |
      (bytes[DIGEST_AT + 1] << 16) |
      (bytes[DIGEST_AT + 2] << 8) |
      bytes[DIGEST_AT + 3]) >>>
    0
  );
}

export function writeDigestField(cell: Cell, digest: number): void {
  const { bytes } = cell;
  bytes[DIGEST_AT] = digest >>> 24;
  bytes[DIGEST_AT + 1] = digest >>> 16;
  bytes[DIGEST_AT + 2] = digest >>> 8;
  bytes[DIGEST_AT + 3] = digest;
}
