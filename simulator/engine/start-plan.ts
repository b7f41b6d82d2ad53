/** When the relays of a run start and its links come up: within seconds, so that the mesh has settled at a release. */

export const RELAYS_START_WITHIN_US = 1_000_000;
export const LINKS_START_US = 1_200_000;
export const LINKS_START_WITHIN_US = 3_000_000;
export const LINKS_UP_US = LINKS_START_US + LINKS_START_WITHIN_US;

/** Streams that every engine draws from, so that all make the same plan of a seed. */
export const START_STREAMS = { relays: 'relay starts', links: 'links come up' } as const;
