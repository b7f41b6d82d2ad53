/**
 * The private members of js-libp2p's GossipSub that the engine reaches into, all of them, in one place.
 *
 * The package exports an interface only, and its version is pinned; `missingInternals` names what a newer
 * version no longer has. Nothing else in the engine may cast its way into the router.
 */

import {
  type GossipSub,
  type GossipSubComponents,
  type GossipsubOpts,
  gossipsub,
} from '@chainsafe/libp2p-gossipsub';
import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import type { Uint8ArrayList } from 'uint8arraylist';
import type { ValidatingGossipSub } from '../../../node/channels/gossipsub-pubsub.ts';
import type { VirtualTimer } from '../virtual-clock.ts';

interface Sized {
  readonly size: number;
}

interface Counters extends Sized {
  clear(): void;
}

interface TimeCache extends Sized {
  readonly validityMs: number;
  has(id: string): boolean;
  /** True if it is there already. */
  put(id: string): boolean;
  prune(): void;
}

interface MessageCache {
  /** Messages of so many of the latest heartbeats are gossiped about. */
  readonly gossip: number;
  /** What came between two heartbeats, the latest first. */
  readonly history: readonly { readonly length: number }[];
  shift(): void;
}

export interface OutboundStreamInternals {
  /** The stream that the connection gave. */
  readonly rawStream: unknown;
  /** Sends an RPC whose length stands before it. */
  pushPrefixed(bytes: Uint8Array | Uint8ArrayList): void;
}

/** A peer to which a stream is to be opened, and the connection for it. */
export interface WantedStream {
  readonly peerId: PeerId;
  readonly connection: Connection;
}

/** Weights of what else than invalid messages counts in a topic. */
export interface TopicScoreWeights {
  readonly timeInMeshWeight: number;
  readonly firstMessageDeliveriesWeight: number;
  readonly meshMessageDeliveriesWeight: number;
  readonly meshFailurePenaltyWeight: number;
}

export interface PeerStats {
  readonly connected: boolean;
  readonly behaviourPenalty: number;
  readonly topics: Readonly<Record<string, { readonly invalidMessageDeliveries: number }>>;
  knownIPs: ReadonlySet<string>;
}

interface MessageDeliveries {
  ensureRecord(id: string): unknown;
  getRecord(id: string): unknown;
}

export interface PeerScoreInternals {
  readonly peerStats: Map<string, PeerStats>;
  readonly scoreCache: Map<string, { score: number; cacheUntil: number }>;
  readonly scoreCacheValidityMs: number;
  readonly deliveryRecords: MessageDeliveries;
  readonly params: {
    readonly topics: Readonly<Record<string, TopicScoreWeights>>;
    readonly decayInterval: number;
  };
  _backgroundInterval: VirtualTimer | undefined;
  background(): void;
  addPeer(peer: string): void;
  addIP(peer: string, address: string): void;
  addPenalty(peer: string, penalty: number, label: unknown): void;
  markInvalidMessageDelivery(peer: string, topic: string): void;
  score(peer: string): number;
  validateMessage(id: string): void;
  deliverMessage(from: string, id: string, topic: string): void;
  duplicateMessage(from: string, id: string, topic: string): void;
  rejectMessage(from: string, id: string, topic: string, reason: unknown): void;
}

/** GossipSub with its private members; see the package's gossipsub.ts for what each holds. */
export interface GossipSubInternals extends ValidatingGossipSub {
  readonly opts: {
    readonly heartbeatInterval: number;
    Dlo: number;
    Dhi: number;
    Dout: number;
    mcacheLength: number;
    readonly idontwantMaxMessages: number;
  };
  readonly status: { heartbeatTimeout: VirtualTimer };
  readonly streamsOutbound: Map<string, OutboundStreamInternals>;
  readonly peers: ReadonlyMap<string, PeerId>;
  /** Peers that are subscribed to each topic. */
  readonly topics: ReadonlyMap<string, ReadonlySet<string>>;
  /** Topics of its own. */
  readonly subscriptions: ReadonlySet<string>;
  readonly mesh: ReadonlyMap<string, ReadonlySet<string>>;
  readonly outbound: ReadonlyMap<string, boolean>;
  readonly backoff: Sized;
  readonly mcache: MessageCache;
  readonly peerhave: Counters;
  readonly iasked: Counters;
  readonly iwantCounts: Counters;
  readonly idontwantCounts: Counters;
  /** For each peer, the heartbeat before which each of its IDONTWANT came, by message. */
  readonly idontwants: ReadonlyMap<string, Map<string, number>>;
  readonly gossip: ReadonlyMap<string, unknown>;
  readonly control: ReadonlyMap<string, unknown>;
  readonly gossipTracer: { readonly promises: Sized; prune(): void };
  readonly fanout: Sized;
  readonly direct: Sized;
  readonly seenCache: TimeCache;
  readonly publishedMessageIds: TimeCache;
  readonly score: PeerScoreInternals;
  /** Peers whose RPCs are accepted without another look at their score. */
  readonly acceptFromWhitelist: Map<string, { messagesAccepted: number; acceptUntil: number }>;
  readonly allowedTopics: ReadonlySet<string> | null;
  heartbeatTicks: number;
  /** Peers for which outbound streams are made one after the other. */
  outboundInflightQueue: { push(wanted: WantedStream): unknown; end(): unknown };
  readonly runHeartbeat: () => void;
  isStarted(): boolean;
  clearBackoff(): void;
  decodeRpc(bytes: Uint8Array): RPC;
  acceptFrom(id: string): boolean;
  handleIHave(id: string, ihave: RPC.ControlIHave[]): RPC.ControlIWant[];
  handleIdontwant(id: string, idontwant: RPC.ControlIDontWant[]): void;
  handleReceivedRpc(from: PeerId, rpc: RPC): Promise<void>;
  /** False where the peer has too many subscriptions. */
  handleReceivedSubscription(from: PeerId, topic: string, subscribe: boolean): boolean;
  /** True if the peer is in the mesh now, and to be told so. */
  graftOnSubscribe(id: string, topic: string): boolean;
  sendGraft(id: string, topics: string[]): void;
  createInboundStream(peer: PeerId, stream: Stream): void;
  sendSubscriptions(peer: string, topics: string[], subscribe: boolean): void;
  sendRpc(peer: string, rpc: RPC): boolean;
  onIncomingStream(stream: unknown, connection: unknown): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type GossipSubClass = new (
  components: GossipSubComponents,
  options: Partial<GossipsubOpts>,
) => GossipSubInternals;

/** The class itself, taken from an instance, since the package does not export it. */
export function gossipSubClass(components: GossipSubComponents): GossipSubClass {
  return gossipsub()(components).constructor as unknown as GossipSubClass;
}

const INSTANCE_MEMBERS = [
  'opts',
  'status',
  'streamsOutbound',
  'peers',
  'topics',
  'protocols',
  'subscriptions',
  'mesh',
  'outbound',
  'backoff',
  'mcache.gossip',
  'mcache.history.length',
  'mcache.shift',
  'peerhave.clear',
  'iasked.clear',
  'iwantCounts.clear',
  'idontwantCounts.clear',
  'idontwants',
  'gossip',
  'control',
  'gossipTracer.promises.size',
  'gossipTracer.prune',
  'fanout',
  'direct',
  'seenCache.has',
  'seenCache.put',
  'seenCache.size',
  'seenCache.validityMs',
  'seenCache.prune',
  'publishedMessageIds.prune',
  'score.peerStats',
  'score.scoreCache',
  'score.scoreCacheValidityMs',
  'score.deliveryRecords.ensureRecord',
  'score.deliveryRecords.getRecord',
  'score.params.topics',
  'score.params.decayInterval',
  'score.background',
  'score.addPeer',
  'score.addIP',
  'score.addPenalty',
  'score.markInvalidMessageDelivery',
  'score.score',
  'score.validateMessage',
  'score.deliverMessage',
  'score.duplicateMessage',
  'score.rejectMessage',
  'acceptFromWhitelist.set',
  'allowedTopics',
  'heartbeatTicks',
  'runHeartbeat',
  'clearBackoff',
  'decodeRpc',
  'acceptFrom',
  'handleIHave',
  'handleIdontwant',
  'handleReceivedRpc',
  'handleReceivedSubscription',
  'graftOnSubscribe',
  'sendGraft',
  'createInboundStream',
  'outboundInflightQueue.push',
  'outboundInflightQueue.end',
  'sendSubscriptions',
  'sendRpc',
  'onIncomingStream',
  'isStarted',
  'reportMessageValidationResult',
] as const;

/** Members that appear once the router is started. */
const STARTED_MEMBERS = ['status.heartbeatTimeout', 'score._backgroundInterval'] as const;

/** Names the members above that this router does not have; empty when all is well. */
export function missingInternals(router: GossipSub, started: boolean): string[] {
  const has = (path: string): boolean => {
    let value: unknown = router;
    for (const name of path.split('.')) {
      value = (value as Record<string, unknown> | undefined | null)?.[name];
      if (value === undefined) return false;
    }
    return true;
  };
  const members: readonly string[] = started ? [...INSTANCE_MEMBERS, ...STARTED_MEMBERS] : INSTANCE_MEMBERS;
  return members.filter((path) => !has(path));
}
