/** How long the frames of the protocol are, taken from js-libp2p's own encoder, length prefix included. */

import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { encode } from 'it-length-prefixed';
import { UPDATE_TOPIC } from '../../../node/channels/gossip-channel.ts';

/** js-libp2p's PruneBackoff, which a PRUNE carries; the scenario cannot change it. */
export const PRUNE_BACKOFF_MS = 60_000;
/** A message id is a SHA-256. */
const ID = new Uint8Array(32);

type Control = NonNullable<RPC['control']>;

export interface RpcSizes {
  readonly subscribeBytes: number;
  readonly graftBytes: number;
  readonly pruneBytes: number;
  readonly iDontWantBytes: number;
  readonly iWantBytes: number;
  /** By the number of messages that are told of. */
  iHaveBytes(messages: number): number;
}

export function rpcSizes(): RpcSizes {
  const iHaves: number[] = [];
  return {
    subscribeBytes: frameBytes({ subscriptions: [{ subscribe: true, topic: UPDATE_TOPIC }], messages: [] }),
    graftBytes: controlBytes({ graft: [{ topicID: UPDATE_TOPIC }] }),
    pruneBytes: controlBytes({
      prune: [{ topicID: UPDATE_TOPIC, peers: [], backoff: PRUNE_BACKOFF_MS / 1000 }],
    } as unknown as Partial<Control>),
    iDontWantBytes: controlBytes({ idontwant: [{ messageIDs: [ID] }] }),
    iWantBytes: controlBytes({ iwant: [{ messageIDs: [ID] }] }),
    iHaveBytes: (messages) => {
      iHaves[messages] ??= controlBytes({
        ihave: [{ topicID: UPDATE_TOPIC, messageIDs: Array<Uint8Array>(messages).fill(ID) }],
      });
      return iHaves[messages];
    },
  };
}

/** The frame that carries a message with this data, unsigned. */
export function messageFrameBytes(data: Uint8Array): number {
  return frameBytes({ subscriptions: [], messages: [{ data, topic: UPDATE_TOPIC } as RPC.Message] });
}

function controlBytes(control: Partial<Control>): number {
  const whole = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [], ...control };
  return frameBytes({ subscriptions: [], messages: [], control: whole });
}

function frameBytes(rpc: RPC): number {
  return encode.single(RPC.encode(rpc)).length;
}
