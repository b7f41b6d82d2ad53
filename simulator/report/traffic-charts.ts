/**
 * Charts of simulated traffic over the run: restart against swap, a flood of circuits, and queues.
 *
 * Each is a stack of panels over one axis of time (time-panel.ts), with a line for each arm.
 */

import type { SeriesName, TrafficSeries } from '../measure/traffic-series.ts';
import type { BeforeAfter, TrafficSummary } from '../measure/traffic-summary.ts';
import type { ClientsPlan } from '../scenario/traffic-plan.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, type LineLook } from './chart-style.ts';
import type { DrawingBoard } from './drawing-board.ts';
import { countOf, groupThousands, humanBytes, humanDuration, humanPercent } from './human-units.ts';
import type { Point } from './step-points.ts';
import {
  drawStack,
  type Moment,
  STACK_WIDTH,
  stackHeightPx,
  type TimeLine,
  type TimePanel,
  type TimeSpan,
} from './time-panel.ts';

const STACK_TOP = 62;
/** Cells must wait in this share of all samples for a chart of queues to have something to say. */
const QUEUES_SHARE = 0.5;

interface TrafficArm {
  readonly arm: ArmCurves;
  readonly summary: TrafficSummary;
  readonly series: TrafficSeries;
  readonly look: LineLook;
}

export function trafficArms(data: ChartData): TrafficArm[] {
  const looks = armLooks(data.scenario.arms);
  return data.arms.flatMap((arm) => {
    const summary = data.summary.arms[arm.name]?.traffic ?? null;
    if (summary === null) return [];
    return [{ arm, summary, series: arm.traffic, look: looks.get(arm.name) as LineLook }];
  });
}

/** Whether operators restart relays under clients, within the run. */
export function hasRestarts(data: ChartData): boolean {
  return trafficArms(data).some(({ summary }) => summary.largestDownShare > 0);
}

export function hasFlood(data: ChartData): boolean {
  return trafficArms(data).some(({ summary }) => summary.flood !== null);
}

/** Whether cells waited at relays most of the time. */
export function hasQueues(data: ChartData): boolean {
  return trafficArms(data).some(({ series }) => {
    const values = series.waiting_cells?.value ?? [];
    return values.filter((cells) => cells > 0).length > QUEUES_SHARE * values.length;
  });
}

function pointsOf({ series }: TrafficArm, name: SeriesName): Point[] {
  const found = series[name];
  return found === undefined ? [] : found.seconds.map((at, row) => [at, found.value[row] as number]);
}

function lines(
  arms: readonly TrafficArm[],
  name: SeriesName,
  notes: (summary: TrafficSummary) => readonly string[],
  curve: TimeLine['curve'] = 'linear',
): TimeLine[] {
  return arms.map((one) => ({
    name: one.arm.name,
    notes: notes(one.summary),
    look: one.look,
    points: pointsOf(one, name),
    curve,
  }));
}

/** "before 0.38 s, after 0.4 s". */
function beforeAfter<Period>(
  { before, after }: BeforeAfter<Period>,
  words: (period: Period) => string,
): string[] {
  return [`${words(before)} before`, `${words(after)} after`];
}

function seconds(value: number | null): string {
  return value === null ? 'no data' : humanDuration(value);
}

function spanOf(data: ChartData, further: readonly Moment[] = []): TimeSpan {
  const { updates, durationSeconds, traffic } = data.outcome.scenario;
  const releaseSeconds = updates[0]?.atSeconds ?? 0;
  const released = updates.map(({ module, atSeconds }) => ({
    seconds: atSeconds - releaseSeconds,
    word: `${module} released`,
  }));
  return {
    fromSeconds: (traffic.clients?.fromSeconds ?? 0) - releaseSeconds,
    toSeconds: durationSeconds - releaseSeconds,
    moments: [...released, ...further],
  };
}

function clientsInWords({ count, scale }: ClientsPlan): string {
  const many = countOf(count, 'client');
  return scale === 1
    ? `${many}.`
    : `${many}, who stand for ${humanPercent(scale)} of the network's load and share as much of each relay's capacity.`;
}

/** What a chart of traffic shows, still to be drawn. */
export interface TrafficStack {
  readonly title: string;
  readonly subtitle: string;
  readonly description: string;
  readonly span: TimeSpan;
  readonly panels: readonly TimePanel[];
}

function stackSvg(board: DrawingBoard, data: ChartData, { span, panels, ...words }: TrafficStack): string {
  const { clients } = data.outcome.scenario.traffic;
  const who = clients === null ? '' : clientsInWords(clients);
  const caption = `${data.sourceOfAll} ${who}`;
  const height = STACK_TOP + stackHeightPx(panels.length) + captionHeightPx(caption, STACK_WIDTH);
  return chartSvg(
    { width: STACK_WIDTH, height: height + CHART_PADDING_PX / 2, caption, ...words },
    drawStack(board, STACK_TOP, panels, span),
  );
}

/** What clients notice while relays restart or swap. */
export function restartsStack(data: ChartData): TrafficStack {
  const arms = trafficArms(data);
  const nothing = 'no client was there';
  const broken = arms.map(
    ({ arm, summary }) =>
      `${arm.name} broke ${groupThousands(arm.outcome.circuitsBroken ?? 0)} circuits and delayed ${humanBytes(summary.delayedBytes)}`,
  );
  return {
    span: spanOf(data),
    title: 'Restart against swap: what clients notice of an update',
    subtitle: `${broken.join('; ')}.`,
    description: 'Share of relays down, circuits broken and time to first byte over the run, for each arm.',
    panels: [
      {
        title: 'Relays that are down',
        subtitle: 'for a restart, as a share of all relays',
        yLabel: 'share of relays',
        unit: 'share',
        leastTop: 0.001,
        nothing,
        lines: lines(
          arms,
          'down_share',
          ({ largestDownShare }) => [`${humanPercent(largestDownShare)} at most`],
          'step-after',
        ),
      },
      {
        title: 'Circuits broken',
        subtitle: 'circuits in use that lost a relay, in each sixtieth of the run',
        yLabel: 'circuits',
        unit: 'count',
        leastTop: 1,
        nothing,
        lines: lines(
          arms,
          'circuits_broken',
          ({ circuits }) => [`${groupThousands(circuits.before.broken + circuits.after.broken)} in all`],
          'step-after',
        ),
      },
      {
        title: 'Time to first byte, web',
        subtitle: '99 of 100 fetches have their first byte by then',
        yLabel: 'seconds',
        unit: 'seconds',
        leastTop: 0.01,
        nothing,
        lines: lines(arms, 'web_first_byte_p99_seconds', ({ web }) =>
          beforeAfter(web, ({ firstByte }) => seconds(firstByte.p99Seconds)),
        ),
      },
    ],
  };
}

/** What a flood does to honest circuits. */
export function floodStack(data: ChartData): TrafficStack {
  const arms = trafficArms(data);
  const { flood } = data.outcome.scenario.traffic;
  const releaseSeconds = data.outcome.scenario.updates[0]?.atSeconds ?? 0;
  const ends =
    flood === null
      ? []
      : [
          { seconds: flood.fromSeconds - releaseSeconds, word: 'flood begins' },
          { seconds: flood.toSeconds - releaseSeconds, word: 'flood ends' },
        ];
  const span = spanOf(data);
  const shown = ends.filter(({ seconds: at }) => at > span.fromSeconds && at < span.toSeconds);
  const nothing = 'no client was there';
  const subtitle =
    flood === null
      ? ''
      : `${groupThousands(flood.circuitsPerSecond)} new circuits a second (before scaling) at each of ${groupThousands(flood.guards)} guards, from ${groupThousands(flood.addresses)} addresses.`;
  const ofFlood = (pick: 'answered' | 'refused') => (one: TrafficSummary) => [
    `${groupThousands(one.flood?.[pick] ?? 0)} of ${groupThousands(one.flood?.asked ?? 0)}`,
  ];
  return {
    span: { ...span, moments: [...span.moments, ...shown] },
    title: 'Honest circuits under a flood',
    subtitle,
    description: 'Honest circuits that fail, their build time, and what the flood achieves, over the run.',
    panels: [
      {
        title: 'Honest circuits that could not be built',
        subtitle: 'in each sixtieth of the run',
        yLabel: 'circuits',
        unit: 'count',
        leastTop: 1,
        nothing,
        lines: lines(
          arms,
          'circuits_failed',
          ({ circuits }) =>
            beforeAfter(
              circuits,
              ({ failed, built }) => `${groupThousands(failed)} of ${groupThousands(failed + built)}`,
            ),
          'step-after',
        ),
      },
      {
        title: 'Time to build an honest circuit',
        subtitle: 'nine of ten are built by then',
        yLabel: 'seconds',
        unit: 'seconds',
        leastTop: 0.01,
        nothing,
        lines: lines(arms, 'circuit_build_p90_seconds', ({ circuits }) =>
          beforeAfter(circuits, ({ buildTime }) => seconds(buildTime.p90Seconds)),
        ),
      },
      {
        title: 'Hostile circuits that relays answer',
        subtitle: 'handshakes done for the flood, a second',
        yLabel: 'a second',
        unit: 'count',
        leastTop: 1,
        nothing,
        lines: lines(arms, 'flood_answered_per_second', ofFlood('answered')),
      },
      {
        title: 'Hostile circuits that relays refuse',
        subtitle: 'by their limit, or since too many handshakes wait; a second',
        yLabel: 'a second',
        unit: 'count',
        leastTop: 1,
        nothing,
        lines: lines(arms, 'flood_refused_per_second', ofFlood('refused')),
      },
    ],
  };
}

/** Queues, throughput and how long small and large streams take. */
export function queuesStack(data: ChartData): TrafficStack {
  const arms = trafficArms(data);
  const nothing = 'nothing was fetched';
  return {
    span: spanOf(data),
    title: 'Queues and throughput before and after the update',
    subtitle: 'what cells wait at relays, what clients get, and how long small and large streams take',
    description: 'Queue delay, throughput and the time that streams take over the run, for each arm.',
    panels: [
      {
        title: 'Queue delay',
        subtitle: 'what a cell waits on each link of its way, on average',
        yLabel: 'seconds',
        unit: 'seconds',
        leastTop: 0.001,
        nothing,
        lines: lines(arms, 'queue_seconds', ({ circuits }) =>
          beforeAfter(circuits, ({ meanQueueSeconds }) => seconds(meanQueueSeconds)),
        ),
      },
      {
        title: 'Throughput',
        subtitle: 'bytes of answers that all clients get in a second',
        yLabel: 'a second',
        unit: 'bytes',
        leastTop: 1,
        nothing,
        lines: lines(arms, 'received_bytes_per_second', ({ bulk }) =>
          beforeAfter(bulk, ({ bytesPerSecond }) =>
            bytesPerSecond === null ? 'no bulk' : `bulk ${humanBytes(bytesPerSecond)}/s`,
          ),
        ),
      },
      {
        title: 'Small streams (web)',
        subtitle: 'nine of ten are there, to the last byte, by then',
        yLabel: 'seconds',
        unit: 'seconds',
        leastTop: 0.01,
        nothing,
        lines: lines(arms, 'web_last_byte_p90_seconds', ({ web }) =>
          beforeAfter(web, ({ lastByte }) => seconds(lastByte.p90Seconds)),
        ),
      },
      {
        title: 'Large streams (bulk)',
        subtitle: 'half of them are there by then',
        yLabel: 'seconds',
        unit: 'seconds',
        leastTop: 0.01,
        nothing,
        lines: lines(arms, 'bulk_last_byte_p50_seconds', ({ bulk }) =>
          beforeAfter(bulk, ({ lastByte }) => seconds(lastByte.p50Seconds)),
        ),
      },
    ],
  };
}

/** Draws what clients notice while relays restart or swap, as an SVG file. */
export function drawRestarts(board: DrawingBoard, data: ChartData): string {
  return stackSvg(board, data, restartsStack(data));
}

/** Draws what a flood does to honest circuits, as an SVG file. */
export function drawFlood(board: DrawingBoard, data: ChartData): string {
  return stackSvg(board, data, floodStack(data));
}

/** Draws queues, throughput and how long small and large streams take, as an SVG file. */
export function drawQueues(board: DrawingBoard, data: ChartData): string {
  return stackSvg(board, data, queuesStack(data));
}
