/**
 * When the relays of a run start and its links come up.
 *
 * A router grafts those that it knows first, and near peers are known first when many links come up at once. In a
 * network that has run for long they came up at times that have nothing to do with each other, so they are spread over
 * what time there is (`network.startWithin`): with 28 seconds meshes are no nearer than with 150 (docs/validity.md).
 */

export const RELAYS_START_WITHIN_US = 1_000_000;
export const LINKS_START_US = 1_200_000;
/** Between the last link and the moment at which the network stands. */
const SETTLE_US = 800_000;

/** Streams that every engine draws from, so that all make the same plan of a seed. */
export const START_STREAMS = { relays: 'relay starts', links: 'links come up' } as const;

/** When all links of the start are up, in microseconds of virtual time, in a network that starts within so many seconds. */
export function linksUpUs(startSeconds: number): number {
  return Math.round(startSeconds * 1e6) - SETTLE_US;
}

/** Links of the start come up one by one within so many microseconds from LINKS_START_US on. */
export function linksStartWithinUs(startSeconds: number): number {
  return linksUpUs(startSeconds) - LINKS_START_US;
}
