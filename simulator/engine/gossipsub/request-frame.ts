/**
 * Requests and answers as frames, so that they cross to other threads like any.
 *
 * An answer's frame is its body and nothing else: many ask for the same bytes, and within a thread they all
 * get the very same array. Nobody may change what a frame holds.
 */

import { Frame } from './frame.ts';

export interface Question {
  readonly protocol: string;
  readonly body: Uint8Array;
}

/** The length of the protocol's name, the name, and the body. */
export function frameOfQuestion(protocol: string, body: Uint8Array): Frame {
  const name = Buffer.from(protocol);
  if (name.length > 255) throw new RangeError(`a protocol's name of ${name.length} bytes`);
  const bytes = new Uint8Array(1 + name.length + body.length);
  bytes[0] = name.length;
  bytes.set(name, 1);
  bytes.set(body, 1 + name.length);
  return new Frame(bytes);
}

export function questionOf({ bytes }: Frame): Question {
  const bodyAt = 1 + bytes[0];
  return { protocol: Buffer.from(bytes.subarray(1, bodyAt)).toString(), body: bytes.subarray(bodyAt) };
}

const frames = new WeakMap<Uint8Array, Frame>();

/** The one frame of these bytes, so that they cross to another thread once for all who asked. */
export function frameOfBody(body: Uint8Array): Frame {
  let frame = frames.get(body);
  if (frame === undefined) {
    frame = new Frame(body);
    frames.set(body, frame);
  }
  return frame;
}
