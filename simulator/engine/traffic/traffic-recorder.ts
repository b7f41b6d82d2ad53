/** Records what clients, relays and attackers of simulated traffic do; nothing else knows the time of the run. */

import { CircuitEnd } from '../../../node/relay/reasons.ts';
import type {
  CircuitColumns,
  ExchangeColumns,
  GaugeColumns,
  MarkColumns,
} from '../../measure/traffic-result.ts';
import type { Trace } from '../trace.ts';
import type { VirtualClock } from '../virtual-clock.ts';

const TRACE_EXCHANGE = 64;
const TRACE_CIRCUIT = 65;
const TRACE_MARK = 66;

/** A mark is read within seconds or never: by then its cells have arrived, or the circuit is gone. */
const MARK_READ_WITHIN_US = 30_000_000;

/** A fetch that is under way or over. */
export interface ExchangeRecord {
  readonly client: number;
  readonly kind: number;
  readonly askedUs: number;
  readonly bytes: number;
  firstByteUs: number;
  lastByteUs: number;
  interruptions: number;
}

/** A mark, between which two relays, on whose circuit. */
export interface MarkPlace {
  readonly guard: number;
  readonly exit: number;
  readonly client: number;
  /** Whether the mark tells the party what it does not know already. */
  readonly counts: boolean;
}

interface MarkRecord extends MarkPlace {
  readonly atUs: number;
  read: boolean;
}

export interface Gauge {
  readonly waitingCells: number;
  readonly sentCells: number;
  readonly longestWaitSeconds: number;
  readonly openCircuits: number;
  readonly downShare: number;
  readonly downWeightShare: number;
  readonly floodAsked: number;
  readonly floodAnswered: number;
  readonly floodRefused: number;
}

function seconds(timesUs: readonly number[]): Float64Array {
  return Float64Array.from(timesUs, (us) => us / 1e6);
}

export class TrafficRecorder {
  receivedBytes = 0;
  corrupt = 0;
  falseMarks = 0;
  private readonly clock: VirtualClock;
  private readonly trace: Trace;
  private readonly exchanges: ExchangeRecord[] = [];
  private readonly openedUs: number[] = [];
  private readonly buildUs: number[] = [];
  private readonly failedUs: number[] = [];
  private readonly brokenUs: number[] = [];
  private readonly closedUs: number[] = [];
  private readonly gauges: (Gauge & { atUs: number; receivedBytes: number })[] = [];
  private readonly marks: MarkRecord[] = [];

  constructor(clock: VirtualClock, trace: Trace) {
    this.clock = clock;
    this.trace = trace;
  }

  /** A client asks for something. */
  ask(host: number, client: number, kind: number, bytes: number): ExchangeRecord {
    const record = {
      client,
      kind,
      askedUs: this.clock.nowUs,
      bytes,
      firstByteUs: Number.NaN,
      lastByteUs: Number.NaN,
      interruptions: 0,
    };
    this.exchanges.push(record);
    this.trace.add(host, TRACE_EXCHANGE, this.clock.nowUs, bytes, kind);
    return record;
  }

  /** It is there. */
  complete(host: number, record: ExchangeRecord): void {
    record.lastByteUs = this.clock.nowUs;
    this.trace.add(host, TRACE_EXCHANGE, this.clock.nowUs, record.bytes, record.interruptions + 16);
  }

  circuitOpened(host: number, buildUs: number): void {
    this.openedUs.push(this.clock.nowUs);
    this.buildUs.push(buildUs);
    this.trace.add(host, TRACE_CIRCUIT, this.clock.nowUs, 1, 0);
  }

  circuitFailed(host: number, reason: number): void {
    this.failedUs.push(this.clock.nowUs);
    this.trace.add(host, TRACE_CIRCUIT, this.clock.nowUs, 2, reason);
  }

  circuitBroken(host: number, reason: number): void {
    const times = reason === CircuitEnd.protocol ? this.closedUs : this.brokenUs;
    times.push(this.clock.nowUs);
    this.trace.add(host, TRACE_CIRCUIT, this.clock.nowUs, 3, reason);
  }

  /** A mark is put on a circuit from a guard of the same party. */
  mark(place: MarkPlace): void {
    this.marks.push({ ...place, atUs: this.clock.nowUs, read: false });
    this.trace.add(place.exit, TRACE_MARK, this.clock.nowUs, place.guard, 0);
  }

  /** A guard has read a whole mark on a client's circuit: the oldest that is open there. */
  markRead(guard: number, client: number): void {
    this.trace.add(guard, TRACE_MARK, this.clock.nowUs, guard, 1);
    const mark = this.marks.find(
      (one) => one.guard === guard && one.client === client && !one.read && this.isRecent(one),
    );
    if (mark === undefined) this.falseMarks++;
    else mark.read = true;
  }

  sample(gauge: Gauge): void {
    this.gauges.push({ ...gauge, atUs: this.clock.nowUs, receivedBytes: this.receivedBytes });
  }

  exchangeColumns(): ExchangeColumns {
    const { exchanges } = this;
    return {
      kind: Uint8Array.from(exchanges, ({ kind }) => kind),
      client: Uint32Array.from(exchanges, ({ client }) => client),
      askedSeconds: Float64Array.from(exchanges, ({ askedUs }) => askedUs / 1e6),
      firstByteSeconds: Float64Array.from(exchanges, ({ firstByteUs }) => firstByteUs / 1e6),
      lastByteSeconds: Float64Array.from(exchanges, ({ lastByteUs }) => lastByteUs / 1e6),
      bytes: Float64Array.from(exchanges, ({ bytes }) => bytes),
      interruptions: Uint16Array.from(exchanges, ({ interruptions }) => interruptions),
    };
  }

  circuitColumns(): CircuitColumns {
    return {
      openedSeconds: seconds(this.openedUs),
      buildSeconds: seconds(this.buildUs),
      failedSeconds: seconds(this.failedUs),
      brokenSeconds: seconds(this.brokenUs),
      closedSeconds: seconds(this.closedUs),
    };
  }

  gaugeColumns(): GaugeColumns {
    const column = (pick: (gauge: (typeof this.gauges)[number]) => number): Float64Array =>
      Float64Array.from(this.gauges, pick);
    return {
      atSeconds: column(({ atUs }) => atUs / 1e6),
      waitingCells: column(({ waitingCells }) => waitingCells),
      sentCells: column(({ sentCells }) => sentCells),
      longestWaitSeconds: column(({ longestWaitSeconds }) => longestWaitSeconds),
      openCircuits: column(({ openCircuits }) => openCircuits),
      downShare: column(({ downShare }) => downShare),
      downWeightShare: column(({ downWeightShare }) => downWeightShare),
      receivedBytes: column(({ receivedBytes }) => receivedBytes),
      floodAsked: column(({ floodAsked }) => floodAsked),
      floodAnswered: column(({ floodAnswered }) => floodAnswered),
      floodRefused: column(({ floodRefused }) => floodRefused),
    };
  }

  markColumns(): MarkColumns {
    // Of the latest marks nobody knows yet whether they will be read.
    const marks = this.marks.filter((mark) => mark.counts && !this.isRecent(mark));
    return {
      atSeconds: Float64Array.from(marks, ({ atUs }) => atUs / 1e6),
      read: Uint8Array.from(marks, ({ read }) => (read ? 1 : 0)),
    };
  }

  private isRecent({ atUs }: MarkRecord): boolean {
    return this.clock.nowUs - atUs < MARK_READ_WITHIN_US;
  }
}
