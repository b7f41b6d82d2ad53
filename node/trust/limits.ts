/** Bounds on what a source of metadata can make a relay hold or do; each names the attack that it bounds. */

import { CHUNK_BYTES } from './update-target.ts';

// Endless data (TUF 1.5.2): nobody has signed anything yet when these are read. -------------------------------

/** A root with its keys. */
export const ROOT_MAX_BYTES = 64 * 1024;

/** A timestamp names one file: a few hundred bytes and its signatures. */
export const TIMESTAMP_MAX_BYTES = 16 * 1024;

/** A snapshot names a file for each role. */
export const SNAPSHOT_MAX_BYTES = 64 * 1024;

/** The metadata of one role that lists targets, with the vectors of its modules. */
export const TARGETS_MAX_BYTES = 256 * 1024;

/** A target; as many chunks as its custom part can list. */
export const TARGET_MAX_BYTES = 64 * CHUNK_BYTES;

// Slow delivery (TUF 1.5.2). --------------------------------------------------------------------------------

/** Deadline of a metadata file, and what a target has for its first byte. */
export const FETCH_TIMEOUT_MS = 20_000;

/** Deadline of a whole refresh: a source that answers each question just in time. What came by then is kept. */
export const REFRESH_TIMEOUT_MS = 120_000;

/** A source that is slower loses the target: a relay must not hang on a trickle. */
export const TARGET_BYTES_PER_SECOND_MIN = 16 * 1024;

// Work and memory per file: who holds one role's keys must not stall every relay. ----------------------------

/** Objects and arrays inside each other: a deep file would overflow the stack of whatever walks it. */
export const JSON_DEPTH_MAX = 32;

/** Roots taken in one refresh: an endless chain, made with stolen root keys. The next refresh goes on. */
export const ROOTS_PER_REFRESH = 64;

/**
 * Roots kept in memory and on disk, the latest ones: the same chain over many refreshes.
 *
 * A relay that has lost the link to the root that it came with starts over from that one when it is restarted, so
 * this is far above what an honest publisher needs between two releases.
 */
export const ROOTS_KEPT = 256;

/**
 * Earlier roots by which a file is looked at that the latest one's keys have not signed: what many retired keys have
 * signed, sent again and again, would cost a check of signatures for each root.
 */
export const RETIRED_ROOTS_ASKED = 8;

/** Keys in a root or in a role's delegations. */
export const KEYS_MAX = 64;

/** Keys of one role, each of which is a signature to check. */
export const KEYS_PER_ROLE_MAX = 32;

/** Signatures in one file. */
export const SIGNATURES_MAX = 64;

/** Targets of one role: `@tufjs/models` needs time in the square of their number (256: 10 ms, 4096: 2 s). */
export const TARGETS_PER_ROLE_MAX = 256;

/** Roles that one role delegates to. */
export const DELEGATIONS_MAX = 32;

/** Path patterns of one delegation. */
export const PATHS_PER_DELEGATION_MAX = 32;

/** Files that a snapshot names. */
export const SNAPSHOT_FILES_MAX = 128;

/** Delegations followed in one refresh: third parties that delegate to each other in large numbers. */
export const DELEGATIONS_FOLLOWED_MAX = 32;

/** Delegations in a row: third parties that delegate to each other in a long chain. */
export const DELEGATION_DEPTH_MAX = 4;

// The cache of verifications. ------------------------------------------------------------------------------

/** Bytes of metadata and targets that it remembers: a flood of metadata that differ in one byte. */
export const CACHE_MAX_BYTES = 16 * 1024 * 1024;

/** Files that it remembers: the same with tiny files. */
export const CACHE_MAX_FILES = 1024;
