/**
 * When the relays of a run start and its links come up.
 *
 * A router grafts those that it knows first, and near peers are known first when many links come up at once. In a
 * network that has run for long they came up at times that have nothing to do with each other, so they are spread over
 * what time there is (`network.startWithin`): with 28 seconds meshes are no nearer than with 150 (docs/validity.md).
 */

import { randomStream } from './random.ts';

/** Relays start within so long. */
export const RELAYS_UP_US = 1_000_000;
export const LINKS_START_US = 1_200_000;
/** Between the last link and the moment at which the network stands. */
const SETTLE_US = 800_000;

/** When all links of the start are up, in microseconds of virtual time, in a network that starts within so many seconds. */
export function linksUpUs(startSeconds: number): number {
  return Math.round(startSeconds * 1e6) - SETTLE_US;
}

/** Links of the start come up one by one within so many microseconds from LINKS_START_US on. */
function linksStartWithinUs(startSeconds: number): number {
  return linksUpUs(startSeconds) - LINKS_START_US;
}

/** Draws when the relays start, one at each call in the order of their numbers; the same for every engine. */
export function relayStarts(seed: number): () => number {
  const stream = randomStream(seed, 'relay starts');
  return () => stream.integer(RELAYS_UP_US);
}

/** Draws when the links of the start come up, one at each call in the order of the topology; the same for every engine. */
export function linksComingUp(seed: number, startSeconds: number): () => number {
  const stream = randomStream(seed, 'links come up');
  const withinUs = linksStartWithinUs(startSeconds);
  return () => LINKS_START_US + stream.integer(withinUs);
}
