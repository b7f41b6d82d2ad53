/**
 * Lets an idle router sleep: heartbeats and score decays that provably change nothing are not run.
 *
 * A router falls asleep when its heartbeat comes due and would do nothing; any event at its relay wakes it.
 * On waking it catches up with what the missed heartbeats would have done, which is counting and dropping
 * expired entries: expiry only ever grows with time, so the last missed heartbeat does the work of all.
 */

import type { VirtualClock, VirtualTimer } from '../virtual-clock.ts';
import type { GossipSubInternals, PeerScoreInternals } from './internals.ts';

/** Expired backoffs are cleared every so many heartbeats; js-libp2p fixes it and does not export it. */
const BACKOFF_CLEARING_HEARTBEATS = 15;

/** A periodic timer of the router that is asleep, and when it last came due. */
interface Suspended {
  readonly lastUs: number;
  readonly periodUs: number;
}

export class RouterSleep {
  private readonly router: GossipSubInternals;
  private readonly clock: VirtualClock;
  private readonly relay: number;
  private penalised = false;
  private heartbeat: Suspended | null = null;
  private decay: Suspended | null = null;

  constructor(router: GossipSubInternals, clock: VirtualClock, relay: number) {
    this.router = router;
    this.clock = clock;
    this.relay = relay;
    this.watchScore(router.score);
  }

  /** Asked when a timer of this relay comes due: whether its callback should run. */
  admits(timer: VirtualTimer): boolean {
    if (timer === this.router.score._backgroundInterval) return !this.suspendDecay(timer);
    if (timer.callback === this.router.runHeartbeat && this.suspendHeartbeat()) return false;
    this.wake();
    return true;
  }

  /** Catches up with the present and runs the heartbeat again; does nothing when awake. */
  wake(): void {
    if (this.heartbeat !== null) this.resumeHeartbeat(this.heartbeat);
  }

  /**
   * Scores need decay again as soon as there is something to forget, and until the first penalty they are
   * zero: no topic is scored, and no two relays share an address.
   */
  private watchScore(score: PeerScoreInternals): void {
    const { addPenalty, computeScore } = score;
    const topics = Object.keys(score.params.topics).length;
    score.computeScore = (...args) => (this.penalised || topics > 0 ? computeScore(...args) : 0);
    score.addPenalty = (...args) => {
      this.penalised = true;
      this.wakeDecay();
      addPenalty.apply(score, args);
    };
  }

  private wakeDecay(): void {
    if (this.decay !== null) this.resumeDecay(this.decay);
  }

  private suspendHeartbeat(): boolean {
    const { router } = this;
    const tick = router.heartbeatTicks + 1;
    if (router.backoff.size !== 0 && tick % BACKOFF_CLEARING_HEARTBEATS === 0) return false;
    if (!isQuiet(router)) return false;
    router.heartbeatTicks = tick;
    this.heartbeat = { lastUs: this.clock.nowUs, periodUs: router.opts.heartbeatInterval * 1000 };
    return true;
  }

  private resumeHeartbeat(since: Suspended): void {
    const { router, clock } = this;
    this.heartbeat = null;
    const missed = this.missedTicks(since);
    if (missed > 0) {
      const firstTick = router.heartbeatTicks + 1;
      router.heartbeatTicks += missed;
      atTime(clock, since.lastUs + missed * since.periodUs, () => {
        router.seenCache.prune();
        router.publishedMessageIds.prune();
        router.gossipTracer.prune();
        if (this.decay !== null) router.score.background(); // forgets old deliveries; there are no scores
      });
      this.clearMissedBackoff(since, firstTick);
    }
    // As runHeartbeat would have set it; in the relay's name, whatever event is waking it.
    const dueUs = since.lastUs + (missed + 1) * since.periodUs;
    router.status.heartbeatTimeout = clock.startTimer(router.runHeartbeat, dueUs - clock.nowUs);
  }

  /** Drops expired backoffs as of the last missed heartbeat that would have looked at them. */
  private clearMissedBackoff(since: Suspended, firstTick: number): void {
    const { router, clock } = this;
    const lastTick = router.heartbeatTicks;
    const clearingTick = lastTick - (lastTick % BACKOFF_CLEARING_HEARTBEATS);
    if (router.backoff.size === 0 || clearingTick < firstTick) return;
    router.heartbeatTicks = clearingTick;
    atTime(clock, since.lastUs + (clearingTick - firstTick + 1) * since.periodUs, () =>
      router.clearBackoff(),
    );
    router.heartbeatTicks = lastTick;
  }

  /**
   * Periods that ended before the event that is waking the router.
   *
   * One that ends at this very instant counts if its timer would have fired first: timers are events that
   * the relay itself caused, and events of one instant are ordered by who caused them.
   */
  private missedTicks({ lastUs, periodUs }: Suspended): number {
    const periods = (this.clock.nowUs - lastUs) / periodUs;
    return this.relay <= this.clock.currentSource ? Math.floor(periods) : Math.max(0, Math.ceil(periods) - 1);
  }

  private suspendDecay(timer: VirtualTimer): boolean {
    if (!hasNothingToDecay(this.router.score)) return false;
    timer.cancel();
    this.decay = { lastUs: this.clock.nowUs, periodUs: timer.everyUs };
    return true;
  }

  private resumeDecay(since: Suspended): void {
    const { router, clock } = this;
    this.decay = null;
    const missed = this.missedTicks(since);
    if (missed > 0) atTime(clock, since.lastUs + missed * since.periodUs, () => router.score.background());
    const dueUs = since.lastUs + (missed + 1) * since.periodUs;
    const decay = (): void => router.score.background();
    router.score._backgroundInterval = clock.startTimer(decay, dueUs - clock.nowUs, since.periodUs);
  }
}

function atTime(clock: VirtualClock, timeUs: number, action: () => void): void {
  const nowUs = clock.nowUs;
  clock.nowUs = timeUs;
  action();
  clock.nowUs = nowUs;
}

/** Whether a heartbeat now would neither send nor change anything that lasts. */
function isQuiet(router: GossipSubInternals): boolean {
  if (router.mcache.msgs.size !== 0 || router.gossipTracer.promises.size !== 0) return false;
  if (router.peerhave.size !== 0 || router.iasked.size !== 0) return false;
  if (router.iwantCounts.size !== 0 || router.idontwantCounts.size !== 0) return false;
  if (router.gossip.size !== 0 || router.control.size !== 0) return false;
  if (router.fanout.size !== 0 || router.direct.size !== 0) return false;
  for (const ids of router.idontwants.values()) if (ids.size !== 0) return false;
  for (const entries of router.mcache.history) if (entries.length !== 0) return false;
  return meshIsContent(router) && hasNothingToDecay(router.score);
}

/** Whether a heartbeat would leave every mesh alone: it is within its bounds, or nobody could be added. */
function meshIsContent(router: GossipSubInternals): boolean {
  const { Dlo, Dhi, Dout } = router.opts;
  for (const [topic, peers] of router.mesh) {
    if (peers.size > Dhi) return false;
    if (peers.size < Dlo) {
      if (hasCandidate(router, topic, peers, false)) return false;
      continue;
    }
    let outbound = 0;
    for (const peer of peers) if (router.outbound.get(peer) === true) outbound++;
    if (outbound < Dout && hasCandidate(router, topic, peers, true)) return false;
  }
  return true;
}

/**
 * Whether a peer could be added to the mesh, now or when its backoff ends: it is subscribed, there is a stream
 * to it, and it is outbound where that is asked for.
 */
function hasCandidate(
  router: GossipSubInternals,
  topic: string,
  mesh: ReadonlySet<string>,
  outboundOnly: boolean,
): boolean {
  for (const peer of router.topics.get(topic) ?? []) {
    if (mesh.has(peer) || !router.streamsOutbound.has(peer)) continue;
    if (!outboundOnly || router.outbound.get(peer) === true) return true;
  }
  return false;
}

/**
 * Whether all scores are zero and stay so: nobody was penalised, and no topic is scored.
 *
 * Of a peer that is gone, what it did is kept for an hour, does not decay meanwhile, and is forgotten when it
 * comes back; nobody asks for it. So it may be dropped late, and keeps nobody awake.
 */
function hasNothingToDecay(score: PeerScoreInternals): boolean {
  for (const _topic in score.params.topics) return false;
  for (const peer of score.peerStats.values()) {
    if (peer.connected && peer.behaviourPenalty !== 0) return false;
  }
  return true;
}
