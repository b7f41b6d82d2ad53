/** What sybils did to an arm's gossip, as the engine counts it. */

/** The meshes of the relays that the attack is aimed at, or of all relays, at one instant. */
export interface MeshSample {
  /** Virtual seconds from the start of the run. */
  readonly seconds: number;
  /** Mesh links as relays see them, each end for itself, and those of them that lead to a sybil. */
  readonly meshLinks: number;
  readonly sybilMeshLinks: number;
  /** Relays with a mesh of nothing but sybils. */
  readonly eclipsedRelays: number;
  /** Pairs of a relay and a sybil whose frames it does not look at any more, so far. */
  readonly graylistedPairs: number;
}

export interface SybilResult {
  /** Links made, those made again included. */
  readonly links: number;
  /** What the sybils sent: streams asked for and frames. */
  readonly frames: number;
  readonly bytes: number;
  /** Messages kept back, or frames of floods. */
  readonly attempts: number;
  /** What honest relays held against sybils: behavioural penalties (P7) and invalid messages (P4). */
  readonly penalties: number;
  readonly invalidMessages: number;
  /** Pairs of a relay and a sybil that it has shut out. */
  readonly graylistedPairs: number;
  /** Relays that the attack was aimed at; empty for the whole network. */
  readonly targets: readonly number[];
  readonly samples: readonly MeshSample[];
}
