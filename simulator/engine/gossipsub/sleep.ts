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
  private heartbeat: SuspendedTimer | null = null;

  constructor(router: GossipSubInternals, clock: VirtualClock, relay: number) {
    this.router = router;
    this.clock = clock;
    this.relay = relay;
    this.scores = new ScoreSleep(router.score, clock, relay, router.opts.heartbeatInterval);
  }

  /** Asked when a timer of this relay comes due: whether its callback should run. */
  admits(timer: VirtualTimer): boolean {
    if (timer === this.router.score._backgroundInterval) return this.scores.admitsDecay(timer);
    if (timer.callback === this.router.runHeartbeat && this.suspendHeartbeat()) return false;
    this.wake();
    return true;
  }

  /** Catches up with the present and runs the heartbeat again; does nothing when awake. */
  wake(): void {
    if (this.heartbeat !== null) this.resumeHeartbeat(this.heartbeat);
  }

  /** Runs the decay of scores too: timers that the process misses when it stands still find their rhythm anew. */
  wakeAll(): void {
    this.wake();
    this.scores.wake();
  }

  private suspendHeartbeat(): boolean {
    const { router, clock, scores } = this;
    const tick = router.heartbeatTicks + 1;
    if (router.backoff.size !== 0 && tick % BACKOFF_CLEARING_HEARTBEATS === 0) return false;
    if (!isQuiet(router) || !scores.isZero()) return false;
    router.heartbeatTicks = tick;
    router.peerhave.clear();
    router.iasked.clear();
    router.iwantCounts.clear();
    router.idontwantCounts.clear();
    shiftHistory(router, 1);
    this.heartbeat = new SuspendedTimer(clock, this.relay, router.opts.heartbeatInterval * 1000);
    return true;
  }

  private resumeHeartbeat(heartbeat: SuspendedTimer): void {
    const { router, clock, scores } = this;
    this.heartbeat = null;
    const sinceUs = heartbeat.lastUs;
    const missed = heartbeat.reckon();
    atTime(clock, heartbeat.lastUs, () => {
      scores.askedByHeartbeat(router);
      router.seenCache.prune();
      router.publishedMessageIds.prune();
      router.gossipTracer.prune();
    });
    if (missed > 0) {
      const firstTick = router.heartbeatTicks + 1;
      router.heartbeatTicks += missed;
      shiftHistory(router, missed);
      scores.tidy();
      this.clearMissedBackoff(sinceUs, heartbeat.periodUs, firstTick);
    }
    forgetIdontwants(router);
    // As runHeartbeat would have set it; in the relay's name, whatever event is waking it.
    router.status.heartbeatTimeout = clock.startTimer(router.runHeartbeat, heartbeat.waitUs);
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

/** Whether a heartbeat now would send nothing and hold nothing against anybody, if all scores are zero. */
function isQuiet(router: GossipSubInternals): boolean {
  const { mcache } = router;
  if (router.gossipTracer.promises.size !== 0) return false;
  if (router.gossip.size !== 0 || router.control.size !== 0) return false;
  if (router.fanout.size !== 0 || router.direct.size !== 0) return false;
  for (let window = 0; window < mcache.gossip; window++)
    if (mcache.history[window].length !== 0) return false;
  return meshIsContent(router);
}

/** Moves the window of messages on, as so many heartbeats do. */
function shiftHistory({ mcache }: GossipSubInternals, heartbeats: number): void {
  const { history } = mcache;
  for (let done = 0; done < heartbeats && history.some(({ length }) => length > 0); done++) mcache.shift();
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
