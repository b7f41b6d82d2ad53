/** What simulated traffic hands back: columns of what happened, in virtual seconds from the start of the run. */

/** Kinds of use, as `kind` numbers them. */
export const USES = ['web', 'bulk'] as const;
export type UseName = (typeof USES)[number];

/** One row for each thing fetched; NaN for what did not happen before the end of the run. */
export interface ExchangeColumns {
  readonly kind: Uint8Array;
  readonly client: Uint32Array;
  readonly askedSeconds: Float64Array;
  /** First byte of the answer, of the first try that brought one. */
  readonly firstByteSeconds: Float64Array;
  /** All of it is there, and the digest fits. */
  readonly lastByteSeconds: Float64Array;
  readonly bytes: Float64Array;
  /** Times that its circuit broke and it was asked for again. */
  readonly interruptions: Uint16Array;
}

export interface CircuitColumns {
  /** For each circuit that was built: when it was open, and how long that took. */
  readonly openedSeconds: Float64Array;
  readonly buildSeconds: Float64Array;
  /** Circuits that could not be built. */
  readonly failedSeconds: Float64Array;
  /** Circuits in use that were lost: a relay or a link of theirs is gone. */
  readonly brokenSeconds: Float64Array;
  /** Circuits in use that a relay or the client closed because of a cell that no honest peer sends. */
  readonly closedSeconds: Float64Array;
}

/** Samples at even times. */
export interface GaugeColumns {
  readonly atSeconds: Float64Array;
  /** Cells that wait at all relays. */
  readonly waitingCells: Float64Array;
  /** Cells that had been sent on links until then, each link of their way counted. */
  readonly sentCells: Float64Array;
  /** How long the last cell of the relay with the longest queue would wait at the relay's rate. */
  readonly longestWaitSeconds: Float64Array;
  readonly openCircuits: Float64Array;
  /** Relays that are down for a restart, as a share of all and of consensus weight. */
  readonly downShare: Float64Array;
  readonly downWeightShare: Float64Array;
  /** Bytes of answers that clients got until then. */
  readonly receivedBytes: Float64Array;
  /** Circuits that a flood had asked for until then, and that relays had answered and refused. */
  readonly floodAsked: Float64Array;
  readonly floodAnswered: Float64Array;
  readonly floodRefused: Float64Array;
}

/** One row for each mark on a circuit whose guard and exit are one party's, and whose middle is not; none of the last 30 s. */
export interface MarkColumns {
  readonly atSeconds: Float64Array;
  /** 1 where the guard read the whole mark. */
  readonly read: Uint8Array;
}

export interface TrafficResult {
  readonly clients: number;
  /** When each client had the first update; NaN where it never had. */
  readonly clientUpdatedSeconds: Float64Array;
  readonly exchanges: ExchangeColumns;
  readonly circuits: CircuitColumns;
  readonly gauges: GaugeColumns;
  readonly marks: MarkColumns;
  /** Marks that a guard read where none was made. */
  readonly falseMarks: number;
  /** Relays of the party that marks. */
  readonly hostileRelays: readonly number[];
  /** Some paths as clients choose them under the first consensus: guard, middle, exit, and so on. */
  readonly paths: Uint32Array;
  readonly cells: {
    readonly sent: number;
    readonly delivered: number;
    readonly dropped: number;
    readonly underWay: number;
    /** Cells that the hook for admission had dropped, or whose circuits it had closed. */
    readonly refused: number;
    /**
     * Cells that ended a circuit since no honest peer sends them, and such as were under way on circuits of a relay
     * that went down.
     */
    readonly violations: number;
  };
  readonly flood: {
    readonly asked: number;
    readonly answered: number;
    readonly refused: number;
    /** Honest and other circuits that relays turned away because too many handshakes were waiting. */
    readonly overloaded: number;
  };
  /** Answers that came whole and did not fit their digest, or twice: none in a sound run. */
  readonly corrupt: number;
}
