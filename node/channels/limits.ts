/** Bounds on what others can make a relay hold or do; each names the attack that it bounds. */

import { CHUNK_BYTES } from '../trust/update-target.ts';

/** Targets up to this size travel inside the gossip message: every relay hears the whole of it from each mesh peer. */
export const INLINE_MAX_BYTES = 128 * 1024;

/** A gossip message: metadata and one inline target. Bounds the memory that one unverified message claims. */
export const BUNDLE_MAX_BYTES = INLINE_MAX_BYTES + 192 * 1024;

/** Files in a bundle: roots, timestamp, snapshot, targets, delegated roles, a module. Bounds the work of taking it apart. */
export const BUNDLE_MAX_FILES = 24;

/** Roots that a bundle carries, the latest ones; a relay that is further behind asks a peer. */
export const BUNDLE_MAX_ROOTS = 8;

/** Unverified messages of one peer that wait for the processor: a flood of invalid updates fills its own queue only. */
export const PENDING_VERIFICATIONS_PER_PEER = 8;

/**
 * Bytes of these: the memory that one peer's flood of the longest messages holds meanwhile. Beside it a peer holds at
 * most the requests and answers of REQUESTS_AT_ONCE_PER_PEER and CHUNKS_IN_FLIGHT_PER_PEER, about 1.1 MiB.
 */
export const PENDING_BYTES_PER_PEER = 4 * BUNDLE_MAX_BYTES;

/** The same messages over all peers: many identities of one attacker. */
export const PENDING_VERIFICATIONS = 64;

/** Chunks asked for and not yet here: bounds the memory that slow senders claim. */
export const CHUNKS_IN_FLIGHT = 8;

/** Of these, asked of one peer: a stalling peer holds up a part of the download only. */
export const CHUNKS_IN_FLIGHT_PER_PEER = 2;

/** Answer to a request for a chunk. */
export const CHUNK_MAX_BYTES = CHUNK_BYTES;

/** A module fetched by chunks: 64 of them. Bounds the memory and disk of one download. */
export const MODULE_MAX_BYTES = 64 * CHUNK_BYTES;

/** Downloads under way on a relay; later ones wait. */
export const DOWNLOADS_IN_FLIGHT = 4;

/** Bytes served to one peer at a time and not yet acknowledged by a next request: bounds amplification. */
export const SERVED_PER_PEER_PER_MINUTE_BYTES = 16 * 1024 * 1024;

/** Requests answered for one peer in a minute: a flood of small requests. */
export const REQUESTS_PER_PEER_PER_MINUTE = 600;

/** Requests of one peer that are answered at the same time: streams that it opens and never ends. */
export const REQUESTS_AT_ONCE_PER_PEER = 16;

/** Peers that a relay keeps such counts of; the one idle for longest is forgotten. */
export const COUNTED_PEERS = 4096;

/** Deadline of one request for a chunk or a metadata file: slow delivery (TUF 1.5.2). */
export const REQUEST_TIMEOUT_MS = 20_000;

/** Peers that a relay still means to take from: more are not believed meanwhile. Bounds the work of lying peers. */
export const EXCHANGES_WAITING = 4;

/** A peer that promised news and brought none is not believed for so long: lying costs its time, not the relay's. */
export const FRUITLESS_PAUSE_MS = 60_000;

/** Others who are asked for news that their sender did not hand over. Bounds what one liar makes a relay ask. */
export const ASKED_INSTEAD = 3;

/** Connections after coming up that a relay compares itself over; the others follow by gossip. */
export const CATCH_UP_PEERS = 3;

/** Concurrent comparisons on built circuits. */
export const CIRCUIT_COMPARISONS = 8;
