/**
 * What a router asks about its peers again and again, while nothing is held against any of them: every score is zero then,
 * and whatever comes is accepted.
 *
 * js-libp2p keeps a score that was asked for until the next heartbeat, and does not ask for it with every RPC. That shows
 * when a peer misbehaves for the first time: what is kept counts for a little longer. js-libp2p has two tables of it. Here
 * it stands in small whole numbers with what else the router keeps of the peer, the control that it has sent among it
 * (peer-control.ts); and a heartbeat that has asked for all scores is noted once, not with every peer.
 */

import { EPOCH_MS, type VirtualClock } from '../virtual-clock.ts';
import type { GossipSubInternals, PeerStats } from './internals.ts';
import { takeOverControl } from './peer-control.ts';

/** js-libp2p fixes them and does not export them: one look at a score is good for so many RPCs, and for so long. */
const RPCS_OF_LOOK = 128;
const LOOK_LASTS_MS = 1000;

/** Before all virtual time. */
const NEVER_MS = -1;
export const NO_ADDRESSES: ReadonlySet<string> = new Set();
const NO_TOPICS: PeerStats['topics'] = Object.freeze({});

/** What js-libp2p keeps of a peer, of whose addresses nothing is kept; times are milliseconds of virtual time. */
export class PeerStanding implements PeerStats {
  // What every RPC looks at stands first, so that it lies together in memory.
  readonly standings: PeerStandings;
  connected = true;
  acceptUntilMs = NEVER_MS;
  accepted = 0;
  scoreUntilMs = NEVER_MS;
  /** The heartbeats that had been noted when that was set. */
  heartbeats: number;
  /** The round that its counters are of. */
  round = -1;
  /** IHAVE that have come from it, and messages that its IDONTWANT have named. */
  ihaves = 0;
  idontwants = 0;
  /** A message that it does not want, and the heartbeats before it said so; others if there are more. */
  unwanted: string | null = null;
  unwantedTick = 0;
  othersUnwanted: Map<string, number> | null = null;
  expire = 0;
  topics: PeerStats['topics'];
  knownIPs = NO_ADDRESSES;
  behaviourPenalty = 0;

  constructor(standings: PeerStandings, topics: PeerStats['topics'], heartbeats: number) {
    this.standings = standings;
    this.topics = topics;
    this.heartbeats = heartbeats;
  }
}

export class PeerStandings {
  readonly router: GossipSubInternals;
  /** Whether nothing is held against anybody yet, and all of this counts. */
  areValid = true;
  private readonly clock: VirtualClock;
  private readonly peers: Map<string, PeerStats>;
  private readonly validityMs: number;
  private readonly hasTopics: boolean;
  /** How often the counters of control have begun anew, and how many peers have been counted since. */
  private round = 0;
  peersCounted = 0;
  /** How many heartbeats have asked for the score of every peer, and when the last of them was. */
  private heartbeats = 0;
  private heartbeatMs = 0;

  constructor(router: GossipSubInternals, clock: VirtualClock) {
    const { score } = router;
    this.router = router;
    this.clock = clock;
    this.peers = score.peerStats;
    this.validityMs = score.scoreCacheValidityMs;
    this.hasTopics = Object.keys(score.params.topics).length > 0;
  }

  /** A peer comes, or comes back. */
  add(id: string): void {
    const standing = new PeerStanding(this, this.hasTopics ? {} : NO_TOPICS, this.heartbeats);
    const before = this.of(id);
    if (before !== null) {
      standing.scoreUntilMs = this.scoreUntilMs(before);
      takeOverControl(before, standing);
    }
    const accepted = this.router.acceptFromWhitelist.get(id);
    if (accepted !== undefined) {
      // It has sent something before it was there.
      standing.accepted = accepted.messagesAccepted;
      standing.acceptUntilMs = accepted.acceptUntil - EPOCH_MS;
    }
    this.peers.set(id, standing);
  }

  /** What is kept of a peer; null of one that has never been there. */
  of(id: string): PeerStanding | null {
    const peer = this.peers.get(id);
    return peer instanceof PeerStanding ? peer : null;
  }

  /** Its score, which is zero. */
  score(id: string): 0 {
    const peer = this.of(id);
    if (peer !== null) this.ask(peer);
    return 0;
  }

  /** Whether an RPC of a peer is accepted; null of one that the router has no connection to. */
  accepts(id: string): true | null {
    const peer = this.of(id);
    if (peer === null || !peer.connected) return null;
    this.accept(peer);
    return true;
  }

  /** Accepts an RPC of a peer that the router has a connection to. */
  accept(peer: PeerStanding): void {
    const nowMs = this.nowMs();
    if (peer.accepted < RPCS_OF_LOOK && peer.acceptUntilMs >= nowMs) {
      peer.accepted++;
      return;
    }
    this.ask(peer);
    peer.accepted = 0;
    peer.acceptUntilMs = nowMs + LOOK_LASTS_MS;
  }

  /** A peer with its counters as they are in this round. */
  counted(peer: PeerStanding): PeerStanding {
    if (peer.round !== this.round) {
      peer.round = this.round;
      peer.ihaves = 0;
      peer.idontwants = 0;
      this.peersCounted++;
    }
    return peer;
  }

  /** Counters of control begin anew. */
  beginRound(): void {
    this.round++;
    this.peersCounted = 0;
  }

  /** Notes that a heartbeat asks for all scores now; false, and nothing is noted, where it would not ask for all. */
  noteHeartbeat(): boolean {
    const nowMs = this.nowMs();
    if (this.heartbeats > 0 && nowMs - this.heartbeatMs < this.validityMs) return false;
    if (!this.asksAll()) return false;
    this.heartbeats++;
    this.heartbeatMs = nowMs;
    return true;
  }

  /** Puts into js-libp2p's tables what counts there from now on. */
  giveBack(): void {
    this.areValid = false;
    const { score, acceptFromWhitelist } = this.router;
    for (const [id, peer] of this.peers as Map<string, PeerStanding>) {
      score.scoreCache.set(id, { score: 0, cacheUntil: EPOCH_MS + this.scoreUntilMs(peer) });
      const { connected, accepted, acceptUntilMs } = peer;
      if (!connected || acceptUntilMs === NEVER_MS) continue;
      acceptFromWhitelist.set(id, { messagesAccepted: accepted, acceptUntil: EPOCH_MS + acceptUntilMs });
    }
  }

  private nowMs(): number {
    return Math.floor(this.clock.nowUs / 1000);
  }

  /** Whether a heartbeat asks for the score of every peer: all are subscribed to a topic of the relay's, with a stream. */
  private asksAll(): boolean {
    const { mesh, topics, streamsOutbound } = this.router;
    const { size } = this.peers;
    if (streamsOutbound.size !== size) return false;
    for (const topic of mesh.keys()) if (topics.get(topic)?.size === size) return true;
    return false;
  }

  /** Asks for its score. */
  ask(peer: PeerStanding): void {
    const nowMs = this.nowMs();
    if (this.scoreUntilMs(peer) > nowMs) return;
    peer.scoreUntilMs = nowMs + this.validityMs;
    peer.heartbeats = this.heartbeats;
  }

  /**
   * Until when a peer's score is kept. Heartbeats that have asked since it was set are as far apart as a score is kept, so
   * the last of them has found what the first has left.
   */
  private scoreUntilMs({ scoreUntilMs, heartbeats }: PeerStanding): number {
    const isCurrent = heartbeats === this.heartbeats || scoreUntilMs > this.heartbeatMs;
    return isCurrent ? scoreUntilMs : this.heartbeatMs + this.validityMs;
  }
}
