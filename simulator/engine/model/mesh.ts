/**
 * The mesh: whom each relay hands messages on to, kept as js-libp2p 17.1.1 keeps it.
 *
 * A relay that hears a peer's subscription grafts it at once while its mesh is small; heartbeats fill and thin the
 * mesh. Heartbeats that would change nothing are not planned. Where js-libp2p shuffles, the model draws the numbers
 * that the real router of that relay would draw at that heartbeat, so that both come to the same mesh.
 *
 * Scores are left out: all peers are honest and score 0, so none is dropped, and opportunistic grafting, which looks
 * for peers above the median score, finds none.
 */

import { EVENT_KIND } from '../event-random.ts';
import type { GossipsubPlan } from '../../scenario/scenario.ts';
import { PRUNE_BACKOFF_MS } from './rpc-sizes.ts';
import { EVENT, type World } from './world.ts';

/** js-libp2p clears expired backoffs at every so many heartbeats, and one heartbeat late (BACKOFF_SLACK). */
const BACKOFF_CLEARING_BEATS = 15;

/** A list of places for every relay, in the order in which they were added. */
class PlaceLists {
  readonly size: Uint16Array;
  private readonly starts: Uint32Array;
  private readonly items: Uint16Array;

  constructor(starts: Uint32Array, relays: number, places: number) {
    this.starts = starts;
    this.size = new Uint16Array(relays);
    this.items = new Uint16Array(places);
  }

  at(relay: number, index: number): number {
    const start = this.starts[relay];
    return start + this.items[start + index];
  }

  add(relay: number, place: number): void {
    const start = this.starts[relay];
    this.items[start + this.size[relay]++] = place - start;
  }

  remove(relay: number, place: number): void {
    const { items } = this;
    const start = this.starts[relay];
    const end = start + --this.size[relay];
    let at = start;
    while (items[at] !== place - start) at++;
    for (; at < end; at++) items[at] = items[at + 1];
  }
}

export class Mesh {
  /** Peers whose subscription the relay has heard, in that order. */
  readonly subscribers: PlaceLists;
  readonly members: PlaceLists;
  private readonly world: World;
  private readonly plan: GossipsubPlan;
  private readonly isMember: Uint8Array;
  private readonly isSubscriber: Uint8Array;
  /** When the relay's own stream to the peer is open, microseconds. */
  private readonly openUs: Uint32Array;
  /** Subscribers that the relay has dialled. */
  private readonly dialledSubscribers: Uint16Array;
  private readonly isBeatPlanned: Uint8Array;
  /** When backoffs end, milliseconds; by place. */
  private readonly backoffMs = new Map<number, number>();
  private readonly shuffled: number[] = [];

  constructor(world: World, plan: GossipsubPlan, openUs: Uint32Array) {
    const { starts, relays, places } = world.links;
    this.world = world;
    this.plan = plan;
    this.openUs = openUs;
    this.subscribers = new PlaceLists(starts, relays, places);
    this.members = new PlaceLists(starts, relays, places);
    this.isMember = new Uint8Array(places);
    this.isSubscriber = new Uint8Array(places);
    this.dialledSubscribers = new Uint16Array(relays);
    this.isBeatPlanned = new Uint8Array(relays);
  }

  hearSubscription(nowUs: number, relay: number, place: number): void {
    const { links, sizes } = this.world;
    if (this.isSubscriber[place] === 0) {
      this.isSubscriber[place] = 1;
      this.subscribers.add(relay, place);
      this.dialledSubscribers[relay] += links.isDialled[place];
    }
    const hasRoom = this.members.size[relay] < this.plan.Dlo && this.isMember[place] === 0;
    if (hasRoom && this.openUs[place] <= nowUs && !this.isBackedOff(nowUs, relay, place)) {
      this.join(relay, place);
      this.world.send(nowUs, relay, place, EVENT.graft, sizes.graftBytes);
    }
    this.lookAfter(nowUs, relay);
  }

  hearGraft(nowUs: number, relay: number, place: number): void {
    const { world } = this;
    if (this.isMember[place] === 1) return;
    const backoffMs = this.backoffMs.get(place);
    const isEarly = backoffMs !== undefined && !this.isExpired(nowUs, relay, backoffMs) && nowMs(nowUs) < backoffMs;
    const isFull = this.members.size[relay] >= this.plan.Dhi && world.links.isDialled[place] === 0;
    if (isEarly) world.counters.penalties++;
    if (isEarly || isFull) {
      this.backOff(nowUs, place);
      world.send(nowUs, relay, place, EVENT.prune, world.sizes.pruneBytes);
    } else this.join(relay, place);
    this.lookAfter(nowUs, relay);
  }

  hearPrune(nowUs: number, relay: number, place: number): void {
    if (this.isMember[place] === 1) this.part(relay, place);
    this.backOff(nowUs, place);
    this.lookAfter(nowUs, relay);
  }

  /** Plans the relay's next heartbeat, unless it is planned. */
  planBeat(nowUs: number, relay: number): void {
    if (this.isBeatPlanned[relay] === 1) return;
    this.isBeatPlanned[relay] = 1;
    const { calendar } = this.world;
    calendar.push(this.world.nextBeatUs(relay, nowUs), relay, 0, relay, EVENT.heartbeat);
  }

  /**
   * Maintains the mesh at a heartbeat. `gossips` says whether the relay has something to tell: then the answer holds the
   * peers that it may tell, in the order of the shuffle.
   */
  beat(nowUs: number, relay: number, gossips: boolean): readonly number[] {
    this.isBeatPlanned[relay] = 0;
    const { shuffled } = this;
    shuffled.length = 0;
    if (!gossips && !this.wantsBeat(relay)) return shuffled;
    const { world, plan, members, subscribers } = this;
    const { isDialled } = world.links;
    world.random.reseed(relay, nowUs, EVENT_KIND.timer);
    for (let i = 0; i < subscribers.size[relay]; i++) shuffled.push(subscribers.at(relay, i));
    shuffle(shuffled, world.random.random);
    const others = shuffled.filter((place) => this.isMember[place] === 0 && this.openUs[place] <= nowUs);
    let gossiped = others;
    const candidates = others.filter((place) => !this.isBackedOff(nowUs, relay, place));
    const pruned: number[] = [];
    const grafted: number[] = [];
    const graft = (place: number): void => {
      this.join(relay, place);
      grafted.push(place);
    };
    if (members.size[relay] < plan.Dlo) {
      for (const place of candidates.splice(0, plan.D - members.size[relay])) graft(place);
    }
    if (members.size[relay] > plan.Dhi) {
      for (const place of this.excess(relay)) {
        this.backOff(nowUs, place);
        this.part(relay, place);
        pruned.push(place);
      }
    }
    if (members.size[relay] >= plan.Dlo) {
      let lacking = plan.Dout - this.countDialled(relay);
      for (const place of candidates) {
        if (lacking <= 0) break;
        if (isDialled[place] === 0) continue;
        graft(place);
        lacking--;
      }
    }
    if (grafted.length > 0) gossiped = others.filter((place) => this.isMember[place] === 0);
    for (const place of grafted) world.send(nowUs, relay, place, EVENT.graft, world.sizes.graftBytes);
    for (const place of pruned) world.send(nowUs, relay, place, EVENT.prune, world.sizes.pruneBytes);
    this.lookAfter(nowUs, relay);
    return pruned.length > 0 ? [...gossiped, ...pruned] : gossiped;
  }

  /** Subscribers outside the mesh. */
  countOthers(relay: number): number {
    return this.subscribers.size[relay] - this.members.size[relay];
  }

  isInMesh(place: number): boolean {
    return this.isMember[place] === 1;
  }

  isOpen(place: number, nowUs: number): boolean {
    return this.openUs[place] <= nowUs;
  }

  /** Members beyond D, after Dscore of them in the order of score (which is that of joining) and a shuffle of the rest. */
  private excess(relay: number): readonly number[] {
    const { plan, members, world } = this;
    const { isDialled } = world.links;
    const all = Array.from({ length: members.size[relay] }, (_unused, i) => members.at(relay, i));
    const order = [...all.slice(0, plan.Dscore), ...shuffle(all.slice(plan.Dscore), world.random.random)];
    const outbound = order.slice(0, plan.D).filter((place) => isDialled[place] === 1).length;
    if (outbound < plan.Dout) bubbleUp(order, plan.D, outbound, (place) => isDialled[place] === 1);
    return order.slice(plan.D);
  }

  private join(relay: number, place: number): void {
    this.isMember[place] = 1;
    this.members.add(relay, place);
  }

  private part(relay: number, place: number): void {
    this.isMember[place] = 0;
    this.members.remove(relay, place);
  }

  private countDialled(relay: number): number {
    const { isDialled } = this.world.links;
    let count = 0;
    for (let i = 0; i < this.members.size[relay]; i++) count += isDialled[this.members.at(relay, i)];
    return count;
  }

  /** Plans a heartbeat where one would do something. */
  private lookAfter(nowUs: number, relay: number): void {
    if (this.isBeatPlanned[relay] === 0 && this.wantsBeat(relay)) this.planBeat(nowUs, relay);
  }

  private wantsBeat(relay: number): boolean {
    const { plan } = this;
    const size = this.members.size[relay];
    if (size > plan.Dhi) return true;
    if (this.subscribers.size[relay] <= size) return false;
    if (size < plan.Dlo) return true;
    const dialled = this.countDialled(relay);
    return dialled < plan.Dout && dialled < this.dialledSubscribers[relay];
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
