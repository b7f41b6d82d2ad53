/**
 * Faults as shaded spans, and over them the share of relays that run an update and keep it.
 *
 * Time is that of the run. Updates are those that recovery is about: the newest that was due before each fault ended.
 */

import { type AdoptionCurve, adoptionCurve } from '../measure/curve.ts';
import type { FaultOutcome } from '../measure/fault-outcome.ts';
import { faultSummary, keptSince, newestBy } from '../measure/recovery.ts';
import { updateNames } from '../measure/update-names.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { INK, type LineLook, liveLook, TYPE_PX } from './chart-style.ts';
import type { DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanDuration } from './human-units.ts';
import { drawLineLabels, textRoomPx } from './line-label.ts';
import { curveLine, noData, percentAxis, unitAxis } from './panel-parts.ts';
import { type Point, stepPoints } from './step-points.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 1240;
const PANEL_HEIGHT = 400;
const HEAD_PX = 84;
const SPAN_ROW_PX = 16;
const PLOT_MARGINS = { right: 250, bottom: 46, left: 62 };
const PLOT_WIDTH = WIDTH - 8 - PLOT_MARGINS.left - PLOT_MARGINS.right;
const SHADE = '#c0392b';
export const SPANS_MAX = 12;
const NOTES_MAX = 4;

interface FaultLine {
  readonly name: string;
  readonly look: LineLook;
  readonly points: readonly Point[];
  readonly notes: readonly string[];
}

/** The faults of the scenario as the first simulated arm met them. */
export function faultsOf(data: ChartData): readonly FaultOutcome[] {
  return data.arms.find(({ outcome }) => outcome.faults !== undefined)?.outcome.faults ?? [];
}

/** Whether anything went wrong by itself. */
export function hasFaults(data: ChartData): boolean {
  return faultsOf(data).length > 0;
}

/** Where a span ends in the chart: a fault without an end of its own reaches to the last moment drawn. */
export function endOf({ plan }: FaultOutcome): number {
  return plan.step === null ? plan.fromSeconds + plan.forSeconds : Number.POSITIVE_INFINITY;
}

/** The updates that the chart is about: their places in the scenario. */
function shownUpdates(data: ChartData): number[] {
  const { updates } = data.outcome.scenario;
  const newest = faultsOf(data).map((fault) => newestBy(updates, endOf(fault)));
  const shown = [...new Set(newest.filter((update) => update >= 0))].sort((a, b) => a - b);
  return shown.length === 0 ? [0] : shown;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Kept {
  readonly arm: ArmCurves;
  readonly update: number;
  /** When each relay had the update for good, in seconds of the run. */
  readonly times: Float64Array;
}

/** For each live arm and update shown, when relays had it for good. */
export function keptOf(data: ChartData): Kept[] {
  const { updates } = data.outcome.scenario;
  return data.arms
    .filter(({ isLive }) => isLive)
    .flatMap((arm) =>
      shownUpdates(data).map((update): Kept => {
        const times = keptSince(arm.outcome.updates[update]!, updates[update]!.atSeconds);
        return { arm, update, times };
      }),
    );
}

/** From a little before the first fault or release to a little after the last change. */
export function shownTime(data: ChartData, kept: readonly Kept[]): Span {
  const { scenario } = data.outcome;
  const faults = faultsOf(data);
  const releases = kept.map(({ update }) => scenario.updates[update]!.atSeconds);
  const from = Math.min(...releases, ...faults.map(({ plan }) => plan.fromSeconds));
  const ends = faults.map(endOf).filter(Number.isFinite);
  const lastOf = ({ times }: Kept): number =>
    times.reduce((last, seconds) => (Number.isFinite(seconds) ? Math.max(last, seconds) : last), 0);
  const last = Math.max(from + 1, ...ends, ...kept.map(lastOf));
  const room = (last - from) * 0.06;
  return { from: Math.max(0, from - room), to: Math.min(scenario.durationSeconds, last + room) };
}

/** "partition: 35.1 s", for the faults that this update's recovery is about. */
function recoveryNotes(data: ChartData, { arm, update }: Kept): string[] {
  const { updates, durationSeconds } = data.outcome.scenario;
  return (arm.outcome.faults ?? [])
    .filter((fault) => newestBy(updates, endOf(fault)) === update)
    .slice(0, NOTES_MAX)
    .map((fault) => {
      const summary = faultSummary(fault, arm.outcome.updates, updates, durationSeconds);
      const { kind, recoverySeconds, endSeconds } = summary;
      if (endSeconds === null) return `${kind}: no end`;
      return `${kind}: ${recoverySeconds === null ? 'never' : humanDuration(recoverySeconds)}`;
    });
}

/** The curve of those that have an update for good, in seconds of the run. */
export function keptCurve(data: ChartData, { times }: Kept): AdoptionCurve {
  return adoptionCurve(
    times.map((seconds) => (Number.isFinite(seconds) ? seconds : Number.NaN)),
    data.outcome.population.consensusWeight,
  );
}

/** By its arm, and by its update where several are shown. */
export function keptNames(data: ChartData, kept: readonly Kept[]): string[] {
  const names = updateNames(data.outcome);
  const isOne = new Set(kept.map(({ update }) => update)).size === 1;
  return kept.map(({ arm, update }) => (isOne ? arm.name : `${arm.name}, ${names[update]}`));
}

/** "partition, 3 min". */
export function faultInWords(fault: FaultOutcome): string {
  const step = fault.plan.step === null ? '' : ` when ${fault.plan.step}`;
  const ends = Number.isFinite(endOf(fault)) ? humanDuration(fault.plan.forSeconds) : 'on';
  return `${fault.plan.kind}${step}, ${ends}`;
}

function linesOf(data: ChartData, kept: readonly Kept[], time: Span): FaultLine[] {
  const names = keptNames(data, kept);
  return kept.map((one, index): FaultLine => {
    const curve = keptCurve(data, one);
    return {
      name: names[index] as string,
      look: liveLook(index, false),
      notes: recoveryNotes(data, one),
      points: stepPoints(curve, 'fractionOfRelays', {
        ofSeconds: (seconds) => seconds,
        pixel: (x) => ((x - time.from) / (time.to - time.from)) * PLOT_WIDTH,
        fromX: time.from,
        toX: time.to,
      }),
    };
  });
}

/** Spans, each with its name in a row of its own above the panel. */
function spans(panel: Panel, faults: readonly FaultOutcome[], time: Span): Markup {
  const { top, bottom, right } = panel.frame;
  return join(
    ...faults.slice(0, SPANS_MAX).map((fault, row) => {
      const left = panel.pixelX(Math.max(time.from, fault.plan.fromSeconds));
      const end = Math.min(right, panel.pixelX(Math.min(time.to, endOf(fault))));
      const y = top - 8 - (Math.min(faults.length, SPANS_MAX) - 1 - row) * SPAN_ROW_PX;
      const text = faultInWords(fault);
      return join(
        element('rect', {
          x: left,
          y: top,
          width: Math.max(1.5, end - left),
          height: bottom - top,
          fill: SHADE,
          'fill-opacity': Math.max(0.04, 0.14 / Math.min(faults.length, 3)),
        }),
        element('line', {
          x1: left,
          x2: Math.max(left + 1.5, end),
          y1: y + 4,
          y2: y + 4,
          stroke: SHADE,
          'stroke-width': 2,
        }),
        textAt(Math.min(left, right - 150), y - 1, text, {
          sizePx: TYPE_PX.caption,
          colour: INK,
          halo: true,
        }),
      );
    }),
  );
}

/** Draws the faults of a run over the curves of its live arms, as an SVG file. */
export function drawFaults(board: DrawingBoard, data: ChartData): string {
  const faults = faultsOf(data);
  const kept = keptOf(data);
  const time = shownTime(data, kept);
  const lines = linesOf(data, kept, time);
  const rows = Math.min(faults.length, SPANS_MAX);
  const margins: Margins = { ...PLOT_MARGINS, top: 16 + rows * SPAN_ROW_PX };
  const height = PANEL_HEIGHT + rows * SPAN_ROW_PX;
  const panel = board.panel({ x: 8, y: HEAD_PX, width: WIDTH - 8, height }, margins, {
    x: { domain: [time.from, time.to] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of relays'),
      unitAxis(board, 'SECONDS of the run', 's'),
      ...lines.map(({ name, points, look }) => curveLine(board, name, points, look, 'step-after')),
    ],
  });
  const labels = lines.map(({ name, look, points, notes }) => {
    const [anchorX, anchorY] = [panel.frame.right, panel.pixelY(points.at(-1)?.[1] ?? 0)];
    const boxLeft = anchorX + 14;
    return { anchorX, anchorY, boxLeft, name, notes, roomPx: textRoomPx(boxLeft, WIDTH - 8), look };
  });
  const left = faults.length - rows;
  const caption = `${data.sourceOfAll} By relay count.${left > 0 ? ` ${left} further faults are not drawn.` : ''}`;
  return chartSvg(
    {
      width: WIDTH,
      height: HEAD_PX + height + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `Faults and recovery on ${countOf(data.summary.relays, 'relay')}`,
      subtitle:
        'shaded: faults; lines: relays that run an update and keep it; beside them: time to recover after each fault',
      description:
        'Share of relays that run the newest update over time, with the spans of all faults shaded.',
      caption,
    },
    panel.markup,
    spans(panel, faults, time),
    lines.length > 0 ? drawLineLabels(labels, panel.frame) : noData(panel, 'no live arm'),
  );
}
