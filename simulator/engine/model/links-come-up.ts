/**
 * How links come up: both ends ask who is there, and each relay then opens its streams one after the other, and tells each
 * peer what it subscribes to.
 *
 * js-libp2p tells a router of a peer when identify has been answered, a round trip after the link came up. It opens the
 * next stream when the last one has been agreed to, a round trip each, so that a relay with many links is known to its
 * last peers seconds after the link came up. Which peers a relay grafts depends on this order. All of it follows from the plan of the start, so it is reckoned beforehand and costs no events. What the
 * streams cost the uplinks is reckoned as if nothing else were sent meanwhile.
 */

import type { Topology } from '../../population/population.ts';
import { IDENTIFY_ANSWER_BYTES, NEGOTIATION_BYTES } from '../gossipsub/negotiation.ts';
import { linksComingUp } from '../start-plan.ts';
import type { World } from './world.ts';

const LAST_US = 2 ** 32 - 1;

/** By place, in microseconds. */
export interface LinksUp {
  /** When the stream of the place's relay to its peer is open. */
  readonly openUs: Uint32Array;
  /** When the place's relay hears the subscription of its peer. */
  readonly heardUs: Uint32Array;
}

/** Draws when links come up, and reckons the rest. Throws RangeError where a relay needs more than an hour for it. */
export function linksComeUp(world: World, topology: Topology, seed: number, startSeconds: number): LinksUp {
  const { links, shapes } = world;
  const { starts, peer, reverse, latencyUs } = links;
  const { subscribe } = shapes;
  const openUs = comeUpUs(world, topology, linksComingUp(seed, startSeconds));
  identifyPeers(world, openUs);
  const heardUs = new Uint32Array(links.places);
  for (let relay = 0; relay < links.relays; relay++) {
    const askUs = world.leaveUs(relay, NEGOTIATION_BYTES);
    const tellUs = world.leaveUs(relay, subscribe.bytes);
    let doneUs = 0;
    let freeUs = 0;
    for (const place of placesInOrder(openUs, starts[relay], starts[relay + 1])) {
      const asksUs = Math.max(openUs[place], doneUs);
      const askedUs = Math.ceil(Math.max(asksUs, freeUs) + askUs) + latencyUs[place];
      doneUs = Math.ceil(askedUs + world.leaveUs(peer[place], NEGOTIATION_BYTES)) + latencyUs[place];
      freeUs = doneUs + tellUs;
      const toldUs = Math.ceil(freeUs) + latencyUs[place];
      if (toldUs > LAST_US)
        throw new RangeError(`relay ${relay} needs more than an hour to open its streams`);
      world.countNegotiation(asksUs, relay, askedUs, NEGOTIATION_BYTES);
      world.countNegotiation(askedUs, peer[place], doneUs, NEGOTIATION_BYTES);
      world.countFrame(doneUs, relay, toldUs, peer[place], subscribe);
      openUs[place] = doneUs;
      heardUs[reverse[place]] = toldUs;
    }
  }
  return { openUs, heardUs };
}

/** Turns the time at which the link of each place comes up into that at which the place's relay knows its peer. */
function identifyPeers(world: World, timesUs: Uint32Array): void {
  const { starts, peer, latencyUs, relays } = world.links;
  for (let relay = 0; relay < relays; relay++) {
    const askUs = world.leaveUs(relay, NEGOTIATION_BYTES);
    for (let place = starts[relay]; place < starts[relay + 1]; place++) {
      const upUs = timesUs[place];
      const askedUs = Math.ceil(upUs + askUs) + latencyUs[place];
      const toldUs =
        Math.ceil(askedUs + world.leaveUs(peer[place], IDENTIFY_ANSWER_BYTES)) + latencyUs[place];
      world.countNegotiation(upUs, relay, askedUs, NEGOTIATION_BYTES);
      world.countNegotiation(askedUs, peer[place], toldUs, IDENTIFY_ANSWER_BYTES);
      timesUs[place] = toldUs;
    }
  }
}

/** When the link of each place comes up, at both ends at once. */
function comeUpUs(
  { links: { starts, relays, places } }: World,
  topology: Topology,
  nextUpUs: () => number,
): Uint32Array {
  const upUs = new Uint32Array(places);
  const next = starts.slice(0, relays);
  for (let link = 0; link < topology.links; link++) {
    const atUs = nextUpUs();
    upUs[next[topology.dialer[link]]++] = atUs;
    upUs[next[topology.listener[link]]++] = atUs;
  }
  return upUs;
}

/** Longer lists are sorted by the language, which takes its time to begin. */
const INSERTED_MAX = 64;

/** Places in the order of their times; of equal times the first one first. */
export function placesInOrder(timesUs: Uint32Array, start: number, end: number): readonly number[] {
  const places: number[] = [];
  if (end - start > INSERTED_MAX) {
    for (let place = start; place < end; place++) places.push(place);
    return places.sort((a, b) => timesUs[a] - timesUs[b] || a - b);
  }
  for (let place = start; place < end; place++) {
    const timeUs = timesUs[place];
    let at = places.length;
    places.push(place);
    for (; at > 0 && timesUs[places[at - 1]] > timeUs; at--) places[at] = places[at - 1];
    places[at] = place;
  }
  return places;
}
