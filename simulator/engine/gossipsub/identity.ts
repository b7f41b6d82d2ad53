/**
 * Peer ids of simulated relays.
 *
 * On the full path they come from real Ed25519 keys. On the fast path they are ids of the same form around
 * bytes that are no key: the router only compares them, and half a millisecond a key adds up.
 */

import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { PeerId, PrivateKey } from '@libp2p/interface';
import { peerIdFromMultihash, peerIdFromPrivateKey } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import * as Digest from 'multiformats/hashes/digest';

export interface Identity {
  readonly peerId: PeerId;
  readonly privateKey: PrivateKey | null;
}

const IDENTITY_MULTIHASH = 0;
/** Protobuf header of a 32-byte Ed25519 public key. */
const ED25519_PUBLIC_KEY_HEADER = [8, 1, 18, 32];

/** The seed of a relay's key. */
export function seedOf(relay: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, relay + 1);
  view.setUint32(4, seed);
  return bytes;
}

export async function realIdentity(relay: number, seed: number): Promise<Identity> {
  const privateKey = await generateKeyPairFromSeed('Ed25519', seedOf(relay, seed));
  return { peerId: peerIdFromPrivateKey(privateKey), privateKey };
}

export function syntheticIdentity(relay: number, seed: number): Identity {
  const bytes = Uint8Array.from([...ED25519_PUBLIC_KEY_HEADER, ...seedOf(relay, seed)]);
  const peerId = peerIdFromMultihash(Digest.create(IDENTITY_MULTIHASH, bytes) as never);
  return { peerId, privateKey: null };
}

/** The address of sybils, the `number`th of them; none is a relay's. */
export function sybilAddress(number: number): Multiaddr {
  return multiaddr(`/ip4/${100 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}.1/tcp/9001`);
}

/** An address of the relay's own, so that peer scores see no two relays behind one. */
export function relayAddress(relay: number): Multiaddr {
  return multiaddr(`/ip4/${10 + (relay >> 16)}.${(relay >> 8) & 255}.${relay & 255}.1/tcp/9001`);
}

/** An address for all, without any IP to be read out of it: where scores look at no addresses (score-sleep.ts). */
export const UNSEEN_ADDRESS = multiaddr('/memory/0');
