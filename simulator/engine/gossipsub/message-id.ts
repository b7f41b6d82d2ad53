/** The id of a message: the SHA-256 of its data. */

import { createHash } from 'node:crypto';

/** The id of a message with this data, as the routers compute it. */
export function messageId(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** An id as a key. */
export function idText(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');
}
