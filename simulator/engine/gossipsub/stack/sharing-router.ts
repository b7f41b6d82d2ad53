/**
 * The router class on the fast path of whole nodes: a message that is passed on leaves as the bytes that it came as.
 *
 * The router would encode it anew for each peer, with the same result; so it lies in memory once for the whole network,
 * instead of once for each copy on each link.
 */

import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { encode } from 'it-length-prefixed';
import { isBareMessage } from '../frame.ts';
import type { GossipSubClass } from '../internals.ts';

export function sharingRouter(Base: GossipSubClass): GossipSubClass {
  /** RPCs of one message and nothing else, by their message. */
  const encoded = new WeakMap<RPC.Message, Uint8Array>();

  return class SharingRouter extends Base {
    override decodeRpc(bytes: Uint8Array): RPC {
      const rpc = super.decodeRpc(bytes);
      if (isBareMessage(rpc)) encoded.set(rpc.messages[0], bytes);
      return rpc;
    }

    override sendRpc(peer: string, rpc: RPC): boolean {
      const bytes = isBareMessage(rpc) ? encoded.get(rpc.messages[0]) : undefined;
      const stream = this.streamsOutbound.get(peer);
      if (bytes === undefined || stream === undefined || this.control.has(peer) || this.gossip.has(peer))
        return super.sendRpc(peer, rpc);
      try {
        stream.pushPrefixed(encode.single(bytes));
        return true;
      } catch {
        return super.sendRpc(peer, rpc); // the stream is closing: the router says so
      }
    }
  };
}
