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
import { PRUNE_BACKOFF_MS } from '../rpc-sizes.ts';
import type { World } from '../world.ts';

/** What is sent so long before the run ends arrives before it ends. */
const LAST_US = 60e6;
const FIRST_SUITORS = 256;

/** Numbers of a suitor. */
const NUMBERS = 3;
/** The heartbeat from which on it may be grafted again. */
const FORGOTTEN_US = 0;
/** When the backoff ends that was agreed upon meanwhile; 0 for none. */
const UNTIL_MS = 1;
/** How often it has refused meanwhile, as far as that is not counted yet. */
const REFUSALS = 2;

/** A subscriber of a relay, as far as its heartbeats ask. */
export interface Suitor {
  readonly place: number;
  readonly isMember: boolean;
  readonly isDialled: boolean;
  /** The heartbeat from which on it may be grafted again. */
  readonly forgottenUs: number;
}

/** A relay that is about to rest. */
export interface Wooer {
  readonly suitors: readonly Suitor[];
  readonly members: number;
  readonly dialledMembers: number;
  /** Its next heartbeat. */
  readonly nextUs: number;
}

/** What changes with its heartbeats, which are millions, is in a column: some numbers of each suitor. */
interface Resting extends Wooer {
  nextUs: number;
  readonly numbers: Float64Array;
}

export interface VainGraftsParts {
  readonly world: World;
  readonly plan: GossipsubPlan;
  readonly seed: number;
  /** The heartbeat at which the relay forgets a backoff. */
  readonly forgottenAtUs: (relay: number, untilMs: number) => number;
  /** A backoff of the relay and the peer at a place. */
  readonly noteRefusal: (relay: number, place: number, untilMs: number) => void;
  /** The relay is back in the calendar, with its next heartbeat. */
  readonly wake: (relay: number, nextUs: number) => void;
}

export class VainGrafts {
  private readonly parts: VainGraftsParts;
  private readonly random: EventRandom;
  private readonly resting = new Map<number, Resting>();
  /** How many relays rest that a relay would have to refuse. */
  private readonly watchers: Uint32Array;
  /** Of one heartbeat: the suitors in random order, and what each that refuses agrees upon. */
  private order = new Uint32Array(FIRST_SUITORS);
  private readonly refusal = new Float64Array(2);

  constructor(parts: VainGraftsParts) {
    this.parts = parts;
    this.random = new EventRandom(parts.seed);
    this.watchers = new Uint32Array(parts.world.links.relays);
  }

  /** Takes a relay out of the calendar: all suitors that are no members are full. */
  rest(relay: number, wooer: Wooer): void {
    const { suitors, members, dialledMembers, nextUs } = wooer;
    const numbers = new Float64Array(NUMBERS * suitors.length);
    for (let index = 0; index < suitors.length; index++)
      numbers[index * NUMBERS + FORGOTTEN_US] = suitors[index].forgottenUs;
    if (suitors.length > this.order.length) this.order = new Uint32Array(2 * suitors.length);
    const resting = { suitors, members, dialledMembers, nextUs, numbers };
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
    const { suitors, numbers } = resting;
    for (let index = 0; index < suitors.length; index++) {
      const { place } = suitors[index];
      const at = index * NUMBERS;
      if (numbers[at + REFUSALS] > 0) this.countEarly(relay, place, numbers[at + REFUSALS]);
      if (numbers[at + UNTIL_MS] > 0) this.parts.noteRefusal(relay, place, numbers[at + UNTIL_MS]);
    }
    this.parts.wake(relay, resting.nextUs);
  }

  /** One heartbeat, as mesh-care.ts has it where every GRAFT is answered by a PRUNE. */
  private beat(relay: number, resting: Resting): void {
    const { plan, world } = this.parts;
    const { refusal } = this;
    const { suitors, members, nextUs: nowUs, numbers } = resting;
    const untilMs = Math.floor(nowUs / 1000) + PRUNE_BACKOFF_MS;
    refusal[UNTIL_MS] = untilMs;
    refusal[FORGOTTEN_US] = this.parts.forgottenAtUs(relay, untilMs);
    let willing = 0;
    for (let index = 0; index < suitors.length; index++) if (isWilling(resting, index)) willing++;
    const wanted = plan.D - members;
    if (willing <= wanted) {
      // It grafts all of them, in whatever order.
      for (let index = 0; index < suitors.length; index++)
        if (isWilling(resting, index)) this.refuse(relay, resting, index);
    } else this.graftSome(relay, resting, wanted);
    let wakeUs = Number.POSITIVE_INFINITY;
    for (let index = 0; index < suitors.length; index++)
      if (!suitors[index].isMember) wakeUs = Math.min(wakeUs, numbers[index * NUMBERS + FORGOTTEN_US]);
    resting.nextUs = wakeUs > nowUs ? wakeUs : world.nextBeatUs(relay, nowUs);
    world.counters.eventsFired++;
  }

  /** Grafts so many of those that it may graft again, and beyond them as many that it has dialled as it lacks. */
  private graftSome(relay: number, resting: Resting, wanted: number): void {
    const { plan } = this.parts;
    const { order, random } = this;
    const { suitors, nextUs: nowUs } = resting;
    let { members, dialledMembers } = resting;
    random.reseed(relay, nowUs, EVENT_KIND.timer);
    for (let i = 0; i < suitors.length; i++) order[i] = i;
    random.shuffle(order, suitors.length);
    let next = 0;
    for (let left = wanted; left > 0 && next < suitors.length; next++) {
      if (!isWilling(resting, order[next])) continue;
      this.refuse(relay, resting, order[next]);
      members++;
      if (suitors[order[next]].isDialled) dialledMembers++;
      left--;
    }
    if (members < plan.Dlo) return;
    for (let left = plan.Dout - dialledMembers; left > 0 && next < suitors.length; next++) {
      if (!isWilling(resting, order[next]) || !suitors[order[next]].isDialled) continue;
      this.refuse(relay, resting, order[next]);
      left--;
    }
  }

  /** A suitor answers a GRAFT with a PRUNE. */
  private refuse(relay: number, resting: Resting, index: number): void {
    const { suitors, nextUs, numbers } = resting;
    const at = index * NUMBERS;
    numbers[at + FORGOTTEN_US] = this.refusal[FORGOTTEN_US];
    numbers[at + UNTIL_MS] = this.refusal[UNTIL_MS];
    if (nextUs < this.parts.world.endUs - LAST_US) numbers[at + REFUSALS]++;
    else this.countLate(nextUs, relay, suitors[index].place);
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

  private watch({ suitors }: Wooer, by: number): void {
    const { peer } = this.parts.world.links;
    for (const { place, isMember } of suitors) if (!isMember) this.watchers[peer[place]] += by;
  }
}

/** Whether a suitor may be grafted again. */
function isWilling({ suitors, numbers, nextUs }: Resting, index: number): boolean {
  return !suitors[index].isMember && numbers[index * NUMBERS + FORGOTTEN_US] <= nextUs;
}
