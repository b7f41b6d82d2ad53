/**
 * A sybil: a peer of the adversary's own that speaks gossipsub by a script, without a router.
 *
 * Its frames are the protocol's, on the same links, uplinks and queues as any relay's, so that the routers of honest
 * relays meet nothing but bytes. It serves no other protocol: requests are refused. Everything that it passes on it
 * has heard; it holds no keys.
 */

import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { decodeBundle } from '../../../../node/channels/bundle.ts';
import { TARGETS_FOLDER } from '../../../../node/trust/file-name.ts';
import type { SybilPlan } from '../../../scenario/sybil-plan.ts';
import type { RandomStream } from '../../random.ts';
import { Call, type VirtualClock } from '../../virtual-clock.ts';
import { ARRIVAL, type Arrival, type ArrivalKind, type Receiver } from '../arrival.ts';
import type { Frame, FrameMint } from '../frame.ts';
import type { Host } from '../hosts.ts';
import { idText, messageId } from '../message-id.ts';
import { IDENTIFY_ANSWER_BYTES, NEGOTIATION_BYTES } from '../negotiation.ts';
import { type PeersParts, SimulatedPeers } from '../simulated-peers.ts';
import type { Transport } from '../transport.ts';
import { Uplink } from '../uplink.ts';
import { floodFrames, isAttacking, isSilent, withholds } from './sybil-conduct.ts';
import { frameOf, graftFrame, iwantFrame, joinFrame } from './sybil-frames.ts';
import { type LinkOwner, SybilLink } from './sybil-link.ts';

/** As long as js-libp2p remembers ids, so that nothing is passed on twice. */
const SEEN_US = 120_000_000;
/** Messages kept for those that ask: relays keep them for as many heartbeats. */
const KEPT_US = 5_000_000;
const UNWANTED_MAX = 64;
/** What js-libp2p backs off where a PRUNE does not say. */
const BACKOFF_SECONDS = 60;
/** Past the backoff of the other end, which has a clock and a slack of its own. */
const REGRAFT_MARGIN_US = 2_000_000;

/** What the sybils of a run did, all together. */
export interface SybilTally {
  frames: number;
  bytes: number;
  links: number;
  /** Messages kept back, and frames of floods. */
  attempts: number;
}

export interface SybilParts {
  readonly plan: SybilPlan;
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly mint: FrameMint;
  readonly topic: string;
  readonly tally: SybilTally;
  readonly requests: PeersParts;
}

interface Heard {
  readonly message: RPC.Message;
  readonly idBytes: Uint8Array;
  readonly atUs: number;
}

export class Sybil implements Host, LinkOwner {
  readonly index: number;
  readonly uplink: Uplink;
  readonly peers: SimulatedPeers;
  readonly online = true;
  readonly connections = new Map<number, SybilLink>();
  private readonly number: number;
  private readonly parts: SybilParts;
  private readonly random: RandomStream;
  /** When each message was first heard, by id, oldest first. */
  private readonly seenUs = new Map<string, number>();
  private readonly kept = new Map<string, Heard>();
  private floods = 0;

  constructor(index: number, number: number, random: RandomStream, parts: SybilParts) {
    this.index = index;
    this.number = number;
    this.random = random;
    this.parts = parts;
    this.uplink = new Uplink(parts.plan.uplinkBitsPerSecond);
    this.peers = new SimulatedPeers(this, parts.requests);
  }

  receiverOf({ from, detail, what }: Arrival): Receiver | null {
    if (what >= ARRIVAL.request) return this.peers;
    const link = this.connections.get(from);
    return link?.number === detail ? link : null;
  }

  /** Makes this end of a link, and asks who is at the other. */
  open(relay: number, latencyUs: number, number: number): void {
    const link = new SybilLink(this, relay, latencyUs, number);
    this.connections.set(relay, link);
    this.parts.tally.links++;
    this.send(link, ARRIVAL.identify, NEGOTIATION_BYTES, null);
  }

  identityAsked(link: SybilLink): void {
    this.send(link, ARRIVAL.identity, IDENTIFY_ANSWER_BYTES, null);
  }

  identified(link: SybilLink): void {
    this.send(link, ARRIVAL.open, NEGOTIATION_BYTES, null);
  }

  streamAsked(link: SybilLink): void {
    this.send(link, ARRIVAL.acknowledge, NEGOTIATION_BYTES, null);
  }

  streamAgreed(link: SybilLink): void {
    link.isOpen = true;
    link.inMesh = true;
    this.sendFrame(link, joinFrame(this.parts.topic));
  }

  closed(link: SybilLink): void {
    link.isOpen = false;
    this.connections.delete(link.relay);
  }

  heard(link: SybilLink, frame: Frame): void {
    const rpc = this.parts.mint.decode(frame, (bytes) => RPC.decode(bytes));
    for (const message of rpc.messages) this.hear(link, message);
    const { control } = rpc;
    if (control === undefined) return;
    for (const { topicID } of control.graft) if (topicID === this.parts.topic) link.inMesh = true;
    for (const { topicID, backoff } of control.prune) {
      if (topicID === this.parts.topic) this.pruned(link, backoff ?? BACKOFF_SECONDS);
    }
    for (const { messageIDs } of control.idontwant) this.noteUnwanted(link, messageIDs);
    if (this.isSilent()) return;
    for (const { messageIDs } of control.iwant) this.answer(link, messageIDs);
    const wanted = control.ihave
      .flatMap(({ messageIDs }) => messageIDs)
      .filter((id) => !this.seenUs.has(idText(id)));
    if (wanted.length > 0) this.sendFrame(link, iwantFrame(wanted));
  }

  /** Sends the frames of a flood to all its links. */
  flood(): void {
    const { plan, topic, tally } = this.parts;
    const frames = floodFrames({
      plan,
      topic,
      random: this.random,
      sybil: this.number,
      round: this.floods++,
      recentIds: this.recentIds(),
    });
    for (const link of this.connections.values()) {
      if (!link.isOpen) continue;
      for (const frame of frames) this.sendFrame(link, frame);
      tally.attempts += frames.length;
    }
  }

  private isSilent(): boolean {
    const { plan, clock } = this.parts;
    return isSilent(plan) && isAttacking(plan, clock.nowUs);
  }

  private hear(source: SybilLink, message: RPC.Message): void {
    const { plan, clock, tally } = this.parts;
    const { nowUs } = clock;
    const { id, idBytes, carriesModule } = lookAt(message);
    if (this.seenUs.has(id)) return;
    for (const [old, atUs] of this.seenUs) {
      if (atUs + SEEN_US > nowUs) break;
      this.seenUs.delete(old);
    }
    this.seenUs.set(id, nowUs);
    if (isAttacking(plan, nowUs) && withholds(plan, carriesModule, this.random)) {
      tally.attempts++;
      return;
    }
    this.forgetOld();
    this.kept.set(id, { message, idBytes, atUs: nowUs });
    for (const link of this.connections.values()) {
      if (link !== source && link.isOpen && link.inMesh && !link.unwanted.has(id)) this.pass(link, message);
    }
  }

  private pass(link: SybilLink, message: RPC.Message): void {
    const frame = this.parts.mint.ofMessage(message, () =>
      RPC.encode({ subscriptions: [], messages: [message] }),
    );
    this.sendFrame(link, frame);
  }

  private answer(link: SybilLink, ids: readonly Uint8Array[]): void {
    this.forgetOld();
    const messages = ids.flatMap((id) => this.kept.get(idText(id))?.message ?? []);
    if (messages.length > 0) this.sendFrame(link, frameOf({ messages }));
  }

  private forgetOld(): void {
    for (const [id, { atUs }] of this.kept) {
      if (atUs + KEPT_US > this.parts.clock.nowUs) break;
      this.kept.delete(id);
    }
  }

  private recentIds(): Uint8Array[] {
    this.forgetOld();
    return Array.from(this.kept.values(), ({ idBytes }) => idBytes);
  }

  private noteUnwanted({ unwanted }: SybilLink, ids: readonly Uint8Array[]): void {
    for (const id of ids) unwanted.add(idText(id));
    for (const id of unwanted) {
      if (unwanted.size <= UNWANTED_MAX) break;
      unwanted.delete(id);
    }
  }

  /** Out of the mesh: asks again when the backoff is over. */
  private pruned(link: SybilLink, backoffSeconds: number): void {
    const { clock, plan, topic } = this.parts;
    if (!link.inMesh) return;
    link.inMesh = false;
    if (plan.attack === 'graft-flood' && isAttacking(plan, clock.nowUs)) return; // it asks all the time
    const again = (): void => {
      if (!link.isOpen || link.inMesh) return;
      link.inMesh = true;
      this.sendFrame(link, graftFrame(topic));
    };
    clock.schedule(clock.nowUs + backoffSeconds * 1e6 + REGRAFT_MARGIN_US, new Call(this.index, again));
  }

  private sendFrame(link: SybilLink, frame: Frame): void {
    this.send(link, ARRIVAL.frame, frame.bytes.length, frame);
  }

  private send(link: SybilLink, what: ArrivalKind, bytes: number, frame: Frame | null): void {
    const { transport, tally } = this.parts;
    tally.frames++;
    tally.bytes += bytes;
    const { relay: to, latencyUs, number: detail } = link;
    transport.dispatch(this, { to, latencyUs, what, detail, bytes, frame });
  }
}

interface Look {
  readonly id: string;
  readonly idBytes: Uint8Array;
  readonly carriesModule: boolean;
}

/** What sybils see in a message; on the fast path many share one. */
const looks = new WeakMap<RPC.Message, Look>();

function lookAt(message: RPC.Message): Look {
  let look = looks.get(message);
  if (look === undefined) {
    const data = message.data ?? new Uint8Array();
    const idBytes = messageId(data);
    const names = [...(decodeBundle(data)?.keys() ?? [])];
    look = {
      id: idText(idBytes),
      idBytes,
      carriesModule: names.some((name) => name.startsWith(`${TARGETS_FOLDER}/`)),
    };
    looks.set(message, look);
  }
  return look;
}
