/**
 * A relay's descriptor: what a client must know to build a circuit through it, told by the relay itself.
 *
 * There is no consensus outside the simulator, so each relay is asked for its own. That it is this relay's is proved by
 * the connection; whether it is any good is for the client to know. Layout: version, whether it is an exit, IPv4
 * address, port, onion key.
 */

import type { PeerName, Peers } from '../environment.ts';
import type { LinkTarget } from '../relay/link.ts';
import { KEY_BYTES, PublicKey } from '../relay/x25519.ts';

export const DESCRIPTOR_PROTOCOL = '/relaywave/descriptor/1';

const VERSION = 1;
const KEY_AT = 8;
const DESCRIPTOR_BYTES = KEY_AT + KEY_BYTES;
const QUESTION = Uint8Array.of(VERSION);
const TIMEOUT_MS = 15_000;

export interface OwnDescriptor extends Omit<LinkTarget, 'fingerprint'> {
  readonly onionKey: PublicKey;
  readonly exit: boolean;
}

export function encodeDescriptor({ address, port, onionKey, exit }: OwnDescriptor): Uint8Array {
  const bytes = Buffer.alloc(DESCRIPTOR_BYTES);
  bytes[0] = VERSION;
  bytes[1] = Number(exit);
  bytes.writeUInt32BE(address, 2);
  bytes.writeUInt16BE(port, 6);
  bytes.set(onionKey.bytes, KEY_AT);
  return new Uint8Array(bytes);
}

/** Null for bytes that are not exactly a descriptor. */
export function decodeDescriptor(data: Uint8Array): OwnDescriptor | null {
  if (data.length !== DESCRIPTOR_BYTES || data[0] !== VERSION || data[1]! > 1) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const port = view.getUint16(6);
  if (port === 0) return null;
  return {
    address: view.getUint32(2),
    port,
    onionKey: new PublicKey(data.slice(KEY_AT)),
    exit: data[1] === 1,
  };
}

/** Answers whoever asks; `own` is null for a relay that nobody can build circuits through. */
export function serveDescriptor(peers: Pick<Peers, 'serve'>, own: () => OwnDescriptor | null): void {
  peers.serve(DESCRIPTOR_PROTOCOL, QUESTION.length, () => {
    const descriptor = own();
    return descriptor === null ? null : encodeDescriptor(descriptor);
  });
}

/** Asks a relay for its descriptor; null for an answer that is none. Rejects with RequestError. */
export async function descriptorOf(
  peers: Pick<Peers, 'request'>,
  relay: PeerName,
): Promise<OwnDescriptor | null> {
  const limits = { maxBytes: DESCRIPTOR_BYTES, timeoutMs: TIMEOUT_MS };
  return decodeDescriptor(await peers.request(relay, DESCRIPTOR_PROTOCOL, QUESTION, limits));
}
