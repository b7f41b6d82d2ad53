/**
 * Hands a publication to running relays, from a publisher who is no relay: by gossip, so that they pass it on.
 *
 * The publisher dials each relay, sends one message to all of them, and asks until each says that it trusts what was
 * sent and has the module. Meanwhile it serves the repository's files: a relay that the message is too new for, or
 * whose module is too long for one, takes them from here.
 */

import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { UPDATE_TOPIC } from '../channels/gossip-channel.ts';
import type { ValidatingGossipSub } from '../channels/gossipsub-pubsub.ts';
import { Libp2pPeers } from '../channels/libp2p-peers.ts';
import { PeerFetcher } from '../channels/peer-fetcher.ts';
import { isAhead } from '../channels/state-exchange.ts';
import {
  decodeFilePart,
  decodeState,
  encodeFileRequest,
  encodeState,
  filePartAnswerBytes,
  STATE_ANSWER_BYTES,
  SYNC_PROTOCOL,
} from '../channels/sync-protocol.ts';
import { type FileSource, SyncServer } from '../channels/sync-server.ts';
import { type PeerName, RequestError } from '../environment.ts';
import { metadataFile } from '../trust/file-name.ts';
import { ROOT_MAX_BYTES } from '../trust/limits.ts';
import type { TrustVersions } from '../trust/trust-client.ts';
import { createNode, type RelayNode } from './libp2p-node.ts';
import { steadyClock, wallClock } from './real-time.ts';

const DIAL_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 20;
/** A relay answers ten questions a second of one peer (channels/limits.ts). */
const ASK_EVERY_MS = 250;
/** A relay that does not take what is gossiped is told after so long that there is news: it fetches it then. */
const TELL_AFTER_MS = 2_000;

export interface HandOverParts {
  /** What is handed over is the newest of it. */
  readonly source: FileSource;
  /** The gossip message about it. */
  readonly bundle: Uint8Array;
  /** Files of targets that relays should have then. */
  readonly targets: readonly string[];
  /** Of running relays. */
  readonly addresses: readonly string[];
  /** How long each of them has. */
  readonly timeoutMs: number;
}

export type HandOverOutcome =
  /** It trusts what was sent, and has the targets. */
  | 'taken'
  /** It did before it was sent. */
  | 'had'
  /** It trusts what was sent, and does not have a target: its hook is none of the relay's, or its rollout is not there yet. */
  | 'without-targets'
  /** It does not trust what was sent. */
  | 'not-taken'
  /** It trusts another root of the same version: versions and updates of its network are not those of this one. */
  | 'other-network'
  | 'unreachable';

export interface HandedOver {
  readonly address: string;
  /** Null where nobody was reached. */
  readonly peer: PeerName | null;
  readonly outcome: HandOverOutcome;
  /** Why it could not be reached, for a person. */
  readonly detail: string | null;
}

/** One outcome for each address, in their order. */
export async function handOver(parts: HandOverParts): Promise<HandedOver[]> {
  const node = await createNode({ listen: [] });
  const errand = new Errand(parts, node);
  await node.libp2p.start();
  try {
    return await errand.run();
  } finally {
    await node.libp2p.stop();
  }
}

class Errand {
  private readonly parts: HandOverParts;
  private readonly node: RelayNode;
  private readonly peers: Libp2pPeers;

  constructor(parts: HandOverParts, node: RelayNode) {
    this.parts = parts;
    this.node = node;
    const onError = (error: unknown): void => {
      throw error;
    };
    this.peers = new Libp2pPeers({ libp2p: node.libp2p, onError });
    new SyncServer(parts.source, wallClock).start(this.peers);
  }

  async run(): Promise<HandedOver[]> {
    const met = await Promise.all(this.parts.addresses.map((address) => this.meet(address)));
    const { node, parts } = this;
    const isAnyBehind = met.some(({ outcome }) => outcome === 'not-taken');
    if (isAnyBehind) await node.router.publish(UPDATE_TOPIC, parts.bundle);
    return Promise.all(met.map((one) => (one.outcome === 'not-taken' ? this.see(one) : one)));
  }

  /** Reaches a relay, and waits until the message can be sent to it. */
  private async meet(address: string): Promise<HandedOver> {
    const { libp2p } = this.node;
    try {
      const signal = AbortSignal.timeout(DIAL_TIMEOUT_MS);
      const peer = (await libp2p.dial(multiaddr(address), { signal })).remotePeer.toString();
      const theirs = await this.ask(peer, NOTHING);
      if (theirs !== null && (await this.isElsewhere(peer, theirs))) {
        await libp2p.hangUp(peerIdFromString(peer));
        return { address, peer, outcome: 'other-network', detail: null };
      }
      if (theirs !== null && this.isSettled(theirs) && (await this.hasTargets(peer))) {
        return { address, peer, outcome: 'had', detail: null };
      }
      while (!this.canSendTo(peer)) {
        if (signal.aborted) throw new Error('it takes no gossip about updates');
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      return { address, peer, outcome: 'not-taken', detail: null };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { address, peer: null, outcome: 'unreachable', detail };
    }
  }

  /** The relay has said that it listens, and the stream to it is open: what is sent before that is lost. */
  private canSendTo(peer: PeerName): boolean {
    const router = this.node.router as ValidatingGossipSub & {
      readonly streamsOutbound: ReadonlyMap<string, unknown>;
    };
    const listens = router.getSubscribers(UPDATE_TOPIC).some((other) => other.toString() === peer);
    return listens && router.streamsOutbound.has(peer);
  }

  private isConnected(peer: PeerName): boolean {
    return this.node.libp2p.getConnections(peerIdFromString(peer)).length > 0;
  }

  /** Watches what becomes of it, until it is done, out of time or gone. */
  private async see(met: HandedOver): Promise<HandedOver> {
    const peer = met.peer!;
    const { source, timeoutMs } = this.parts;
    const sinceMs = steadyClock.nowMs();
    let outcome: HandOverOutcome = 'not-taken';
    while (steadyClock.nowMs() - sinceMs < timeoutMs && this.isConnected(peer)) {
      const isLate = steadyClock.nowMs() - sinceMs > TELL_AFTER_MS;
      const theirs = await this.ask(peer, isLate ? source.versions() : NOTHING);
      if (theirs !== null && this.isSettled(theirs)) {
        outcome = 'without-targets';
        if (await this.hasTargets(peer)) return { ...met, outcome: 'taken' };
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    return { ...met, outcome };
  }

  /** Whether what it trusts is what is handed over, or newer. */
  private isSettled(theirs: TrustVersions): boolean {
    const ours = this.parts.source.versions();
    const isSameVersion = theirs.root === ours.root && theirs.timestamp === ours.timestamp;
    return isSameVersion ? theirs.timestampSha256 === ours.timestampSha256 : !isAhead(ours, theirs);
  }

  /** Whether its root is another one than ours of that version; not where either of them keeps none of it. */
  private async isElsewhere(peer: PeerName, theirs: TrustVersions): Promise<boolean> {
    const { source } = this.parts;
    const name = metadataFile('root', Math.min(theirs.root, source.versions().root));
    const root = source.file(name);
    if (root === null) return false;
    const fetcher = new PeerFetcher(this.peers, peer, wallClock);
    const fetched = await fetcher.fetch(name, { maxBytes: ROOT_MAX_BYTES, timeoutMs: REQUEST_TIMEOUT_MS });
    return 'bytes' in fetched && Buffer.compare(fetched.bytes, root) !== 0;
  }

  /** Tells a relay what we have and hears what it trusts; null for no answer. */
  private async ask(peer: PeerName, told: TrustVersions): Promise<TrustVersions | null> {
    const answer = await this.request(peer, encodeState(told), STATE_ANSWER_BYTES);
    return answer === null ? null : decodeState(answer);
  }

  /** Whether a relay would hand the last byte of each target on. */
  private async hasTargets(peer: PeerName): Promise<boolean> {
    for (const name of this.parts.targets) {
      const length = this.parts.source.file(name)?.length ?? 0;
      const question = encodeFileRequest(name, Math.max(0, length - 1), 1);
      const answer = await this.request(peer, question, filePartAnswerBytes(1));
      if (answer === null || decodeFilePart(answer)?.totalBytes !== length) return false;
    }
    return true;
  }

  private async request(peer: PeerName, body: Uint8Array, maxBytes: number): Promise<Uint8Array | null> {
    try {
      if (!this.isConnected(peer)) return null; // a dial would not find it: no address of it is known by its name
      return await this.peers.request(peer, SYNC_PROTOCOL, body, { maxBytes, timeoutMs: REQUEST_TIMEOUT_MS });
    } catch (error) {
      if (error instanceof RequestError) return null;
      throw error;
    }
  }
}

/** Told by whoever only asks. */
const NOTHING: TrustVersions = { root: 0, timestamp: 0, snapshot: 0, timestampSha256: '' };
