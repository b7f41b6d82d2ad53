/**
 * How links come up: each relay opens its streams one after the other, and tells each peer what it subscribes to.
 *
 * js-libp2p opens the next stream when the last one has been agreed to, a round trip each, so that a relay with many
 * links is known to its last peers seconds after the link came up. Which peers a relay grafts depends on this
 * order. What the streams cost the uplinks is reckoned as if nothing else were sent meanwhile.
 */

import type { Topology } from '../../population/population.ts';
import { NEGOTIATION_BYTES } from '../gossipsub/negotiation.ts';
import { randomStream } from '../random.ts';
import { LINKS_START_US, LINKS_START_WITHIN_US, START_STREAMS } from '../start-plan.ts';
import type { World } from './world.ts';
import { EVENT } from './world.ts';

/** Subscriptions are put into the calendar so much at a time. */
const WINDOW_US = 100_000;
const LAST_US = 2 ** 32 - 1;

export class LinksComeUp {
  /** When the stream of the place's relay to its peer is open. */
  readonly openUs: Uint32Array;
  private readonly world: World;
  /** When the relay of a place hears the subscription of the peer. */
  private heardUs: Uint32Array;
  /** Places by the window in which that is. */
  private order: Uint32Array;
  private readonly windowStarts: number[];
  private window = 0;

  constructor(world: World, topology: Topology, seed: number) {
    this.world = world;
    const { places } = world.links;
    this.openUs = linksUpUs(world, topology, seed);
    this.heardUs = new Uint32Array(places);
    this.openStreams();
    const { order, starts } = byWindow(this.heardUs);
    this.order = order;
    this.windowStarts = starts;
    world.calendar.push(0, 0, 0, 0, EVENT.linksComeUp);
  }

  /** Plans the subscriptions of the next window. */
  goOn(nowUs: number): void {
    const { world, windowStarts, window, heardUs, order } = this;
    const { links, calendar } = world;
    const end = windowStarts[window + 1];
    for (let i = windowStarts[window]; i < end; i++) {
      const place = order[i];
      const sender = links.peer[place];
      calendar.push(heardUs[place], links.peer[links.reverse[place]], place, sender, EVENT.subscription);
    }
    this.window++;
    if (this.window + 1 < windowStarts.length) calendar.push(nowUs + WINDOW_US, 0, 0, 0, EVENT.linksComeUp);
    else this.heardUs = this.order = new Uint32Array(0);
  }

  private openStreams(): void {
    const { world, openUs } = this;
    const { links, sizes, counters } = world;
    const { starts, latencyUs, peer, reverse } = links;
    const subscribeBytes = sizes.subscribeBytes;
    for (let relay = 0; relay < links.relays; relay++) {
      const [start, end] = [starts[relay], starts[relay + 1]];
      const places = inOrder(openUs, start, end);
      const askUs = world.leaveUs(relay, NEGOTIATION_BYTES);
      const tellUs = world.leaveUs(relay, subscribeBytes);
      let doneUs = 0;
      let freeUs = 0;
      for (const place of places) {
        const asksUs = Math.max(openUs[place], doneUs, freeUs) + askUs;
        const agreesUs = Math.ceil(asksUs) + latencyUs[place] + world.leaveUs(peer[place], NEGOTIATION_BYTES);
        doneUs = Math.ceil(agreesUs) + latencyUs[place];
        freeUs = doneUs + tellUs;
        const heardUs = Math.ceil(freeUs) + latencyUs[place];
        if (heardUs > LAST_US)
          throw new RangeError(`relay ${relay} needs more than an hour to open its streams`);
        openUs[place] = doneUs;
        this.heardUs[reverse[place]] = heardUs;
      }
    }
    counters.framesSent += 3 * links.places;
    counters.framesDelivered += 2 * links.places;
    counters.bytesSent += links.places * (2 * NEGOTIATION_BYTES + subscribeBytes);
  }
}

/** When the link of each place comes up, at both ends at once. */
function linksUpUs(
  { links: { starts, relays, places } }: World,
  topology: Topology,
  seed: number,
): Uint32Array {
  const upUs = new Uint32Array(places);
  const next = starts.slice(0, relays);
  const stream = randomStream(seed, START_STREAMS.links);
  for (let link = 0; link < topology.links; link++) {
    const atUs = LINKS_START_US + stream.integer(LINKS_START_WITHIN_US);
    upUs[next[topology.dialer[link]]++] = atUs;
    upUs[next[topology.listener[link]]++] = atUs;
  }
  return upUs;
}

/** Places in the order of their times; of equal times the first one first. */
function inOrder(timesUs: Uint32Array, start: number, end: number): readonly number[] {
  const places: number[] = [];
  for (let place = start; place < end; place++) places.push(place);
  return places.sort((a, b) => timesUs[a] - timesUs[b] || a - b);
}

function byWindow(timesUs: Uint32Array): { order: Uint32Array; starts: number[] } {
  const windowOf = (timeUs: number): number => Math.floor(timeUs / WINDOW_US);
  const counts: number[] = [];
  for (const timeUs of timesUs) {
    const window = windowOf(timeUs);
    while (counts.length <= window) counts.push(0);
    counts[window]++;
  }
  const starts = [0];
  for (const count of counts) starts.push(starts.at(-1)! + count);
  const next = [...starts];
  const order = new Uint32Array(timesUs.length);
  for (let place = 0; place < timesUs.length; place++) order[next[windowOf(timesUs[place])]++] = place;
  return { order, starts };
}
