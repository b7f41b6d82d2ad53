/**
 * The mesh where links come and go: lists of members and subscribers that lose whoever goes.
 *
 * A relay's router knows a peer when identify has been answered. It opens one stream after the other then, a round trip
 * each, and tells each peer what it subscribes to. Who grafts whom is often a matter of microseconds there, since both
 * ends of a link open theirs at the same time.
 */

import type { GossipsubPlan } from '../../../scenario/scenario.ts';
import { IDENTIFY_ANSWER_BYTES, NEGOTIATION_BYTES } from '../../gossipsub/negotiation.ts';
import { MEMBER } from '../link-table.ts';
import {
  BEAT_PLANNED,
  COUNTS,
  DIALLED_MEMBERS,
  DIALLED_SUBSCRIBERS,
  MEMBERS,
  MeshCare,
  SUBSCRIBERS,
} from '../mesh-care.ts';
import { EVENT, type World } from '../world.ts';
import { larger } from './changing-links.ts';
import type { RelayLists } from './relay-lists.ts';
import type { RowList } from './row-lists.ts';
import { type Suitor, VainGrafts } from './vain-grafts.ts';

/** Backoffs are cleared at every fifteenth heartbeat, which are at most a minute apart. */
const FORGOTTEN_AFTER_MS = 20 * 60_000;
const NOBODY = -1;

export class ChangingMesh extends MeshCare {
  protected readonly members: RowList;
  protected readonly subscribers: RowList;
  /** By place: when the relay's own stream to the peer is open. */
  protected openUs: Float64Array<ArrayBuffer>;
  /** Places of the streams that each router is to open, the one that it is opening first. */
  protected readonly toOpen: RowList;
  /** When a router has opened all streams that it is to open, in quiet times. */
  protected readonly doneUs: Float64Array;
  /** When the heartbeat comes that is planned: another one is of a process that is gone. */
  protected readonly beatAtUs: Float64Array;
  /** When it was planned. */
  protected readonly beatPlannedUs: Float64Array;
  /** Who has a heartbeat now: what it hears meanwhile, in quiet times, it looks after at the end. */
  private beating = NOBODY;

  private readonly vain: VainGrafts;
  protected readonly subscribes: boolean;

  /** `subscribes` is false for routers that open their streams and take part in nothing. */
  constructor(world: World, plan: GossipsubPlan, seed: number, subscribes: boolean, lists: RelayLists) {
    super(world, plan);
    this.subscribes = subscribes;
    this.vain = new VainGrafts({
      world,
      plan,
      seed,
      forgottenAtUs: (relay, untilMs) => this.forgottenAtUs(relay, untilMs),
      noteRefusal: (relay, place, untilMs) => this.noteRefusal(relay, place, untilMs),
      wake: (relay, nextUs) => this.planBeatAt(nextUs, relay),
    });
    const { relays, places } = world.links;
    this.members = lists.members;
    this.subscribers = lists.subscribers;
    this.openUs = new Float64Array(places);
    this.doneUs = new Float64Array(relays);
    this.toOpen = lists.toOpen;
    this.beatAtUs = new Float64Array(relays);
    this.beatPlannedUs = new Float64Array(relays);
  }

  override member(relay: number, index: number): number {
    return this.members.at(relay, index);
  }

  override subscriber(relay: number, index: number): number {
    return this.subscribers.at(relay, index);
  }

  protected override putSubscribers(relay: number, into: Uint32Array): void {
    this.subscribers.copyTo(relay, into);
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
    this.flags = this.world.links.flags;
  }

  /** A link of the relay has come up: it asks who is there. */
  linkUp(nowUs: number, relay: number, place: number): void {
    const { world } = this;
    this.openUs[place] = Number.POSITIVE_INFINITY;
    world.sendLink(nowUs, relay, place, EVENT.identify, NEGOTIATION_BYTES);
  }

  /** A peer asks who the relay is. */
  hearIdentify(nowUs: number, relay: number, place: number): void {
    this.world.sendLink(nowUs, relay, place, EVENT.identity, IDENTIFY_ANSWER_BYTES);
  }

  /** The peer at a place has said who it is: the router opens a stream when those before it are open. */
  hearIdentity(nowUs: number, relay: number, place: number): void {
    const { toOpen } = this;
    toOpen.push(relay, place);
    if (toOpen.count(relay) === 1) this.askForStream(nowUs, relay, place);
  }

  /** A peer asks for a stream. */
  hearOpen(nowUs: number, relay: number, place: number): void {
    this.world.sendLink(nowUs, relay, place, EVENT.acknowledge, NEGOTIATION_BYTES);
  }

  /** The peer at a place agrees to a stream. */
  hearAcknowledge(nowUs: number, relay: number, place: number): void {
    const { world } = this;
    this.openUs[place] = nowUs;
    if (this.subscribes) world.send(nowUs, relay, place, EVENT.subscription, world.shapes.subscribe);
    this.openNext(nowUs, relay);
  }

  private askForStream(nowUs: number, relay: number, place: number): void {
    this.world.sendLink(nowUs, relay, place, EVENT.open, NEGOTIATION_BYTES);
  }

  /** The stream that the router was opening is open, or never will be. */
  private openNext(nowUs: number, relay: number): void {
    const { toOpen } = this;
    toOpen.removeAt(relay, 0);
    if (toOpen.count(relay) > 0) this.askForStream(nowUs, relay, toOpen.at(relay, 0));
  }

  /** Reckons what need not be known before everything is followed again: the less is to be made up for then. */
  followVainGrafts(nowUs: number): void {
    this.vain.followUntil(nowUs);
  }

  /** Everything is followed from now on, or the run ends. */
  wakeAll(nowUs: number): void {
    this.vain.wakeAll(nowUs);
  }

  override hearGraft(nowUs: number, relay: number, place: number): void {
    this.vain.touch(relay, nowUs);
    super.hearGraft(nowUs, relay, place);
  }

  override hearPrune(nowUs: number, relay: number, place: number): void {
    this.vain.touch(relay, nowUs);
    super.hearPrune(nowUs, relay, place);
  }

  /** The link of a place is down. */
  linkDown(nowUs: number, relay: number, place: number): void {
    this.vain.touch(relay, nowUs);
    const { counts, subscribers, toOpen } = this;
    const waiting = toOpen.indexOf(relay, place);
    if (waiting === 0) this.openNext(nowUs, relay);
    else if (waiting > 0) toOpen.removeAt(relay, waiting);
    const at = relay * COUNTS;
    this.openUs[place] = Number.POSITIVE_INFINITY;
    if (this.isInMesh(place)) this.part(relay, place);
    const index = subscribers.indexOf(relay, place);
    if (index < 0) return;
    subscribers.removeAt(relay, index);
    counts[at + SUBSCRIBERS]--;
    if (this.isDialled(place)) counts[at + DIALLED_SUBSCRIBERS]--;
  }

  /** A peer's link has closed while others are open: the relay may want another member. */
  looksAfter(nowUs: number, relay: number): void {
    this.lookAfter(nowUs, relay);
  }

  /** All links of the relay are about to close: its router opens no more streams. */
  wentOffline(relay: number): void {
    this.toOpen.clear(relay);
  }

  /** The relay has a new process, whose heartbeats begin anew; it remembers no peer. */
  restarted(nowUs: number, relay: number): void {
    this.counts[relay * COUNTS + BEAT_PLANNED] = 0;
    this.beatAtUs[relay] = 0;
    const { relays } = this.world.links;
    const first = relay * relays;
    // What all routers have long forgotten goes as well, so that few are left to look through.
    const longAgoMs = nowUs / 1000 - FORGOTTEN_AFTER_MS;
    this.backoffMs.deleteWhere(
      (key, untilMs) => untilMs < longAgoMs || (key >= first && key < first + relays),
    );
  }

  /** Whether this is the heartbeat that was planned last, and has not been yet. */
  isDue(nowUs: number, relay: number): boolean {
    return this.beatAtUs[relay] === nowUs && this.counts[relay * COUNTS + BEAT_PLANNED] === 1;
  }

  override planBeat(nowUs: number, relay: number): void {
    this.vain.touch(relay, nowUs);
    this.planBeatAt(this.world.nextBeatUs(relay, nowUs), relay);
  }

  /** Plans a heartbeat, in the place of a later one. */
  private planBeatAt(atUs: number, relay: number): void {
    const at = relay * COUNTS + BEAT_PLANNED;
    if (this.counts[at] === 1 && this.beatAtUs[relay] <= atUs) return;
    this.counts[at] = 1;
    this.beatAtUs[relay] = atUs;
    this.beatPlannedUs[relay] = this.world.nowUs;
    this.world.calendar.push(atUs, relay, 0, relay, EVENT.heartbeat);
  }

  /** A relay hears that the peer at a place subscribes. */
  hearSubscription(nowUs: number, relay: number, place: number): void {
    this.noteSubscription(nowUs, relay, place, this.isOpen(place, nowUs));
  }

  protected noteSubscription(nowUs: number, relay: number, place: number, isOpen: boolean): void {
    const { counts, plan } = this;
    const at = relay * COUNTS;
    this.vain.touch(relay, nowUs);
    this.subscribers.push(relay, place);
    counts[at + SUBSCRIBERS]++;
    if (this.isDialled(place)) counts[at + DIALLED_SUBSCRIBERS]++;
    const hasRoom = counts[at + MEMBERS] < plan.Dlo && !this.isInMesh(place);
    if (hasRoom && isOpen && !this.isBackedOff(nowUs, relay, place)) {
      this.join(relay, place);
      this.tell(nowUs, relay, place, EVENT.graft);
    }
    this.lookAfter(nowUs, relay);
  }

  /** In quiet times a graft or prune arrives as it is sent. */
  protected override tell(nowUs: number, relay: number, place: number, kind: number): void {
    const { world } = this;
    const { peer, reverse, latencyUs } = world.links;
    if (!world.isQuiet) {
      super.tell(nowUs, relay, place, kind);
      return;
    }
    const shape = kind === EVENT.graft ? world.shapes.graft : world.shapes.prune;
    world.countFrame(nowUs, relay, nowUs + latencyUs[place], peer[place], shape);
    if (kind === EVENT.graft) this.hearGraft(nowUs, peer[place], reverse[place]);
    else this.hearPrune(nowUs, peer[place], reverse[place]);
  }

  protected override backoffKey(relay: number, place: number): number {
    const { relays, peer } = this.world.links;
    return relay * relays + peer[place];
  }

  protected override join(relay: number, place: number): void {
    this.flags[place] |= MEMBER;
    this.members.push(relay, place);
    this.counts[relay * COUNTS + MEMBERS]++;
    if (this.isDialled(place)) this.counts[relay * COUNTS + DIALLED_MEMBERS]++;
  }

  private noteRefusal(relay: number, place: number, untilMs: number): void {
    const { peer, reverse } = this.world.links;
    this.backoffMs.set(this.backoffKey(relay, place), untilMs);
    this.backoffMs.set(this.backoffKey(peer[place], reverse[place]), untilMs);
  }

  protected override part(relay: number, place: number): void {
    const { counts, members } = this;
    this.flags[place] &= ~MEMBER;
    members.removeAt(relay, members.indexOf(relay, place));
    counts[relay * COUNTS + MEMBERS]--;
    if (this.isDialled(place)) counts[relay * COUNTS + DIALLED_MEMBERS]--;
    if (counts[relay * COUNTS + MEMBERS] < this.plan.Dhi) this.vain.hasRoom(relay, this.world.nowUs);
  }

  protected override lookAfter(nowUs: number, relay: number): void {
    if (relay !== this.beating && this.wantsBeat(relay)) this.planBeat(nowUs, relay);
  }

  override beat(nowUs: number, relay: number, gossips: boolean): number {
    this.beating = relay;
    return super.beat(nowUs, relay, gossips);
  }

  /** A relay whose peers all make it back off can do nothing before it forgets the first of these backoffs. */
  protected override lookAfterBeat(nowUs: number, relay: number): void {
    this.beating = NOBODY;
    if (!this.wantsBeat(relay)) return;
    const wakeUs = this.restsUntilUs(nowUs, relay);
    if (wakeUs === null) this.planBeat(nowUs, relay);
    else if (!this.restsInVain(nowUs, relay, wakeUs)) this.planBeatAt(wakeUs, relay);
  }

  /** Takes a relay out of the calendar whose GRAFTs would all be refused; false where one might not be. */
  private restsInVain(nowUs: number, relay: number, nextUs: number): boolean {
    const { world, counts, plan, backoffMs } = this;
    const { peer, reverse } = world.links;
    const at = relay * COUNTS;
    if (!world.isQuiet || counts[at + BEAT_PLANNED] === 1 || counts[at + MEMBERS] >= plan.Dlo) return false;
    const suitors: Suitor[] = [];
    const count = this.countSubscribers(relay);
    for (let index = 0; index < count; index++) {
      const place = this.subscriber(relay, index);
      const there = reverse[place];
      const isMember = this.isInMesh(place);
      let forgottenUs = nowUs;
      if (!isMember) {
        const isFull = counts[peer[place] * COUNTS + MEMBERS] >= plan.Dhi;
        if (!isFull || this.isDialled(there) || this.isInMesh(there)) return false;
        const untilMs = backoffMs.get(this.backoffKey(relay, place));
        if (backoffMs.get(this.backoffKey(peer[place], there)) > untilMs) return false;
        forgottenUs = this.forgottenAtUs(relay, untilMs);
      }
      suitors.push({ place, isMember, isDialled: this.isDialled(place), forgottenUs });
    }
    const [members, dialledMembers] = [counts[at + MEMBERS], counts[at + DIALLED_MEMBERS]];
    this.vain.rest(relay, { suitors, members, dialledMembers, nextUs });
    return true;
  }

  /** Null for a relay with a peer that may let it in at the next heartbeat. */
  private restsUntilUs(nowUs: number, relay: number): number | null {
    const members = this.countMembers(relay);
    if (members > this.plan.Dhi) return null;
    const isOfDialled = members >= this.plan.Dlo;
    let firstUs = Number.POSITIVE_INFINITY;
    const count = this.countSubscribers(relay);
    for (let index = 0; index < count; index++) {
      const place = this.subscriber(relay, index);
      if (this.isInMesh(place) || (isOfDialled && !this.isDialled(place))) continue;
      const untilMs = this.backoffMs.get(this.backoffKey(relay, place));
      if (Number.isNaN(untilMs) || !this.isOpen(place, nowUs)) return null;
      firstUs = Math.min(firstUs, this.forgottenAtUs(relay, untilMs));
    }
    return firstUs > nowUs && Number.isFinite(firstUs) ? firstUs : null;
  }
}
