/** What relays sent and received in an arm, as the engine counts it. */

/** What a byte on an uplink was for. All kinds together are everything that was sent. */
export const BYTE_KINDS = [
  /** Messages of gossip, each with its topic: the updates themselves, first copies and others. */
  'messages',
  /** Control of gossip: who takes part in which topic, who has and wants what, who is in whose mesh. */
  'subscriptions',
  'ihave',
  'iwant',
  'graft',
  'prune',
  'idontwant',
  /** Lengths of frames, and what else of them belongs to no part. */
  'framing',
  /** Links made and closed, streams negotiated on them. */
  'links',
  /** Questions and answers beside gossip: directories, catch-up, chunks, reports. */
  'requests',
] as const;
export type ByteKind = (typeof BYTE_KINDS)[number];

/** Kinds that gossip spends beside its messages. */
export const CONTROL_KINDS = [
  'subscriptions',
  'ihave',
  'iwant',
  'graft',
  'prune',
  'idontwant',
  'framing',
] as const satisfies readonly ByteKind[];

/** Columns: row i is relay i. Over the whole run, set-up included. */
export interface RelayLoads {
  /** Everything that left on the relay's uplink. */
  readonly sentBytes: Float64Array;
  /** Of that, messages, and control of gossip. */
  readonly messageBytes: Float64Array;
  readonly controlBytes: Float64Array;
  /** Frames of gossip that reached the relay; links and requests are not counted. */
  readonly receivedGossipBytes: Float64Array;
  /** Copies of messages that the relay already had. */
  readonly duplicates: Float64Array;
}

export interface LoadResult {
  /** Of everybody who sends: relays, authorities, sybils. */
  readonly bytesByKind: Readonly<Record<ByteKind, number>>;
  readonly relays: RelayLoads;
}
