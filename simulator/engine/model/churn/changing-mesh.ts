/**
 * The mesh where links come and go: lists of members and subscribers that lose whoever goes.
 *
 * A relay's router opens one stream after the other, a round trip each; when a stream will be open is reckoned as the
 * link comes up, and the subscription that follows it is an event at the peer.
 */

import type { GossipsubPlan } from '../../../scenario/scenario.ts';
import { NEGOTIATION_BYTES } from '../../gossipsub/negotiation.ts';
import {
  BEAT_PLANNED,
  COUNTS,
  DIALLED,
  DIALLED_MEMBERS,
  DIALLED_SUBSCRIBERS,
  MEMBER,
  MEMBERS,
  MeshCare,
  SUBSCRIBERS,
} from '../mesh-care.ts';
import { EVENT, type World } from '../world.ts';
import { larger } from './changing-links.ts';

export class ChangingMesh extends MeshCare {
  private readonly members: number[][];
  private readonly subscribers: number[][];
  /** By place: when the relay's own stream to the peer is open. */
  private openUs: Float64Array;
  /** When a router has opened the streams that it is to open. */
  private readonly doneUs: Float64Array;
  /** When the heartbeat comes that is planned: another one is of a process that is gone. */
  private readonly beatAtUs: Float64Array;

  constructor(world: World, plan: GossipsubPlan) {
    super(world, plan);
    const { relays, places } = world.links;
    this.members = Array.from({ length: relays }, () => []);
    this.subscribers = Array.from({ length: relays }, () => []);
    this.openUs = new Float64Array(places);
    this.doneUs = new Float64Array(relays);
    this.beatAtUs = new Float64Array(relays);
  }

  override member(relay: number, index: number): number {
    return this.members[relay][index];
  }

  override subscriber(relay: number, index: number): number {
    return this.subscribers[relay][index];
  }

  /** Subscriptions are events: all that have come are noted. */
  override catchUp(): void {}

  override isOpen(place: number, nowUs: number): boolean {
    return this.openUs[place] <= nowUs;
  }

  override canSend(place: number, nowUs: number): boolean {
    return this.openUs[place] <= nowUs;
  }

  grow(places: number): void {
    this.openUs = larger(this.openUs, new Float64Array(places));
    this.flags = larger(this.flags, new Uint8Array(places));
  }

  /** A link of the relay has come up: its router opens a stream when those before it are open. */
  linkUp(nowUs: number, relay: number, place: number): void {
    const { world, doneUs } = this;
    const { peer, reverse, latencyUs, isDialled } = world.links;
    const { subscribe } = world.shapes;
    const [to, wayUs] = [peer[place], latencyUs[place]];
    this.flags[place] = isDialled[place] * DIALLED;
    const asksUs = Math.max(nowUs, doneUs[relay]);
    const askedUs = Math.ceil(asksUs + world.leaveUs(relay, NEGOTIATION_BYTES)) + wayUs;
    const openUs = Math.ceil(askedUs + world.leaveUs(to, NEGOTIATION_BYTES)) + wayUs;
    const toldUs = Math.ceil(openUs + world.leaveUs(relay, subscribe.bytes)) + wayUs;
    world.countNegotiation(asksUs, relay, askedUs, NEGOTIATION_BYTES);
    world.countNegotiation(askedUs, to, openUs, NEGOTIATION_BYTES);
    world.countFrame(openUs, relay, toldUs, to, subscribe);
    doneUs[relay] = openUs;
    this.openUs[place] = openUs;
    world.calendar.push(toldUs, to, reverse[place], relay, EVENT.subscription);
  }

  /** The link of a place is down. */
  linkDown(relay: number, place: number): void {
    const { counts, subscribers } = this;
    const at = relay * COUNTS;
    this.openUs[place] = Number.POSITIVE_INFINITY;
    if (this.isInMesh(place)) this.part(relay, place);
    const index = subscribers[relay].indexOf(place);
    if (index < 0) return;
    subscribers[relay].splice(index, 1);
    counts[at + SUBSCRIBERS]--;
    if (this.isDialled(place)) counts[at + DIALLED_SUBSCRIBERS]--;
  }

  /** A peer's link has closed while others are open: the relay may want another member. */
  looksAfter(nowUs: number, relay: number): void {
    this.lookAfter(nowUs, relay);
  }

  /** All links of the relay are down: its router opens no more streams. */
  wentOffline(nowUs: number, relay: number): void {
    this.doneUs[relay] = nowUs;
  }

  /** The relay has a new process, whose heartbeats begin anew; it remembers no peer. */
  restarted(relay: number): void {
    this.counts[relay * COUNTS + BEAT_PLANNED] = 0;
    this.beatAtUs[relay] = 0;
    const first = relay * this.world.links.relays;
    if (this.backoffMs.size === 0) return;
    for (const key of this.backoffMs.keys())
      if (key >= first && key < first + this.world.links.relays) this.backoffMs.delete(key);
  }

  /** Whether this is the heartbeat that was planned last. */
  isDue(nowUs: number, relay: number): boolean {
    return this.beatAtUs[relay] === nowUs;
  }

  override planBeat(nowUs: number, relay: number): void {
    if (this.counts[relay * COUNTS + BEAT_PLANNED] === 1) return;
    this.beatAtUs[relay] = this.world.nextBeatUs(relay, nowUs);
    super.planBeat(nowUs, relay);
  }

  /** A relay hears that the peer at a place subscribes. */
  hearSubscription(nowUs: number, relay: number, place: number): void {
    const { counts, plan, world } = this;
    const at = relay * COUNTS;
    this.subscribers[relay].push(place);
    counts[at + SUBSCRIBERS]++;
    if (this.isDialled(place)) counts[at + DIALLED_SUBSCRIBERS]++;
    const hasRoom = counts[at + MEMBERS] < plan.Dlo && !this.isInMesh(place);
    if (hasRoom && this.isOpen(place, nowUs) && !this.isBackedOff(nowUs, relay, place)) {
      this.join(relay, place);
      world.send(nowUs, relay, place, EVENT.graft, world.shapes.graft);
    }
    this.lookAfter(nowUs, relay);
  }

  protected override backoffKey(relay: number, place: number): number {
    const { relays, peer } = this.world.links;
    return relay * relays + peer[place];
  }

  protected override join(relay: number, place: number): void {
    this.flags[place] |= MEMBER;
    this.members[relay].push(place);
    this.counts[relay * COUNTS + MEMBERS]++;
    if (this.isDialled(place)) this.counts[relay * COUNTS + DIALLED_MEMBERS]++;
  }

  protected override part(relay: number, place: number): void {
    const { counts, members } = this;
    this.flags[place] &= ~MEMBER;
    members[relay].splice(members[relay].indexOf(place), 1);
    counts[relay * COUNTS + MEMBERS]--;
    if (this.isDialled(place)) counts[relay * COUNTS + DIALLED_MEMBERS]--;
  }

  protected override lookAfter(nowUs: number, relay: number): void {
    if (this.wantsBeat(relay)) this.planBeat(nowUs, relay);
  }
}
