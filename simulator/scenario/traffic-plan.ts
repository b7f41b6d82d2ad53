/** Traffic of a scenario after reading: who sends what through the relays, and who abuses them. */

/** One way of using the network: fetch something, pause, fetch again. */
export interface UsePlan {
  /** Mean of an exponential law, bytes. */
  readonly meanBytes: number;
  /** Mean pause between the end of one stream and the start of the next, of an exponential law; 0: no pause. */
  readonly meanThinkSeconds: number;
}

/** Clients, whose cells are simulated one by one. */
export interface ClientsPlan {
  readonly count: number;
  /** Circuits that each keeps open. */
  readonly circuits: number;
  /** A circuit is replaced once it is this old and idle (Tor's MaxCircuitDirtiness). */
  readonly circuitSeconds: number;
  /** They come one after the other within this span. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Share of clients that download in bulk; the others use the web. */
  readonly bulkShare: number;
  readonly web: UsePlan;
  readonly bulk: UsePlan;
  /** Share of the network's load that is simulated, and so of each relay's capacity that is there for it. */
  readonly scale: number;
  /** Share of relays that are exits, drawn at random. */
  readonly exitShare: number;
  /** What all agree on: Tor's fixed windows, or the parameters of congestion control (proposal 324). */
  readonly flow: 'fixed' | 'congestion';
  /** Processor time of a relay for one circuit handshake, before scaling. */
  readonly handshakeUs: number;
  /** How a client gets updates: from relays of a circuit that it builds, or never. */
  readonly updates: 'circuit' | 'never';
}

export const MARKS = [
  /** Ordinary cells towards the client labelled RELAY_EARLY, which a middle relay can see. */
  'relay-early',
  /** RELAY_DROP cells towards the client, which only the client can see. */
  'drop',
  /** Cells with a relay command that nobody knows, which only the client can see. */
  'unknown',
] as const;
export type MarkName = (typeof MARKS)[number];

/** Relays that are one party's: its exits mark circuits, and its guards look for the marks. */
export interface MarkingPlan {
  readonly mark: MarkName;
  /** Share of consensus weight that is the party's, drawn relay by relay. */
  readonly share: number;
  /** Cells that a mark takes. */
  readonly cells: number;
}

/** A flood of new circuits on a few guards. */
export interface FloodPlan {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Guards that are flooded, the heaviest first. */
  readonly guards: number;
  /** CREATE cells at each of them, before scaling. */
  readonly circuitsPerSecond: number;
  /** Addresses that they come from. */
  readonly addresses: number;
}

export interface TrafficPlan {
  /** Mean share of a relay's advertised bandwidth in use, 0 to 1; decides how often a hook is reached. */
  readonly utilization: number;
  /** Null: no cell is simulated. */
  readonly clients: ClientsPlan | null;
  /** Null: nobody marks. Needs clients. */
  readonly marking: MarkingPlan | null;
  /** Null: nobody floods. Needs clients. */
  readonly flood: FloodPlan | null;
}
