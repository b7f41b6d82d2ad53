/** How long the frames of the protocol are, and what for: from js-libp2p's own encoder, length prefix included. */

import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { encode } from 'it-length-prefixed';
import { UPDATE_TOPIC } from '../../../node/channels/gossip-channel.ts';
import { BYTE_KINDS } from '../../measure/load-result.ts';
import { type BytesByKind, kindIndex, splitFrame } from '../gossipsub/rpc-bytes.ts';

/** js-libp2p's PruneBackoff, which a PRUNE carries; the scenario cannot change it. */
export const PRUNE_BACKOFF_MS = 60_000;
/** A message id is a SHA-256. */
const ID = new Uint8Array(32);

const MESSAGES = kindIndex('messages');

type Control = NonNullable<RPC['control']>;

/** A kind of frame: how long it is, what its bytes are for, and how many were sent. */
export interface FrameShape {
  readonly bytes: number;
  readonly messageBytes: number;
  readonly parts: BytesByKind;
  sent: number;
}

export interface FrameShapes {
  readonly subscribe: FrameShape;
  readonly graft: FrameShape;
  readonly prune: FrameShape;
  readonly iDontWant: FrameShape;
  readonly iWant: FrameShape;
  /** By the number of messages that are told of. */
  iHave(messages: number): FrameShape;
  /** The frame that carries a message with this data, unsigned. */
  message(data: Uint8Array): FrameShape;
  /** The same in answer to an IWANT, beside which js-libp2p puts control that says nothing. */
  answer(data: Uint8Array): FrameShape;
  /** What all frames that were sent come to, in the order of BYTE_KINDS. */
  sentByKind(): BytesByKind;
}

export function frameShapes(): FrameShapes {
  const iHaves: FrameShape[] = [];
  const all: FrameShape[] = [];
  const shape = (rpc: RPC): FrameShape => {
    const bytes = encode.single(RPC.encode(rpc)).subarray();
    const parts = splitFrame(bytes);
    const made = { bytes: bytes.length, messageBytes: parts[MESSAGES], parts, sent: 0 };
    all.push(made);
    return made;
  };
  const control = (own: Partial<Control>, messages: RPC.Message[] = []): FrameShape => {
    const whole = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [], ...own };
    return shape({ subscriptions: [], messages, control: whole });
  };
  return {
    subscribe: shape({ subscriptions: [{ subscribe: true, topic: UPDATE_TOPIC }], messages: [] }),
    graft: control({ graft: [{ topicID: UPDATE_TOPIC }] }),
    prune: control({
      prune: [{ topicID: UPDATE_TOPIC, peers: [], backoff: PRUNE_BACKOFF_MS / 1000 }],
    } as unknown as Partial<Control>),
    iDontWant: control({ idontwant: [{ messageIDs: [ID] }] }),
    iWant: control({ iwant: [{ messageIDs: [ID] }] }),
    iHave: (messages) =>
      (iHaves[messages] ??= control({
        ihave: [{ topicID: UPDATE_TOPIC, messageIDs: Array<Uint8Array>(messages).fill(ID) }],
      })),
    message: (data) => shape({ subscriptions: [], messages: [{ data, topic: UPDATE_TOPIC } as RPC.Message] }),
    answer: (data) => control({}, [{ data, topic: UPDATE_TOPIC } as RPC.Message]),
    sentByKind: () => {
      const bytes = new Float64Array(BYTE_KINDS.length);
      for (const { parts, sent } of all)
        for (const [kind, count] of parts.entries()) bytes[kind] += count * sent;
      return bytes;
    },
  };
}
