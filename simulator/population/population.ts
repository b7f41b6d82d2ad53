/**
 * The relays of a run and the links between them, as columns: row i is relay i.
 *
 * Columns are typed arrays over shared memory, so that every thread of a run reads the same copy.
 */

/** Uptime classes, from steady to rare; bounds are fractions of time up (see provenance). */
export const UPTIME_CLASSES = ['steady', 'regular', 'intermittent', 'rare'] as const;
export type UptimeClass = (typeof UPTIME_CLASSES)[number];

export interface Population {
  readonly relays: number;
  /** ISO 3166 codes in lower case; `country` holds indexes into it. */
  readonly countries: readonly string[];
  readonly country: Uint16Array;
  /** Autonomous system number; 0 where the source names none. */
  readonly network: Uint32Array;
  /** Relays with the same number share one IPv4 /24. */
  readonly subnet: Uint32Array;
  /** Relays with the same number are run by one operator. */
  readonly operator: Uint32Array;
  /** Number of distinct operators; operators are numbered 0 to operators - 1. */
  readonly operators: number;
  readonly advertisedBytesPerSecond: Float64Array;
  /** Share of the network's consensus weight; sums to 1. */
  readonly consensusWeight: Float64Array;
  /** Index into UPTIME_CLASSES. */
  readonly uptimeClass: Uint8Array;
  /** 1 for exits, where the source knows them; left out where they are to be drawn. */
  readonly exit?: Uint8Array;
  /** Capacity left for gossip on the relay's uplink, bits per second. */
  readonly uplinkBitsPerSecond: Float64Array;
}

/** Links as columns: link k joins `dialer[k]` and `listener[k]`. */
export interface Topology {
  readonly links: number;
  readonly dialer: Uint32Array;
  readonly listener: Uint32Array;
  /** One-way latency, the same in both directions, in microseconds; at least 1. */
  readonly latencyUs: Uint32Array;
}
