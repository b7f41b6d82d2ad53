/**
 * The mesh of a network whose links stay: subscriptions are reckoned beforehand, and so are the streams.
 *
 * A relay that hears a peer's subscription grafts it at once while its mesh is small. Subscriptions that a relay would
 * only note cost no events.
 */

import type { GossipsubPlan } from '../../scenario/scenario.ts';
import { MEMBER } from './link-table.ts';
import { type LinksUp, placesInOrder } from './links-come-up.ts';
import {
  COUNTS,
  DIALLED_MEMBERS,
  DIALLED_SUBSCRIBERS,
  HEARING_PLANNED,
  MEMBERS,
  MeshCare,
  SUBSCRIBERS,
} from './mesh-care.ts';
import { EVENT, type World } from './world.ts';

/** Most links of a relay whose places are numbered in a byte. */
const LINKS_OF_BYTE = 256;

export class Mesh extends MeshCare {
  private readonly starts: Uint32Array;
  /** When the relay's own stream to the peer is open, microseconds. */
  private openUs: Uint32Array;
  /** When the relay hears that the peer subscribes, microseconds. */
  private heardUs: Uint32Array;
  /** Whether all streams are open and all subscriptions heard. */
  private isSettled = false;
  /** Each relay's members and subscribers in the order in which they came, as the numbers of its places, in turn. */
  private readonly lists: Uint8Array | Uint16Array;

  constructor(world: World, plan: GossipsubPlan, { openUs, heardUs }: LinksUp) {
    super(world, plan);
    const { starts, relays, places } = world.links;
    this.starts = starts;
    this.openUs = openUs;
    this.heardUs = heardUs;
    this.lists = listsOf(starts, places);
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

  /** The place of a member of the relay's mesh, in the order of joining. */
  override member(relay: number, index: number): number {
    const start = this.starts[relay];
    return start + this.lists[2 * (start + index)];
  }

  /** The place of a peer that has subscribed, in the order of hearing it. */
  override subscriber(relay: number, index: number): number {
    const start = this.starts[relay];
    return start + this.lists[2 * (start + index) + 1];
  }

  protected override putSubscribers(relay: number, into: Uint32Array): void {
    const { lists } = this;
    const start = this.starts[relay];
    const count = this.countSubscribers(relay);
    for (let i = 0, at = 2 * start + 1; i < count; i++, at += 2) into[i] = start + lists[at];
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
      this.tell(nowUs, relay, place, EVENT.graft);
    }
    this.lookAfter(nowUs, relay);
  }

  /** Notes all subscriptions that the relay has heard by now. */
  override catchUp(nowUs: number, relay: number): void {
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

  /** Streams are open long before a message travels. */
  override canSend(): boolean {
    return true;
  }

  override isOpen(place: number, nowUs: number): boolean {
    return this.isSettled || this.openUs[place] <= nowUs;
  }

  protected override backoffKey(_relay: number, place: number): number {
    return place;
  }

  protected override join(relay: number, place: number): void {
    const { counts } = this;
    const at = relay * COUNTS;
    const start = this.starts[relay];
    this.flags[place] |= MEMBER;
    this.lists[2 * (start + counts[at + MEMBERS]++)] = place - start;
    if (this.isDialled(place)) counts[at + DIALLED_MEMBERS]++;
  }

  protected override part(relay: number, place: number): void {
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
  protected override lookAfter(nowUs: number, relay: number): void {
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
}

/** Room for two numbers of each place; a relay with too many links for bytes is hardly ever met. */
function listsOf(starts: Uint32Array, places: number): Uint8Array | Uint16Array {
  const isLarge = starts.some((start, relay) => start - (starts[relay - 1] ?? 0) > LINKS_OF_BYTE);
  return isLarge ? new Uint16Array(2 * places) : new Uint8Array(2 * places);
}
