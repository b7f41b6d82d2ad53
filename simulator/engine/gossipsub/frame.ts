/**
 * A frame: the bytes of one RPC as they travel, length prefix included.
 *
 * On the fast path a frame also remembers the RPC that it decodes to, so that 7,500 receivers of the same
 * bytes decode them once. Remembered RPCs are shared: nothing may change them.
 */

import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { encode } from 'it-length-prefixed';
import type { Uint8ArrayList } from 'uint8arraylist';
import { type Greeting, greetingOf } from './greeting.ts';
import { type BytesByKind, splitFrame } from './rpc-bytes.ts';
import { type SoleControl, soleControl } from './sole-control.ts';

export class Frame {
  private readonly whole: Uint8Array;
  /** What the bytes decode to, once somebody has decoded them. */
  rpc: RPC | null = null;
  /** Its control, if it decodes to one kind of it that can be taken straight. */
  control: SoleControl | null = null;
  /** The same of what routers say when they meet. */
  greeting: Greeting | null = null;
  private split: BytesByKind | null = null;

  constructor(bytes: Uint8Array) {
    this.whole = bytes;
  }

  get bytes(): Uint8Array {
    return this.whole;
  }

  /** Length of `bytes`. */
  get byteLength(): number {
    return this.bytes.length;
  }

  /** What the bytes are for; of a frame of gossip only. */
  get parts(): BytesByKind {
    this.split ??= splitFrame(this.bytes);
    return this.split;
  }

  /** The RPC's bytes, behind the length prefix. */
  get body(): Uint8Array {
    const { bytes } = this;
    let prefix = 1;
    while (bytes[prefix - 1] >= 0x80) prefix++;
    return bytes.subarray(prefix);
  }
}

/** Control frames larger than this are rare and differ, so they are not looked up by content. */
const INTERNED_MAX_BYTES = 512;
/** Bounds the memory of the table of control frames. */
const INTERNED_MAX_FRAMES = 16_384;

/** Makes frames; on the fast path, one frame for equal bytes. */
export class FrameMint {
  private readonly share: boolean;
  private readonly frames = new Map<string, Frame>();
  private readonly framesOfBodies = new Map<string, Frame>();
  private readonly byMessage = new WeakMap<RPC.Message, Frame>();
  /** By topic. */
  private readonly greetings: Readonly<Record<Greeting['kind'], Map<string, Frame>>> = {
    subscription: new Map(),
    graft: new Map(),
  };
  private lastList: Uint8ArrayList | null = null;
  private lastFrame: Frame | null = null;
  private lastIds: readonly Uint8Array[] | null = null;
  private lastIHave: Frame | null = null;

  constructor(share: boolean) {
    this.share = share;
  }

  /** The frame of what the router sends; a batch sends one list to many peers. */
  ofList(list: Uint8ArrayList): Frame {
    if (!this.share) return new Frame(list.subarray());
    if (list === this.lastList && this.lastFrame !== null) return this.lastFrame;
    this.lastList = list;
    this.lastFrame = this.ofBytes(list.subarray());
    return this.lastFrame;
  }

  /** The frame of these bytes. */
  ofBytes(bytes: Uint8Array): Frame {
    return this.interned(this.frames, bytes, () => bytes);
  }

  /** The frame of an RPC without messages. What a heartbeat tells its peers of messages is one list for all of them. */
  ofControl(rpc: RPC, encodeRpc: () => Uint8Array): Frame {
    const greeting = greetingOf(rpc);
    if (greeting !== null) return this.ofGreeting(greeting, encodeRpc);
    const messageIDs = idsOfLoneIHave(rpc);
    if (messageIDs === null) return this.ofBody(encodeRpc());
    if (messageIDs !== this.lastIds || this.lastIHave === null) {
      this.lastIds = messageIDs;
      this.lastIHave = this.ofBody(encodeRpc());
    }
    return this.lastIHave;
  }

  private ofGreeting({ kind, topic }: Greeting, encodeRpc: () => Uint8Array): Frame {
    const frames = this.greetings[kind];
    let frame = frames.get(topic);
    if (frame === undefined) {
      frame = this.ofBody(encodeRpc());
      frames.set(topic, frame);
    }
    return frame;
  }

  /** The frame of an RPC that is encoded and has no length before it yet. */
  private ofBody(body: Uint8Array): Frame {
    return this.interned(this.framesOfBodies, body, () => encode.single(body).subarray());
  }

  private interned(frames: Map<string, Frame>, content: Uint8Array, bytes: () => Uint8Array): Frame {
    if (!this.share || content.length > INTERNED_MAX_BYTES) return new Frame(bytes());
    const key = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
    let frame = frames.get(key);
    if (frame === undefined) {
      if (frames.size >= INTERNED_MAX_FRAMES) frames.clear();
      frame = new Frame(bytes());
      frames.set(key, frame);
    }
    return frame;
  }

  /** The frame that carries this message alone, encoded once. */
  ofMessage(message: RPC.Message, encodeRpc: () => Uint8Array): Frame {
    let frame = this.byMessage.get(message);
    if (frame === undefined) {
      frame = new Frame(encode.single(encodeRpc()).subarray());
      this.byMessage.set(message, frame);
    }
    return frame;
  }

  /** The RPC of a frame, decoded once. */
  decode(frame: Frame, decodeRpc: (bytes: Uint8Array) => RPC): RPC {
    if (frame.rpc === null) {
      const rpc = decodeRpc(frame.body);
      frame.rpc = rpc;
      frame.control = soleControl(rpc);
      frame.greeting = greetingOf(rpc);
      // A frame of one message and nothing else is, byte for byte, the frame that forwards it.
      if (isBareMessage(rpc)) this.byMessage.set(rpc.messages[0], frame);
    }
    return frame.rpc;
  }
}

/** Whether the RPC is one message with neither control nor subscriptions. */
export function isBareMessage(rpc: RPC): boolean {
  return rpc.messages.length === 1 && rpc.control === undefined && rpc.subscriptions.length === 0;
}

/** What is offered by an RPC that is an IHAVE of one topic and nothing else; null of any other. */
function idsOfLoneIHave({ subscriptions, messages, control }: RPC): readonly Uint8Array[] | null {
  if (control === undefined || subscriptions.length > 0 || messages.length > 0) return null;
  const { ihave, idontwant, iwant, graft, prune } = control;
  const isAlone = ihave.length === 1 && idontwant.length + iwant.length + graft.length + prune.length === 0;
  return isAlone ? ihave[0].messageIDs : null;
}
