/**
 * The frames that sybils send: RPCs in the protocol's own encoding, as js-libp2p would write them.
 *
 * Lists stay within what js-libp2p decodes at all, since a peer that sends more is cut off before any score counts.
 */

import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { encode } from 'it-length-prefixed';
import { Frame } from '../frame.ts';

/** js-libp2p decodes no more ids than this in one IDONTWANT. */
const IDONTWANT_IDS_MAX = 512;
export const MESSAGE_ID_BYTES = 32;

type Control = Partial<RPC.ControlMessage>;

/** The frame of these parts; what is left out is empty. */
export function frameOf(rpc: Partial<RPC>): Frame {
  const bytes = RPC.encode({ subscriptions: [], messages: [], ...rpc });
  return new Frame(encode.single(bytes).subarray());
}

/** The frame of these control messages, and of what goes with them. */
function frameOfControl(control: Control, beside: Partial<RPC> = {}): Frame {
  return frameOf({
    ...beside,
    control: { ihave: [], iwant: [], graft: [], prune: [], idontwant: [], ...control },
  });
}

/** What a peer sends first: that it is subscribed, and that it would be in the mesh. */
export function joinFrame(topic: string): Frame {
  return frameOfControl({ graft: [{ topicID: topic }] }, { subscriptions: [{ subscribe: true, topic }] });
}

export function graftFrame(topic: string): Frame {
  return frameOfControl({ graft: [{ topicID: topic }] });
}

/** Asks for a mesh link and leaves it in one breath: the next one of its kind comes within the backoff. */
export function graftAndPruneFrame(topic: string): Frame {
  return frameOfControl({ graft: [{ topicID: topic }], prune: [{ topicID: topic, peers: [] }] });
}

export function ihaveFrame(topic: string, messageIDs: Uint8Array[]): Frame {
  return frameOfControl({ ihave: [{ topicID: topic, messageIDs }] });
}

export function iwantFrame(messageIDs: Uint8Array[]): Frame {
  return frameOfControl({ iwant: [{ messageIDs }] });
}

export function idontwantFrames(messageIDs: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < messageIDs.length; at += IDONTWANT_IDS_MAX) {
    frames.push(
      frameOfControl({ idontwant: [{ messageIDs: messageIDs.slice(at, at + IDONTWANT_IDS_MAX) }] }),
    );
  }
  return frames;
}

/** Subscribes to topics and leaves others. */
export function subscriptionFrame(topics: readonly string[], left: readonly string[]): Frame {
  return frameOf({
    subscriptions: [
      ...left.map((topic) => ({ subscribe: false, topic })),
      ...topics.map((topic) => ({ subscribe: true, topic })),
    ],
  });
}

export function messagesFrame(topic: string, messages: readonly Uint8Array[]): Frame {
  return frameOf({ messages: messages.map((data) => ({ data, topic })) });
}
