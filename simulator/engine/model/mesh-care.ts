/**
 * The mesh: whom each relay hands messages on to, cared for as js-libp2p 17.1.1 cares for it.
 *
 * Heartbeats fill and thin the mesh; heartbeats that would change nothing cost no events. Where js-libp2p shuffles, the
 * model draws the numbers that the real router of that relay would draw at that heartbeat, so that both come to the same
 * mesh. Where the lists of members and subscribers lie is for those to say who know whether links stay (mesh.ts,
 * churn/changing-mesh.ts).
 *
 * Scores are left out: all peers are honest and score 0, so none is dropped, and opportunistic grafting, which looks
 * for peers above the median score, finds none.
 */

import type { GossipsubPlan } from '../../scenario/scenario.ts';
import { EVENT_KIND } from '../event-random.ts';
import { DIALLED, MEMBER } from './link-table.ts';
import { PRUNE_BACKOFF_MS } from './rpc-sizes.ts';
import { TimesByKey } from './times-by-key.ts';
import { EVENT, type World } from './world.ts';

/** js-libp2p clears expired backoffs at every so many heartbeats, and one heartbeat late (BACKOFF_SLACK). */
const BACKOFF_CLEARING_BEATS = 15;

/** Counts of a relay lie together in memory. */
export const COUNTS = 8;
export const MEMBERS = 0;
export const SUBSCRIBERS = 1;
export const DIALLED_MEMBERS = 2;
export const DIALLED_SUBSCRIBERS = 3;
export const BEAT_PLANNED = 4;
export const HEARING_PLANNED = 5;

/** Room for so many places is there for a heartbeat, until a relay has more. */
const FIRST_PLACES = 256;

export abstract class MeshCare {
  protected readonly world: World;
  protected readonly plan: GossipsubPlan;
  /** Those of the links. */
  protected flags: Uint8Array;
  protected readonly counts: Uint16Array;
  /** When backoffs end, milliseconds; by `backoffKey`. */
  protected readonly backoffMs = new TimesByKey();
  /** Places of those whom the relay may tell of messages at the heartbeat that was last, in the order of the shuffle. */
  told: Uint32Array = new Uint32Array(FIRST_PLACES);
  /** Of one heartbeat: filled anew by the next. */
  private shuffled = new Uint32Array(FIRST_PLACES);
  private readonly grafted: number[] = [];

  protected constructor(world: World, plan: GossipsubPlan) {
    const { relays, flags } = world.links;
    this.world = world;
    this.plan = plan;
    this.flags = flags;
    this.counts = new Uint16Array(relays * COUNTS);
  }

  /** The place of a member of the relay's mesh, in the order of joining. */
  abstract member(relay: number, index: number): number;
  /** The place of a peer that has subscribed, in the order of hearing it. */
  abstract subscriber(relay: number, index: number): number;
  /** Puts the places of all that have subscribed into a column with room for them, in the same order. */
  protected abstract putSubscribers(relay: number, into: Uint32Array): void;
  /** Notes all subscriptions that the relay has heard by now. */
  abstract catchUp(nowUs: number, relay: number): void;
  /** Whether the relay's own stream to the peer is open. */
  abstract isOpen(place: number, nowUs: number): boolean;
  /** The same where that may be another answer than yes while messages travel. */
  abstract canSend(place: number, nowUs: number): boolean;
  protected abstract join(relay: number, place: number): void;
  protected abstract part(relay: number, place: number): void;
  /** Plans what may change the mesh next. */
  protected abstract lookAfter(nowUs: number, relay: number): void;
  /** The same after a heartbeat. */
  protected lookAfterBeat(nowUs: number, relay: number): void {
    this.lookAfter(nowUs, relay);
  }
  /** What a router remembers a backoff by: its peer, whatever links there are. */
  protected abstract backoffKey(relay: number, place: number): number;

  countMembers(relay: number): number {
    return this.counts[relay * COUNTS + MEMBERS];
  }

  countSubscribers(relay: number): number {
    return this.counts[relay * COUNTS + SUBSCRIBERS];
  }

  hearGraft(nowUs: number, relay: number, place: number): void {
    const { world } = this;
    if (this.isInMesh(place)) return;
    this.catchUp(nowUs, relay);
    const backoffMs = this.backoffMs.get(this.backoffKey(relay, place));
    const isEarly = nowMs(nowUs) < backoffMs && !this.isExpired(nowUs, relay, backoffMs);
    const isFull = this.countMembers(relay) >= this.plan.Dhi && !this.isDialled(place);
    if (isEarly) world.counters.penalties++;
    if (isEarly || isFull) {
      this.backOff(nowUs, relay, place);
      this.tell(nowUs, relay, place, EVENT.prune);
    } else this.join(relay, place);
    this.lookAfter(nowUs, relay);
  }

  hearPrune(nowUs: number, relay: number, place: number): void {
    this.catchUp(nowUs, relay);
    if (this.isInMesh(place)) this.part(relay, place);
    this.backOff(nowUs, relay, place);
    this.lookAfter(nowUs, relay);
  }

  /** Plans the relay's next heartbeat, unless it is planned. */
  planBeat(nowUs: number, relay: number): void {
    if (this.counts[relay * COUNTS + BEAT_PLANNED] === 1) return;
    this.counts[relay * COUNTS + BEAT_PLANNED] = 1;
    const { calendar } = this.world;
    calendar.push(this.world.nextBeatUs(relay, nowUs), relay, 0, relay, EVENT.heartbeat);
  }

  /**
   * Maintains the mesh at a heartbeat. `gossips` says whether the relay has something to tell: then the answer is to how
   * many peers, which stand in `told`.
   */
  beat(nowUs: number, relay: number, gossips: boolean): number {
    this.counts[relay * COUNTS + BEAT_PLANNED] = 0;
    this.catchUp(nowUs, relay);
    if (!gossips && !this.wantsBeat(relay)) {
      this.lookAfterBeat(nowUs, relay);
      return 0;
    }
    const { world, plan, grafted } = this;
    world.random.reseed(relay, nowUs, EVENT_KIND.timer);
    let others = this.shuffleOthers(nowUs, relay);
    if (grafted.length > 0) grafted.length = 0;
    const members = this.countMembers(relay);
    const seen = members < plan.Dlo ? this.graft(nowUs, relay, 0, others, plan.D - members, false) : 0;
    const pruned = members > plan.Dhi ? this.excess(relay) : [];
    for (const place of pruned) {
      this.backOff(nowUs, relay, place);
      this.part(relay, place);
    }
    if (this.countMembers(relay) >= plan.Dlo)
      this.graft(nowUs, relay, seen, others, plan.Dout - this.counts[relay * COUNTS + DIALLED_MEMBERS], true);
    if (grafted.length > 0) others = this.keepOthers(this.told, others);
    for (const place of grafted) this.tell(nowUs, relay, place, EVENT.graft);
    for (const place of pruned) this.tell(nowUs, relay, place, EVENT.prune);
    this.lookAfterBeat(nowUs, relay);
    for (const place of pruned) this.told[others++] = place;
    return others;
  }

  /** Puts those that are open to the relay and no members into `told`, in random order; answers how many they are. */
  private shuffleOthers(nowUs: number, relay: number): number {
    const count = this.countSubscribers(relay);
    // Members that are pruned come behind them, whether they have subscribed or not.
    const room = count + this.countMembers(relay);
    if (room > this.told.length) {
      this.told = new Uint32Array(2 * room);
      this.shuffled = new Uint32Array(2 * room);
    }
    const { shuffled, told } = this;
    this.putSubscribers(relay, shuffled);
    this.world.random.shuffle(shuffled, count);
    let others = 0;
    for (let i = 0; i < count; i++) {
      const place = shuffled[i];
      if (!this.isInMesh(place) && this.isOpen(place, nowUs)) told[others++] = place;
    }
    return others;
  }

  /** Takes members out of the first places; answers how many are left. */
  private keepOthers(places: Uint32Array, count: number): number {
    let kept = 0;
    for (let i = 0; i < count; i++) if (!this.isInMesh(places[i])) places[kept++] = places[i];
    return kept;
  }

  /** At a heartbeat: lets so many of the others join, from one of them on; answers with the next one to look at. */
  private graft(
    nowUs: number,
    relay: number,
    from: number,
    others: number,
    count: number,
    isOfDialled: boolean,
  ): number {
    const { told, grafted } = this;
    let next = from;
    for (let left = count; left > 0 && next < others; next++) {
      const place = told[next];
      if ((isOfDialled && !this.isDialled(place)) || this.isBackedOff(nowUs, relay, place)) continue;
      this.join(relay, place);
      grafted.push(place);
      left--;
    }
    return next;
  }

  isInMesh(place: number): boolean {
    return (this.flags[place] & MEMBER) !== 0;
  }

  /** Whether a heartbeat would change the relay's mesh, as far as the relay knows before it. */
  wantsBeat(relay: number): boolean {
    const { plan, counts } = this;
    const at = relay * COUNTS;
    const members = counts[at + MEMBERS];
    if (members > plan.Dhi) return true;
    if (counts[at + SUBSCRIBERS] <= members) return false;
    if (members < plan.Dlo) return true;
    const dialled = counts[at + DIALLED_MEMBERS];
    return dialled < plan.Dout && dialled < counts[at + DIALLED_SUBSCRIBERS];
  }

  /** Grafts the peer at a place, or prunes it. */
  protected tell(nowUs: number, relay: number, place: number, kind: number): void {
    const { world } = this;
    world.send(nowUs, relay, place, kind, kind === EVENT.graft ? world.shapes.graft : world.shapes.prune);
  }

  protected isDialled(place: number): boolean {
    return (this.flags[place] & DIALLED) !== 0;
  }

  /** Members beyond D, after Dscore of them in the order of score (which is that of joining) and a shuffle of the rest. */
  private excess(relay: number): readonly number[] {
    const { plan, world } = this;
    const isDialled = (place: number): boolean => this.isDialled(place);
    const all = Array.from({ length: this.countMembers(relay) }, (_unused, i) => this.member(relay, i));
    const order = [...all.slice(0, plan.Dscore), ...world.random.shuffle(all.slice(plan.Dscore))];
    const outbound = order.slice(0, plan.D).filter(isDialled).length;
    if (outbound < plan.Dout) bubbleUp(order, plan.D, outbound, isDialled);
    return order.slice(plan.D);
  }

  private backOff(nowUs: number, relay: number, place: number): void {
    this.backoffMs.set(this.backoffKey(relay, place), nowMs(nowUs) + PRUNE_BACKOFF_MS);
  }

  /** Whether the router still remembers a backoff, over or not: it forgets them at some heartbeats only. */
  protected isBackedOff(nowUs: number, relay: number, place: number): boolean {
    const key = this.backoffKey(relay, place);
    const untilMs = this.backoffMs.get(key);
    if (Number.isNaN(untilMs)) return false;
    if (!this.isExpired(nowUs, relay, untilMs)) return true;
    this.backoffMs.delete(key);
    return false;
  }

  /** The heartbeat at which the router forgets a backoff that ends at `untilMs`. */
  protected forgottenAtUs(relay: number, untilMs: number): number {
    const { beatUs, firstBeatUs } = this.world;
    const endUs = untilMs * 1000 + beatUs;
    const beats = Math.max(1, Math.floor((endUs - firstBeatUs[relay]) / beatUs));
    let cleared = Math.ceil(beats / BACKOFF_CLEARING_BEATS) * BACKOFF_CLEARING_BEATS;
    const timeUs = (): number => firstBeatUs[relay] + (cleared - 1) * beatUs;
    while (!this.isExpired(timeUs(), relay, untilMs)) cleared += BACKOFF_CLEARING_BEATS;
    return timeUs();
  }

  private isExpired(nowUs: number, relay: number, untilMs: number): boolean {
    const { world } = this;
    const beats = world.beatsUntil(relay, nowUs);
    const cleared = beats - (beats % BACKOFF_CLEARING_BEATS);
    if (cleared === 0) return false;
    const clearedUs = world.firstBeatUs[relay] + (cleared - 1) * world.beatUs;
    return untilMs + world.beatUs / 1000 < nowMs(clearedUs);
  }
}

/** As js-libp2p does it: with dialled peers first, as many as D wants, which is more than Dout asks for. */
function bubbleUp(order: number[], D: number, outbound: number, isDialled: (place: number) => boolean): void {
  const rotate = (index: number): void => {
    order.unshift(...order.splice(index, 1));
  };
  let have = outbound;
  for (let i = 1; i < D && have > 0; i++) {
    if (!isDialled(order[i])) continue;
    rotate(i);
    have--;
  }
  let need = D - outbound;
  for (let i = D; i < order.length && need > 0; i++) {
    if (!isDialled(order[i])) continue;
    rotate(i);
    need--;
  }
}

/** Date.now of a router, counted from virtual time zero. */
function nowMs(nowUs: number): number {
  return Math.floor(nowUs / 1000);
}
