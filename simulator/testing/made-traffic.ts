/**
 * Made traffic: the columns that simulated cells leave behind, filled by hand.
 *
 * Nothing in it was simulated, and no figure of it may be quoted.
 */

import type { RunOutcome } from '../measure/outcome.ts';
import type { TrafficResult } from '../measure/traffic-result.ts';
import type { TrafficPlan } from '../scenario/traffic-plan.ts';
import { trafficSchema } from '../scenario/traffic-schema.ts';
import { toTraffic } from '../scenario/traffic-yaml.ts';

/** A plan as a file would give it. */
export function madeTrafficPlan(input: object, durationSeconds = 600): TrafficPlan {
  return toTraffic(trafficSchema.parse(input), durationSeconds);
}

export interface MadeExchange {
  readonly kind?: 0 | 1;
  readonly asked: number;
  readonly firstByte?: number;
  readonly lastByte?: number;
  readonly bytes?: number;
  readonly interruptions?: number;
}

export interface MadeGauge {
  readonly at: number;
  readonly waitingCells?: number;
  readonly sentCells?: number;
  readonly longestWait?: number;
  readonly downShare?: number;
  readonly received?: number;
  readonly asked?: number;
  readonly answered?: number;
}

export interface MadeTrafficOptions {
  readonly exchanges?: readonly MadeExchange[];
  readonly gauges?: readonly MadeGauge[];
  /** When each was open, and how long it took. */
  readonly built?: readonly (readonly [at: number, seconds: number])[];
  readonly failed?: readonly number[];
  readonly broken?: readonly number[];
  readonly closed?: readonly number[];
  readonly marks?: readonly (readonly [at: number, read: boolean])[];
  readonly paths?: readonly number[];
  readonly hostile?: readonly number[];
  readonly clientUpdated?: readonly number[];
  readonly flood?: TrafficResult['flood'];
}

export function madeTraffic(options: MadeTrafficOptions = {}): TrafficResult {
  const { exchanges = [], gauges = [], built = [], marks = [], clientUpdated = [] } = options;
  const column = <Row>(rows: readonly Row[], pick: (row: Row) => number | undefined): Float64Array =>
    Float64Array.from(rows, (row) => pick(row) ?? Number.NaN);
  const gauge = (pick: (one: MadeGauge) => number | undefined): Float64Array =>
    Float64Array.from(gauges, (one) => pick(one) ?? 0);
  return {
    clients: Math.max(1, clientUpdated.length),
    clientUpdatedSeconds: Float64Array.from(clientUpdated),
    exchanges: {
      kind: Uint8Array.from(exchanges, ({ kind }) => kind ?? 0),
      client: new Uint32Array(exchanges.length),
      askedSeconds: column(exchanges, ({ asked }) => asked),
      firstByteSeconds: column(exchanges, ({ firstByte }) => firstByte),
      lastByteSeconds: column(exchanges, ({ lastByte }) => lastByte),
      bytes: Float64Array.from(exchanges, ({ bytes }) => bytes ?? 1000),
      interruptions: Uint16Array.from(exchanges, ({ interruptions }) => interruptions ?? 0),
    },
    circuits: {
      openedSeconds: Float64Array.from(built, ([at]) => at),
      buildSeconds: Float64Array.from(built, ([, seconds]) => seconds),
      failedSeconds: Float64Array.from(options.failed ?? []),
      brokenSeconds: Float64Array.from(options.broken ?? []),
      closedSeconds: Float64Array.from(options.closed ?? []),
    },
    gauges: {
      atSeconds: gauge(({ at }) => at),
      waitingCells: gauge(({ waitingCells }) => waitingCells),
      sentCells: gauge(({ sentCells }) => sentCells),
      longestWaitSeconds: gauge(({ longestWait }) => longestWait),
      openCircuits: gauge(() => 0),
      downShare: gauge(({ downShare }) => downShare),
      downWeightShare: gauge(({ downShare }) => downShare),
      receivedBytes: gauge(({ received }) => received),
      floodAsked: gauge(({ asked }) => asked),
      floodAnswered: gauge(({ answered }) => answered),
      floodRefused: gauge(() => 0),
    },
    marks: {
      atSeconds: Float64Array.from(marks, ([at]) => at),
      read: Uint8Array.from(marks, ([, read]) => (read ? 1 : 0)),
    },
    falseMarks: 0,
    hostileRelays: options.hostile ?? [],
    paths: Uint32Array.from(options.paths ?? []),
    cells: { sent: 0, delivered: 0, dropped: 0, underWay: 0, refused: 0, violations: 0 },
    flood: options.flood ?? { asked: 0, answered: 0, refused: 0, overloaded: 0 },
    corrupt: 0,
  };
}

/** A made run with this traffic in every arm. */
export function withTraffic(run: RunOutcome, plan: TrafficPlan, traffic: TrafficResult): RunOutcome {
  return {
    ...run,
    scenario: { ...run.scenario, traffic: plan },
    arms: run.arms.map((arm) => ({
      ...arm,
      traffic,
      circuitsBroken: traffic.circuits.brokenSeconds.length,
    })),
  };
}
