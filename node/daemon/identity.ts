/**
 * Who a relay is: the key that its peer id and its fingerprint follow from, and the key that circuits are built with.
 *
 * Both stay the same over restarts, since peers and clients know the relay by them.
 */

import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey, PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { fingerprintOf } from '../relay/libp2p-links.ts';
import { KeyPair } from '../relay/x25519.ts';
import type { RelayState } from './state-folder.ts';

export interface Identity {
  readonly privateKey: Ed25519PrivateKey;
  readonly peerId: PeerId;
  /** 20 bytes in hexadecimal: what circuits name the relay by. */
  readonly fingerprint: string;
  readonly onionKey: KeyPair;
}

/** The identity of a state folder, made when there is none. Throws DaemonError for keys that are damaged. */
export async function identityIn(state: Pick<RelayState, 'secret'>): Promise<Identity> {
  const seed = state.secret('identity.key', 'relaywave-identity-1');
  const privateKey = await generateKeyPairFromSeed('Ed25519', seed);
  const peerId = peerIdFromPrivateKey(privateKey);
  const onionKey = new KeyPair(state.secret('onion.key', 'relaywave-onion-key-1'));
  return { privateKey, peerId, fingerprint: fingerprintOf(peerId), onionKey };
}
