/**
 * The mesh: whom each relay hands messages on to, kept as js-libp2p 17.1.1 keeps it.
 *
 * A relay that hears a peer's subscription grafts it at once while its mesh is small; heartbeats fill and thin the
 * mesh. Subscriptions that a relay would only note, and heartbeats that would change nothing, cost no events. Where js-libp2p shuffles, the model draws the numbers
 * that the real router of that relay would draw at that heartbeat, so that both come to the same mesh.
 *
 * Scores are left out: all peers are honest and score 0, so none is dropped, and opportunistic grafting, which looks
 * for peers above the median score, finds none.
 */

import type { GossipsubPlan } from '../../scenario/scenario.ts';
import { EVENT_KIND } from '../event-random.ts';
import { type LinksUp, placesInOrder } from './links-come-up.ts';
import { PRUNE_BACKOFF_MS } from './rpc-sizes.ts';
import { EVENT, type World } from './world.ts';

/** js-libp2p clears expired backoffs at every so many heartbeats, and one heartbeat late (BACKOFF_SLACK). */
const BACKOFF_CLEARING_BEATS = 15;

/** What is known of the peer at a place. */
const MEMBER = 1;
const DIALLED = 2;

/** Counts of a relay lie together in memory. */
const COUNTS = 8;
const MEMBERS = 0;
const SUBSCRIBERS = 1;
const DIALLED_MEMBERS = 2;
const DIALLED_SUBSCRIBERS = 3;
const BEAT_PLANNED = 4;
const HEARING_PLANNED = 5;

export class Mesh {
  private readonly world: World;
  private readonly plan: GossipsubPlan;
  private readonly starts: Uint32Array;
  /** When the relay's own stream to the peer is open, microseconds. */
  private openUs: Uint32Array;
  /** When the relay hears that the peer subscribes, microseconds. */
  private heardUs: Uint32Array;
  /** Whether all streams are open and all subscriptions heard. */
  private isSettled = false;
  private readonly flags: Uint8Array;
  private readonly counts: Uint16Array;
  /** Each relay's members and subscribers in the order in which they came, as the numbers of its places, in turn. */
  private readonly lists: Uint16Array;
  /** When backoffs end, milliseconds; by place. */
  private readonly backoffMs = new Map<number, number>();
  private readonly shuffled: number[] = [];

  constructor(world: World, plan: GossipsubPlan, { openUs, heardUs }: LinksUp) {
    const { starts, relays, places, isDialled } = world.links;
    this.world = world;
    this.plan = plan;
    this.starts = starts;
    this.openUs = openUs;
    this.heardUs = heardUs;
    this.flags = isDialled.map((dialled) => dialled * DIALLED);
    this.counts = new Uint16Array(relays * COUNTS);
    this.lists = new Uint16Array(2 * places);
    for (let relay = 0; relay < relays; relay++) {
      const start = starts[relay];
      let at = 2 * start + 1;
      for (const place of placesInOrder(heardUs, start, starts[relay + 1])) {
        this.lists[at] = place - start;
        at += 2;
      }
      this.lookAfter(0, relay);
    }
  }

  /** Gives up the columns that the set-up of links needed, by place, if it is over: for others to fill. */
  forgetSetUp(nowUs: number): readonly Uint32Array[] {
    const { openUs, heardUs } = this;
    const isOver = (timeUs: number): boolean => timeUs <= nowUs;
    if (!openUs.every(isOver) || !heardUs.every(isOver)) return [];
    for (let relay = 0; relay < this.world.links.relays; relay++) this.catchUp(nowUs, relay);
    this.isSettled = true;
    this.openUs = this.heardUs = new Uint32Array(0);
    return [openUs, heardUs];
  }

  countMembers(relay: number): number {
    return this.counts[relay * COUNTS + MEMBERS];
  }

  countSubscribers(relay: number): number {
    return this.counts[relay * COUNTS + SUBSCRIBERS];
  }

  /** The place of a member of the relay's mesh, in the order of joining. */
  member(relay: number, index: number): number {
    const start = this.starts[relay];
    return start + this.lists[2 * (start + index)];
  }

  /** The place of a peer that has subscribed, in the order of hearing it. */
  subscriber(relay: number, index: number): number {
    const start = this.starts[relay];
    return start + this.lists[2 * (start + index) + 1];
  }

  /** A relay with room in its mesh hears the next subscription. */
  hearSubscription(nowUs: number, relay: number): void {
    const { counts, flags } = this;
    const at = relay * COUNTS;
    counts[at + HEARING_PLANNED] = 0;
    for (let place = this.hearNext(nowUs, relay); place >= 0; place = this.hearNext(nowUs, relay)) {
      const hasRoom = counts[at + MEMBERS] < this.plan.Dlo && (flags[place] & MEMBER) === 0;
      if (!hasRoom || !this.isOpen(place, nowUs) || this.isBackedOff(nowUs, relay, place)) continue;
      this.join(relay, place);
      this.world.send(nowUs, relay, place, EVENT.graft, this.world.shapes.graft);
    }
    this.lookAfter(nowUs, relay);
  }

  /** Notes all subscriptions that the relay has heard by now. */
  catchUp(nowUs: number, relay: number): void {
    while (this.hearNext(nowUs, relay) >= 0);
  }

  /** Notes the next subscription that the relay has heard by now; the place of the peer, or -1. */
  private hearNext(nowUs: number, relay: number): number {
    const place = this.nextSubscriber(relay);
    if (place < 0 || this.heardUs[place] > nowUs) return -1;
    const at = relay * COUNTS;
    this.counts[at + SUBSCRIBERS]++;
    if (this.isDialled(place)) this.counts[at + DIALLED_SUBSCRIBERS]++;
    return place;
  }

  /** The place of the peer whose subscription is the next to be heard; -1 where all have been. */
  private nextSubscriber(relay: number): number {
    const known = this.counts[relay * COUNTS + SUBSCRIBERS];
    return this.starts[relay] + known < this.starts[relay + 1] ? this.subscriber(relay, known) : -1;
  }

  hearGraft(nowUs: number, relay: number, place: number): void {
    const { world } = this;
    if (this.isInMesh(place)) return;
    this.catchUp(nowUs, relay);
    const backoffMs = this.backoffMs.get(place);
    const isEarly =
      backoffMs !== undefined && !this.isExpired(nowUs, relay, backoffMs) && nowMs(nowUs) < backoffMs;
    const isFull = this.countMembers(relay) >= this.plan.Dhi && !this.isDialled(place);
    if (isEarly) world.counters.penalties++;
    if (isEarly || isFull) {
      this.backOff(nowUs, place);
      world.send(nowUs, relay, place, EVENT.prune, world.shapes.prune);
    } else this.join(relay, place);
    this.lookAfter(nowUs, relay);
  }

  hearPrune(nowUs: number, relay: number, place: number): void {
    this.catchUp(nowUs, relay);
    if (this.isInMesh(place)) this.part(relay, place);
    this.backOff(nowUs, place);
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
   * Maintains the mesh at a heartbeat. `gossips` says whether the relay has something to tell: then the answer holds the
   * peers that it may tell, in the order of the shuffle.
   */
  beat(nowUs: number, relay: number, gossips: boolean): readonly number[] {
    this.counts[relay * COUNTS + BEAT_PLANNED] = 0;
    this.catchUp(nowUs, relay);
    const { shuffled } = this;
    shuffled.length = 0;
    if (!gossips && !this.wantsBeat(relay)) {
      this.lookAfter(nowUs, relay);
      return shuffled;
    }
    const { world, plan } = this;
    world.random.reseed(relay, nowUs, EVENT_KIND.timer);
    const subscribers = this.countSubscribers(relay);
    for (let i = 0; i < subscribers; i++) shuffled.push(this.subscriber(relay, i));
    shuffle(shuffled, world.random.random);
    const others = shuffled.filter((place) => !this.isInMesh(place) && this.isOpen(place, nowUs));
    let gossiped = others;
    const candidates =
      this.backoffMs.size === 0
        ? [...others]
        : others.filter((place) => !this.isBackedOff(nowUs, relay, place));
    const pruned: number[] = [];
    const grafted: number[] = [];
    const graft = (place: number): void => {
      this.join(relay, place);
      grafted.push(place);
    };
    if (this.countMembers(relay) < plan.Dlo) {
      for (const place of candidates.splice(0, plan.D - this.countMembers(relay))) graft(place);
    }
    if (this.countMembers(relay) > plan.Dhi) {
      for (const place of this.excess(relay)) {
        this.backOff(nowUs, place);
        this.part(relay, place);
        pruned.push(place);
      }
    }
    if (this.countMembers(relay) >= plan.Dlo) {
      let lacking = plan.Dout - this.counts[relay * COUNTS + DIALLED_MEMBERS];
      for (const place of candidates) {
        if (lacking <= 0) break;
        if (!this.isDialled(place)) continue;
        graft(place);
        lacking--;
      }
    }
    if (grafted.length > 0) gossiped = others.filter((place) => !this.isInMesh(place));
    for (const place of grafted) world.send(nowUs, relay, place, EVENT.graft, world.shapes.graft);
    for (const place of pruned) world.send(nowUs, relay, place, EVENT.prune, world.shapes.prune);
    this.lookAfter(nowUs, relay);
    return pruned.length > 0 ? [...gossiped, ...pruned] : gossiped;
  }

  isInMesh(place: number): boolean {
    return (this.flags[place] & MEMBER) !== 0;
  }

  isOpen(place: number, nowUs: number): boolean {
    return this.isSettled || this.openUs[place] <= nowUs;
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

  private isDialled(place: number): boolean {
    return (this.flags[place] & DIALLED) !== 0;
  }

  /** Members beyond D, after Dscore of them in the order of score (which is that of joining) and a shuffle of the rest. */
  private excess(relay: number): readonly number[] {
    const { plan, world } = this;
    const isDialled = (place: number): boolean => this.isDialled(place);
    const all = Array.from({ length: this.countMembers(relay) }, (_unused, i) => this.member(relay, i));
    const order = [...all.slice(0, plan.Dscore), ...shuffle(all.slice(plan.Dscore), world.random.random)];
    const outbound = order.slice(0, plan.D).filter(isDialled).length;
    if (outbound < plan.Dout) bubbleUp(order, plan.D, outbound, isDialled);
    return order.slice(plan.D);
  }

  private join(relay: number, place: number): void {
    const { counts } = this;
    const at = relay * COUNTS;
    const start = this.starts[relay];
    this.flags[place] |= MEMBER;
    this.lists[2 * (start + counts[at + MEMBERS]++)] = place - start;
    if (this.isDialled(place)) counts[at + DIALLED_MEMBERS]++;
  }

  private part(relay: number, place: number): void {
    const { counts, lists } = this;
    const at = relay * COUNTS;
    const start = this.starts[relay];
    this.flags[place] &= ~MEMBER;
    const end = start + --counts[at + MEMBERS];
    let index = start;
    while (lists[2 * index] !== place - start) index++;
    for (; index < end; index++) lists[2 * index] = lists[2 * (index + 1)];
    if (this.isDialled(place)) counts[at + DIALLED_MEMBERS]--;
  }

  /** Plans what may change the mesh next: a heartbeat, or the next subscription. */
  private lookAfter(nowUs: number, relay: number): void {
    const { counts, plan } = this;
    const at = relay * COUNTS;
    const next = this.nextSubscriber(relay);
    const lacksDialled = counts[at + DIALLED_MEMBERS] < plan.Dout;
    const isSmall = counts[at + MEMBERS] < plan.Dlo;
    if (this.wantsBeat(relay) || (next >= 0 && !isSmall && lacksDialled)) this.planBeat(nowUs, relay);
    if (next < 0 || !isSmall || counts[at + HEARING_PLANNED] === 1) return;
    counts[at + HEARING_PLANNED] = 1;
    this.world.calendar.push(
      this.heardUs[next],
      relay,
      next,
      this.world.links.peer[next],
      EVENT.subscription,
    );
  }

  private backOff(nowUs: number, place: number): void {
    this.backoffMs.set(place, nowMs(nowUs) + PRUNE_BACKOFF_MS);
  }

  /** Whether the router still remembers a backoff, over or not: it forgets them at some heartbeats only. */
  private isBackedOff(nowUs: number, relay: number, place: number): boolean {
    const untilMs = this.backoffMs.get(place);
    if (untilMs === undefined) return false;
    if (!this.isExpired(nowUs, relay, untilMs)) return true;
    this.backoffMs.delete(place);
    return false;
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

/** js-libp2p's shuffle, draw for draw. */
export function shuffle(items: number[], random: () => number): number[] {
  if (items.length <= 1) return items;
  for (let i = 0; i < items.length; i++) {
    const j = Math.floor(random() * items.length);
    const item = items[i];
    items[i] = items[j];
    items[j] = item;
  }
  return items;
}

/** Date.now of a router, counted from virtual time zero. */
function nowMs(nowUs: number): number {
  return Math.floor(nowUs / 1000);
}
