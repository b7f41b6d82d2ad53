/**
 * Updates that were taken back: which share of relays ran each of them at every moment, and which ever did.
 *
 * The axis of shares ends a little above the highest line, since a rollout that was halted in time shows by
 * how low it is.
 */

import { type AdoptionCurve, reachedFraction } from '../measure/curve.ts';
import { keptWith } from '../measure/kept-with.ts';
import { revokedSeconds } from '../measure/removal-summary.ts';
import { highestRunning, type RunningCurve, runningCurve, runningFraction } from '../measure/running.ts';
import { stageCurves } from '../measure/stage-curves.ts';
import { updateNames } from '../measure/update-names.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { INK, type LineLook, liveLook, TYPE_PX } from './chart-style.ts';
import type { DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanDuration, humanPercent } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { curveLine, noData, shareAxis, unitAxis } from './panel-parts.ts';
import { linearAxis, type Point, peaksOfColumns, type StepAxis, stepPoints } from './step-points.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt, textWidthPx } from './text-layout.ts';
import { timeUnit } from './time-unit.ts';

const WIDTH = 1240;
const PANEL_TOP = 96;
const PANEL_HEIGHT = 420;
const MARGINS: Margins = { top: 30, right: 250, bottom: 46, left: 72 };
const PLOT_WIDTH = WIDTH - 8 - MARGINS.left - MARGINS.right;
const LABEL_GAP_PX = 14;
const MARK_ROW_PX = 14;
/** Shares at which the axis may end. */
const TOPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;
/** An axis longer than this many of a unit takes the next larger one. */
const UNITS_MAX = 180;

export interface RunningLine {
  readonly arm: ArmCurves;
  readonly name: string;
  readonly look: LineLook;
  readonly running: RunningCurve;
  readonly everRan: AdoptionCurve;
  readonly haltedSeconds: number | null;
  readonly revokedSeconds: number | null;
}

/** Updates of live arms that some relay took out again, or that were halted or revoked. */
export const runningLines = keptWith((data: ChartData): readonly RunningLine[] => {
  const names = updateNames(data.outcome);
  const plans = data.outcome.scenario.updates;
  const live = data.arms.filter(({ isLive }) => isLive);
  const lines = live.flatMap((arm) =>
    arm.outcome.updates.flatMap((update, index) => {
      const revoked = revokedSeconds(update, plans[index], true);
      if (revoked === null && update.removed.every(Number.isNaN)) return [];
      const { activated } = update.stages;
      const name = [
        ...(live.length > 1 ? [arm.name] : []),
        ...(plans.length > 1 || live.length === 1 ? [names[index] as string] : []),
      ].join(', ');
      const running = runningCurve(activated, update.removed, update.cohort);
      const everRan = stageCurves(update, data.outcome.population.consensusWeight).activated;
      return [{ arm, name, running, everRan, haltedSeconds: update.haltedSeconds, revokedSeconds: revoked }];
    }),
  );
  return lines.map((line, index) => ({ ...line, look: liveLook(index, false) }));
});

/** Whether anything was taken back. */
export function hasRemovals(data: ChartData): boolean {
  return runningLines(data).length > 0;
}

/** A quarter past the last change, or past the revocation. */
export function axisEndSeconds(lines: readonly RunningLine[]): number {
  const ends = lines.map(({ arm, running, revokedSeconds }) => {
    const last = Math.max(running.seconds.at(-1) ?? 0, revokedSeconds ?? 0, 1);
    return Math.min(arm.horizonSeconds, last * 1.25);
  });
  return Math.max(1, ...ends);
}

export function axisTop(lines: readonly RunningLine[]): number {
  const highest = Math.max(0, ...lines.map(({ everRan }) => reachedFraction(everRan, 'fractionOfRelays')));
  return TOPS.find((top) => top >= highest * 1.02) ?? 1;
}

function runningPoints({ seconds, fractionOfRelays }: RunningCurve, axis: StepAxis): Point[] {
  const start: Point = [0, 0];
  return [start, ...peaksOfColumns(seconds, fractionOfRelays, axis, start)];
}

interface Moment {
  readonly seconds: number;
  readonly word: string;
}

/** When something was halted or revoked; lines that share the moment share the mark. */
export function runningMoments(lines: readonly RunningLine[]): Moment[] {
  const found = new Map<string, Moment>();
  for (const { haltedSeconds, revokedSeconds, name } of lines) {
    const seconds = haltedSeconds ?? revokedSeconds;
    if (seconds === null) continue;
    const word = haltedSeconds === null ? 'revoked' : lines.length > 1 ? `${name} halted` : 'halted';
    found.set(`${word} ${seconds}`, { seconds, word });
  }
  return [...found.values()].sort((a, b) => a.seconds - b.seconds);
}

function momentMarks(panel: Panel, lines: readonly RunningLine[], unitSeconds: number): Markup {
  const rowEnds: number[] = [];
  return join(
    ...runningMoments(lines).map(({ seconds, word }) => {
      const x = panel.pixelX(seconds / unitSeconds);
      const text = `${word} after ${humanDuration(seconds)}`;
      const widthPx = textWidthPx(text, TYPE_PX.caption, true);
      const left = Math.min(x + 4, panel.frame.right - widthPx);
      // The first row whose last text ends before this one begins.
      const free = rowEnds.findIndex((end) => end < left);
      const row = free < 0 ? rowEnds.length : free;
      rowEnds[row] = left + widthPx + 8;
      const y = panel.frame.top - 6 - row * MARK_ROW_PX;
      return join(
        element('line', {
          x1: x,
          x2: x,
          y1: y - 8,
          y2: panel.frame.bottom,
          stroke: INK,
          'stroke-width': 1.2,
          'stroke-dasharray': '5 3',
        }),
        textAt(left, y, text, { sizePx: TYPE_PX.caption, bold: true, halo: true }),
      );
    }),
  );
}

function labels(lines: readonly RunningLine[], panel: Panel, end: number): LineLabel[] {
  return lines.map(({ name, look, running, everRan }) => {
    const notes = [
      `${humanPercent(reachedFraction(everRan, 'fractionOfRelays'))} ever ran it`,
      `${humanPercent(highestRunning(running))} at one time`,
      `${humanPercent(runningFraction(running))} in the end`,
    ];
    const [anchorX, anchorY] = [panel.pixelX(end), panel.pixelY(runningFraction(running))];
    const boxLeft = anchorX + LABEL_GAP_PX;
    return { anchorX, anchorY, boxLeft, name, notes, roomPx: textRoomPx(boxLeft, WIDTH - 8), look };
  });
}

/** Draws the updates that were taken back, as an SVG file. */
export function drawRunning(board: DrawingBoard, data: ChartData): string {
  const lines = runningLines(data);
  const endSeconds = axisEndSeconds(lines);
  const unit = timeUnit(endSeconds, UNITS_MAX);
  const end = endSeconds / unit.seconds;
  const axis = linearAxis(unit.seconds, end, PLOT_WIDTH);
  const top = axisTop(lines);
  const panel = board.panel({ x: 8, y: PANEL_TOP, width: WIDTH - 8, height: PANEL_HEIGHT }, MARGINS, {
    x: { domain: [0, end] },
    y: { domain: [0, top] },
    marks: [
      ...shareAxis(board, 'share of relays', top),
      unitAxis(board, `${unit.word} since the release of the update`, unit.name),
      ...lines.map(({ name, everRan, look }) =>
        curveLine(
          board,
          `${name}, ever ran`,
          stepPoints(everRan, 'fractionOfRelays', axis),
          { ...look, dash: '2 3', widthPx: 1.4 },
          'step-after',
        ),
      ),
      ...lines.map(({ name, running, look }) =>
        curveLine(board, `${name}, running`, runningPoints(running, axis), look, 'step-after'),
      ),
    ],
  });
  const caption = `${data.sourceOfAll} By relay count.`;
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `Updates that were taken back, on ${countOf(data.summary.relays, 'relay')}`,
      subtitle: 'thick: relays that run it at that moment; thin and dotted: relays that ever ran it',
      description: 'Share of relays that run each update over time, and when it was halted or revoked.',
      caption,
    },
    panel.markup,
    lines.length > 0
      ? join(momentMarks(panel, lines, unit.seconds), drawLineLabels(labels(lines, panel, end), panel.frame))
      : noData(panel, 'no relay took an update out again'),
  );
}
