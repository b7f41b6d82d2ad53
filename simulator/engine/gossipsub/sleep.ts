/**
 * Lets an idle router sleep: heartbeats and score decays that provably change nothing are not run.
 *
 * A router falls asleep when its heartbeat comes due and would send nothing; any event at its relay wakes it.
 * Such a heartbeat counts, begins counters anew, moves the window of messages on, and drops what has expired. On
 * waking the router catches up with what the missed ones would have done: expiry only ever grows with time, so the
 * last of them does the work of all.
 */

import type { VirtualClock, VirtualTimer } from '../virtual-clock.ts';
import type { GossipSubInternals } from './internals.ts';
import { ScoreSleep } from './score-sleep.ts';
import { atTime, SuspendedTimer } from './suspended-timer.ts';

/** Expired backoffs are cleared every so many heartbeats; js-libp2p fixes it and does not export it. */
const BACKOFF_CLEARING_HEARTBEATS = 15;

export class RouterSleep {
  private readonly router: GossipSubInternals;
  private readonly clock: VirtualClock;
  private readonly relay: number;
  private readonly scores: ScoreSleep;
  private readonly awake: Uint8Array;
  private readonly heartbeat: SuspendedTimer;
  private isAsleep = false;
  /** Whether messages may lie in the window: found out where they come in, since most of the time there are none. */
  private hasHistory = false;

  /** `awake` is told of each relay whether its router is, by 1 and 0. */
  constructor(router: GossipSubInternals, clock: VirtualClock, relay: number, awake: Uint8Array) {
    this.router = router;
    this.clock = clock;
    this.relay = relay;
    this.awake = awake;
    awake[relay] = 1;
    this.heartbeat = new SuspendedTimer(clock, relay, router.opts.heartbeatInterval * 1000);
    this.scores = new ScoreSleep(router, clock, relay);
  }

  /** Asked when a timer of this relay comes due: whether its callback should run. */
  admits(timer: VirtualTimer): boolean {
    const { router } = this;
    if (timer.callback === router.runHeartbeat) {
      this.lookAtHistory();
      if (this.suspendHeartbeat()) return false;
    } else if (timer === router.score._backgroundInterval) return this.scores.admitsDecay(timer);
    this.wake();
    return true;
  }

  /** A timer that the process has missed while it stood still comes due now: its callback runs in any case. */
  runsLate(): void {
    this.lookAtHistory();
    this.wake();
  }

  /** Catches up with the present and runs the heartbeat again; does nothing when awake. */
  wake(): void {
    if (this.isAsleep) this.resumeHeartbeat();
  }

  /** Runs the decay of scores too: timers that the process misses when it stands still find their rhythm anew. */
  wakeAll(): void {
    this.wake();
    this.scores.wake();
  }

  private suspendHeartbeat(): boolean {
    const { router, scores } = this;
    const tick = router.heartbeatTicks + 1;
    if (router.backoff.size !== 0 && tick % BACKOFF_CLEARING_HEARTBEATS === 0) return false;
    if (this.hasHistory && hasNews(router)) return false;
    if (!isQuiet(router) || !scores.isZero()) return false;
    router.heartbeatTicks = tick;
    beginAnew(router.peerhave);
    beginAnew(router.iasked);
    beginAnew(router.iwantCounts);
    beginAnew(router.idontwantCounts);
    this.shiftHistory(1);
    this.awake[this.relay] = 0;
    this.heartbeat.begin();
    this.isAsleep = true;
    return true;
  }

  private resumeHeartbeat(): void {
    const { router, clock, scores, heartbeat } = this;
    this.isAsleep = false;
    this.awake[this.relay] = 1;
    const sinceUs = heartbeat.lastUs;
    const missed = heartbeat.reckon();
    atTime(clock, heartbeat.lastUs, () => {
      scores.askedByHeartbeat(router);
      pruneCaches(router);
    });
    if (missed > 0) {
      const firstTick = router.heartbeatTicks + 1;
      router.heartbeatTicks += missed;
      this.shiftHistory(missed);
      scores.tidy();
      this.clearMissedBackoff(sinceUs, heartbeat.periodUs, firstTick);
    }
    if (router.idontwants.size !== 0) forgetIdontwants(router);
    // As runHeartbeat would have set it; in the relay's name, whatever event is waking it.
    router.status.heartbeatTimeout = clock.startTimer(router.runHeartbeat, heartbeat.waitUs);
  }

  /** What has come since the last heartbeat lies in the first place. */
  private lookAtHistory(): void {
    if (this.router.mcache.history[0].length !== 0) this.hasHistory = true;
  }

  /** Moves the window of messages on, as so many heartbeats do. */
  private shiftHistory(heartbeats: number): void {
    const { mcache } = this.router;
    for (let done = 0; done < heartbeats && this.hasHistory; done++) {
      mcache.shift();
      this.hasHistory = mcache.history.some(({ length }) => length !== 0);
    }
  }

  /** Drops expired backoffs as of the last missed heartbeat that would have looked at them. */
  private clearMissedBackoff(sinceUs: number, periodUs: number, firstTick: number): void {
    const { router, clock } = this;
    const lastTick = router.heartbeatTicks;
    const clearingTick = lastTick - (lastTick % BACKOFF_CLEARING_HEARTBEATS);
    if (router.backoff.size === 0 || clearingTick < firstTick) return;
    router.heartbeatTicks = clearingTick;
    atTime(clock, sinceUs + (clearingTick - firstTick + 1) * periodUs, () => router.clearBackoff());
    router.heartbeatTicks = lastTick;
  }
}

/** Whether there are messages that a heartbeat would gossip about. */
function hasNews({ mcache }: GossipSubInternals): boolean {
  for (let window = 0; window < mcache.gossip; window++) if (mcache.history[window].length !== 0) return true;
  return false;
}

/** Whether a heartbeat now would send nothing and hold nothing against anybody, if there are no news and all scores are zero. */
function isQuiet(router: GossipSubInternals): boolean {
  if (router.gossipTracer.promises.size !== 0) return false;
  if (router.gossip.size !== 0 || router.control.size !== 0) return false;
  if (router.fanout.size !== 0 || router.direct.size !== 0) return false;
  return meshIsContent(router);
}

/** To clear a map that is empty allocates a new one. */
function beginAnew(counters: GossipSubInternals['peerhave']): void {
  if (counters.size !== 0) counters.clear();
}

/** Drops what has expired; ids of own messages are among those that were seen. */
function pruneCaches({ seenCache, publishedMessageIds, gossipTracer }: GossipSubInternals): void {
  if (seenCache.size === 0) return;
  seenCache.prune();
  publishedMessageIds.prune();
  gossipTracer.prune();
}

/** Forgets each IDONTWANT that is as old as the window of messages. */
function forgetIdontwants({ idontwants, heartbeatTicks, opts }: GossipSubInternals): void {
  for (const ticks of idontwants.values()) {
    for (const [id, tick] of ticks) if (heartbeatTicks - tick >= opts.mcacheLength) ticks.delete(id);
  }
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
