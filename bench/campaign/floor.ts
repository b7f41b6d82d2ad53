/**
 * The floor: what js-libp2p's own frames cost when nothing is around them.
 *
 * A bare loop decodes each RPC with gossipsub's protobuf, hashes the data of a message as its id is hashed, and does
 * what a handler at least has to: look the id up among those its relay has seen, remember it, and find the peers that
 * get it. No clock, no queue, no links, no scores, no verification.
 */

import { createHash } from 'node:crypto';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { Carried, FloorCost } from './measurement.ts';

/** Peers in a relay's mesh, as D of gossipsub. */
const MESH_PEERS = 6;
const ID_BYTES = 32;
/** V8 has optimised the loop by then. */
const WARM_UP_RPCS = 3000;
const TOPIC = 'updates';

export interface FloorAsk {
  readonly carried: Carried;
  readonly relays: number;
  /** Different messages among those carried. */
  readonly messages: number;
}

interface BareRelay {
  readonly seen: Set<string>;
  readonly mesh: readonly number[];
  readonly wanted: string[];
  sent: number;
}

function bareRelays(count: number): BareRelay[] {
  return Array.from({ length: count }, (_unused, index) => ({
    seen: new Set<string>(),
    mesh: Array.from({ length: MESH_PEERS }, (_peer, peer) => (index + 1 + peer) % count),
    wanted: [],
    sent: 0,
  }));
}

/** The frame of a message whose RPC has about that many bytes. */
function messageFrame(rpcBytes: number, message: number): Uint8Array {
  const data = new Uint8Array(Math.max(1, rpcBytes - TOPIC.length - 8)).fill(message + 1);
  return RPC.encode({ subscriptions: [], messages: [{ topic: TOPIC, data }] });
}

/** A frame of control: what a relay has. */
function controlFrame(): Uint8Array {
  const iHave = { topicID: TOPIC, messageIDs: [new Uint8Array(ID_BYTES).fill(7)] };
  return RPC.encode({
    subscriptions: [],
    messages: [],
    control: { ihave: [iHave], iwant: [], graft: [], prune: [], idontwant: [] },
  });
}

function handle(frame: Uint8Array, relay: BareRelay, from: number): void {
  const rpc = RPC.decode(frame);
  for (const { data } of rpc.messages) {
    const id = createHash('sha256').update(data!).digest('hex');
    if (relay.seen.has(id)) continue;
    relay.seen.add(id);
    for (const peer of relay.mesh) if (peer !== from) relay.sent++;
  }
  for (const { messageIDs } of rpc.control?.ihave ?? []) {
    for (const bytes of messageIDs) {
      const id = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
      if (!relay.seen.has(id)) relay.wanted[0] = id;
    }
  }
}

interface Load {
  readonly relays: readonly BareRelay[];
  readonly frames: readonly Uint8Array[];
  readonly control: Uint8Array;
}

function takeAll({ relays, frames, control }: Load, messageRpcs: number, otherFrames: number): void {
  for (let rpc = 0; rpc < messageRpcs; rpc++) {
    const at = rpc % relays.length;
    // Every relay gets the first message, then every relay the second one, and in the end copies of all.
    handle(frames[Math.floor(rpc / relays.length) % frames.length]!, relays[at]!, (at + 1) % relays.length);
  }
  for (let frame = 0; frame < otherFrames; frame++) handle(control, relays[frame % relays.length]!, 0);
}

/** Processor time of the loop alone, after a warm-up. */
export function answer({ carried, relays, messages }: FloorAsk): FloorCost {
  const frames = Array.from({ length: messages }, (_unused, message) =>
    messageFrame(carried.rpcBytes, message),
  );
  const control = controlFrame();
  takeAll({ relays: bareRelays(relays), frames, control }, WARM_UP_RPCS, WARM_UP_RPCS);
  const load = { relays: bareRelays(relays), frames, control };
  const from = process.cpuUsage();
  takeAll(load, carried.messageRpcs, carried.otherFrames);
  const { user, system } = process.cpuUsage(from);
  return {
    cpuSeconds: (user + system) / 1e6,
    firsts: load.relays.reduce((sum, { seen }) => sum + seen.size, 0),
  };
}
