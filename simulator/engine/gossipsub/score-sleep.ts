/**
 * Lets a router's peer scores sleep: while nothing is held against anybody, they are zero and need no decay.
 *
 * That holds as long as only misdeeds count: behavioural penalties (P7) and invalid messages (P4), with no two
 * relays behind one address (P6). What else a score keeps (time in the mesh, deliveries) then has weight zero
 * and nobody can see it, so it need not be right. With any other weight, scores never sleep.
 *
 * Two things remain visible. A record of a message is dropped by the decay that finds it expired, and while it
 * is there, a late copy of an invalid message counts. And a score that was asked for is kept for a while: a
 * heartbeat that is not run would have asked.
 */

import assert from 'node:assert/strict';
import type { VirtualClock, VirtualTimer } from '../virtual-clock.ts';
import type { GossipSubInternals, PeerScoreInternals, PeerStats, TopicScoreWeights } from './internals.ts';
import { keepControl } from './peer-control.ts';
import { NO_ADDRESSES, PeerStandings } from './peer-standing.ts';
import { atTime, SuspendedTimer } from './suspended-timer.ts';

/** What sleeping scores no longer need is dropped when it has lain about for so long. */
const TIDY_AFTER_US = 60_000_000;

export class ScoreSleep {
  private readonly score: PeerScoreInternals;
  private readonly clock: VirtualClock;
  private readonly relay: number;
  /** Null where more than misdeeds counts. */
  private readonly standings: PeerStandings | null;
  /** Whether anything was ever held against a peer. */
  private blamed = false;
  private decay: SuspendedTimer | null = null;

  constructor(router: GossipSubInternals, clock: VirtualClock, relay: number) {
    const { score, opts } = router;
    this.score = score;
    this.clock = clock;
    this.relay = relay;
    const { scoreCacheValidityMs, params } = score;
    assert(scoreCacheValidityMs === opts.heartbeatInterval, 'scores are kept from one heartbeat to the next');
    const misdeedsOnly = Object.values(params.topics).every(onlyInvalidMessagesCount);
    this.standings = misdeedsOnly ? new PeerStandings(router, clock) : null;
    score.addIP = () => {};
    if (this.standings === null) keepNoAddresses(score);
    else {
      keepControl(router, this.standings);
      this.watch(router, this.standings);
    }
  }

  /** Asked when the decay comes due: whether it should run. */
  admitsDecay(timer: VirtualTimer): boolean {
    if (!this.isBlameless()) return true;
    timer.cancel();
    this.decay = new SuspendedTimer(this.clock, this.relay, timer.everyUs);
    return false;
  }

  /** Whether all scores are zero, and stay so until something is held against a peer. */
  isZero(): boolean {
    return this.isBlameless() && !this.remembersBlame();
  }

  /** Keeps the scores that a heartbeat now would have asked for; all scores are zero. */
  askedByHeartbeat({ mesh, topics, streamsOutbound }: GossipSubInternals): void {
    const { score, standings } = this;
    if (!this.blamed && standings?.noteHeartbeat() === true) return;
    for (const [topic, peers] of mesh) {
      for (const peer of peers) score.score(peer);
      for (const peer of topics.get(topic) ?? []) {
        if (!peers.has(peer) && streamsOutbound.has(peer)) score.score(peer);
      }
    }
  }

  /**
   * Does what missed decays would have done, if they are many, and sleeps on.
   *
   * That is to drop what was kept of peers that are gone, which nobody sees, and records of messages, for which whoever
   * asks for one settles first. So all this spares is memory, and it need not be at every waking.
   */
  tidy(): void {
    const { clock, decay } = this;
    if (decay !== null && clock.nowUs - decay.lastUs >= TIDY_AFTER_US) this.settle();
  }

  /** Does what missed decays would have done, and sleeps on. */
  private settle(): void {
    const { clock, decay, score } = this;
    if (decay !== null && decay.reckon() > 0) atTime(clock, decay.lastUs, () => score.background());
  }

  /** Does what missed decays would have done, and runs them again in their rhythm; does nothing when awake. */
  wake(): void {
    const { clock, decay, score } = this;
    if (decay === null) return;
    this.settle();
    this.decay = null;
    const background = (): void => score.background();
    score._backgroundInterval = clock.startTimer(background, decay.waitUs, decay.periodUs);
  }

  /** Scores are real, and decay, from the first misdeed on. */
  private watch(router: GossipSubInternals, standings: PeerStandings): void {
    const { score } = this;
    const { addPenalty, markInvalidMessageDelivery, score: scoreOf } = score;
    const { acceptFrom } = router;
    const blame = (): void => {
      if (!this.blamed) standings.giveBack();
      this.blamed = true;
      this.wake();
    };
    score.addPeer = (id) => standings.add(id);
    score.score = (id) => (this.blamed ? scoreOf.call(score, id) : standings.score(id));
    router.acceptFrom = (id) => (!this.blamed && standings.accepts(id)) || acceptFrom.call(router, id);
    score.addPenalty = (...args) => {
      blame();
      addPenalty.apply(score, args);
    };
    if (Object.keys(score.params.topics).length === 0) return;
    score.markInvalidMessageDelivery = (...args) => {
      blame();
      markInvalidMessageDelivery.apply(score, args);
    };
    const { deliveryRecords } = score;
    const { ensureRecord, getRecord } = deliveryRecords;
    deliveryRecords.ensureRecord = (id) => {
      this.settle();
      return ensureRecord.call(deliveryRecords, id);
    };
    deliveryRecords.getRecord = (id) => {
      this.settle();
      return getRecord.call(deliveryRecords, id);
    };
  }

  /**
   * Whether nothing is held against a peer that is there.
   *
   * Of a peer that is gone, what it did is kept for an hour, does not decay meanwhile, and is forgotten when it
   * comes back; nobody asks for it. So it may be dropped late, and keeps nobody awake.
   */
  private isBlameless(): boolean {
    if (this.standings === null) return false;
    if (!this.blamed) return true;
    for (const peer of this.score.peerStats.values()) {
      if (!peer.connected) continue;
      if (peer.behaviourPenalty !== 0) return false;
      for (const topic in peer.topics) if (peer.topics[topic].invalidMessageDeliveries !== 0) return false;
    }
    return true;
  }

  /** Whether a score is kept from before what it was for was forgiven. */
  private remembersBlame(): boolean {
    if (!this.blamed) return false;
    const nowMs = this.clock.nowMs();
    for (const kept of this.score.scoreCache.values()) {
      if (kept.score !== 0 && kept.cacheUntil > nowMs) return true;
    }
    return false;
  }
}

/** Where no address is crowded, a score is the same without any. */
function keepNoAddresses(score: PeerScoreInternals): void {
  const { addPeer } = score;
  score.addPeer = (peer) => {
    addPeer.call(score, peer);
    (score.peerStats.get(peer) as PeerStats).knownIPs = NO_ADDRESSES;
  };
}

/** Whether all of a topic's score but P4 has weight zero. */
function onlyInvalidMessagesCount(topic: TopicScoreWeights): boolean {
  return (
    topic.timeInMeshWeight === 0 &&
    topic.firstMessageDeliveriesWeight === 0 &&
    topic.meshMessageDeliveriesWeight === 0 &&
    topic.meshFailurePenaltyWeight === 0
  );
}
