/**
 * Relays that graft in vain, time and again: what their heartbeats come to is reckoned when it matters.
 *
 * A relay that nobody dials and whose own peers are all full grafts them, is pruned at once, backs off for a minute, and
 * grafts them again, for weeks. In quiet times nothing but frames that are counted comes of that, as long as neither its
 * own links change nor one of those peers gets room. So it leaves the calendar until one of these happens, and its
 * heartbeats up to then are made up for in one go, with the numbers that each would have drawn.
 */

import type { GossipsubPlan } from '../../../scenario/scenario.ts';
import { EVENT_KIND, EventRandom } from '../../event-random.ts';
import { shuffle } from '../mesh-care.ts';
import { PRUNE_BACKOFF_MS } from '../rpc-sizes.ts';
import type { World } from '../world.ts';

/** What is sent so long before the run ends arrives before it ends. */
const LAST_US = 60e6;

/** A subscriber of a relay, as far as its heartbeats ask. */
export interface Suitor {
  readonly place: number;
  readonly isMember: boolean;
  readonly isDialled: boolean;
  /** The heartbeat from which on it may be grafted again. */
  forgottenUs: number;
  /** When the backoff ends that was agreed upon meanwhile; 0 for none. */
  untilMs: number;
  /** How often it has refused meanwhile, as far as that is not counted yet. */
  refusals: number;
}

interface Resting {
  readonly suitors: readonly Suitor[];
  readonly members: number;
  readonly dialledMembers: number;
  /** Its next heartbeat. */
  nextUs: number;
}

export interface VainGraftsParts {
  readonly world: World;
  readonly plan: GossipsubPlan;
  readonly seed: number;
  /** The heartbeat at which the relay forgets a backoff. */
  readonly forgottenAtUs: (relay: number, untilMs: number) => number;
  /** The relay is back in the calendar: its next heartbeat, and the backoffs of it and its peers. */
  readonly wake: (relay: number, nextUs: number, suitors: readonly Suitor[]) => void;
}

export class VainGrafts {
  private readonly parts: VainGraftsParts;
  private readonly random: EventRandom;
  private readonly resting = new Map<number, Resting>();
  /** How many relays rest that a relay would have to refuse. */
  private readonly watchers: Uint32Array;
  private readonly order: number[] = [];

  constructor(parts: VainGraftsParts) {
    this.parts = parts;
    this.random = new EventRandom(parts.seed);
    this.watchers = new Uint32Array(parts.world.links.relays);
  }

  /** Takes a relay out of the calendar: all suitors that are no members are full. */
  rest(relay: number, resting: Resting): void {
    this.resting.set(relay, resting);
    this.watch(resting, 1);
  }

  /** Something happens to a relay. */
  touch(relay: number, nowUs: number): void {
    if (this.resting.size === 0) return;
    const resting = this.resting.get(relay);
    if (resting !== undefined) this.wake(relay, resting, nowUs);
  }

  /** A relay has room in its mesh. */
  hasRoom(peer: number, nowUs: number): void {
    if (this.watchers[peer] === 0) return;
    const { links } = this.parts.world;
    for (const [relay, resting] of this.resting) {
      const asks = resting.suitors.some(({ place, isMember }) => !isMember && links.peer[place] === peer);
      if (asks) this.wake(relay, resting, nowUs);
    }
  }

  /** Makes up for the heartbeats of relays that rest on. */
  followUntil(nowUs: number): void {
    for (const [relay, resting] of this.resting) while (resting.nextUs < nowUs) this.beat(relay, resting);
  }

  /** Everything is followed again. */
  wakeAll(nowUs: number): void {
    for (const [relay, resting] of this.resting) this.wake(relay, resting, nowUs);
  }

  private wake(relay: number, resting: Resting, nowUs: number): void {
    const { calendar } = this.parts.world;
    this.resting.delete(relay);
    this.watch(resting, -1);
    while (resting.nextUs < nowUs) this.beat(relay, resting);
    // Of what happens at the same instant, that of the lower number comes first.
    const isLate = calendar.timeUs === nowUs && relay < calendar.source;
    if (resting.nextUs === nowUs && isLate) this.beat(relay, resting);
    for (const { place, refusals } of resting.suitors)
      if (refusals > 0) this.countEarly(relay, place, refusals);
    this.parts.wake(relay, resting.nextUs, resting.suitors);
  }

  /** One heartbeat, as mesh-care.ts has it where every GRAFT is answered by a PRUNE. */
  private beat(relay: number, resting: Resting): void {
    const { plan, world } = this.parts;
    const { suitors, members, nextUs: nowUs } = resting;
    const untilMs = Math.floor(nowUs / 1000) + PRUNE_BACKOFF_MS;
    const forgottenUs = this.parts.forgottenAtUs(relay, untilMs);
    const isEarly = nowUs < world.endUs - LAST_US;
    const refuse = (suitor: Suitor): void => {
      suitor.forgottenUs = forgottenUs;
      suitor.untilMs = untilMs;
      if (isEarly) suitor.refusals++;
      else this.countLate(nowUs, relay, suitor.place);
    };
    let willing = 0;
    for (const suitor of suitors) if (isWilling(suitor, nowUs)) willing++;
    const wanted = plan.D - members;
    if (willing <= wanted) {
      // It grafts all of them, in whatever order.
      for (const suitor of suitors) if (isWilling(suitor, nowUs)) refuse(suitor);
    } else this.graftSome(relay, resting, wanted, refuse);
    let wakeUs = Number.POSITIVE_INFINITY;
    for (const suitor of suitors) if (!suitor.isMember) wakeUs = Math.min(wakeUs, suitor.forgottenUs);
    resting.nextUs = wakeUs > nowUs ? wakeUs : world.nextBeatUs(relay, nowUs);
    world.counters.eventsFired++;
  }

  /** Grafts so many of those that it may graft again, and beyond them as many that it has dialled as it lacks. */
  private graftSome(relay: number, resting: Resting, wanted: number, refuse: (suitor: Suitor) => void): void {
    const { plan } = this.parts;
    const { order, random } = this;
    const { suitors, nextUs: nowUs } = resting;
    let { members, dialledMembers } = resting;
    random.reseed(relay, nowUs, EVENT_KIND.timer);
    order.length = 0;
    for (let i = 0; i < suitors.length; i++) order.push(i);
    shuffle(order, random.random);
    let next = 0;
    const graft = (count: number, isOfDialled: boolean): void => {
      for (let left = count; left > 0 && next < order.length; next++) {
        const suitor = suitors[order[next]];
        if (!isWilling(suitor, nowUs) || (isOfDialled && !suitor.isDialled)) continue;
        refuse(suitor);
        members++;
        if (suitor.isDialled) dialledMembers++;
        left--;
      }
    };
    graft(wanted, false);
    if (members >= plan.Dlo) graft(plan.Dout - dialledMembers, true);
  }

  /** GRAFTs and the PRUNEs that answered them, all long before the run ends. */
  private countEarly(relay: number, place: number, refusals: number): void {
    const { world } = this.parts;
    const peer = world.links.peer[place];
    world.countFrames(refusals, relay, peer, world.shapes.graft);
    world.countFrames(refusals, peer, relay, world.shapes.prune);
  }

  /** A GRAFT and its PRUNE, which may arrive when the run has ended. */
  private countLate(nowUs: number, relay: number, place: number): void {
    const { world } = this.parts;
    const { peer, latencyUs } = world.links;
    const arrivesUs = nowUs + latencyUs[place];
    world.countFrame(nowUs, relay, arrivesUs, peer[place], world.shapes.graft);
    world.countFrame(nowUs, peer[place], arrivesUs, relay, world.shapes.prune);
  }

  private watch({ suitors }: Resting, by: number): void {
    const { peer } = this.parts.world.links;
    for (const { place, isMember } of suitors) if (!isMember) this.watchers[peer[place]] += by;
  }
}

/** Whether a suitor may be grafted again. */
function isWilling({ isMember, forgottenUs }: Suitor, nowUs: number): boolean {
  return !isMember && forgottenUs <= nowUs;
}
