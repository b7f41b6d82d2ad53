/**
 * Live and manual on one time axis, from milliseconds to years.
 *
 * Only a logarithmic axis shows both: on a linear one, every live arm is a line at zero.
 */

import { timeToFraction } from '../measure/quantiles.ts';
import { answerSentence, armsByKind } from './answer.ts';
import { type ActivationCurves, type CurvesData, dateOfData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, historicalLook, INK, type LineLook, TYPE_PX } from './chart-style.ts';
import type { DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, DAY_SECONDS, humanRatio } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { ticksWithin, YEAR_SECONDS } from './log-time.ts';
import { bandArea, curveLine, namedAxis, noData, percentAxis, polylinesOf } from './panel-parts.ts';
import { type BandPoint, bandPoints, type Point, stepPoints } from './step-points.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 1240;
const PANEL_TOP = 70;
const PANEL_HEIGHT = 430;
const MARGINS: Margins = { top: 16, right: 168, bottom: 46, left: 62 };
const LABEL_GAP_PX = 14;
/** Level of the arrow between the arms. */
const HALF = 0.5;
/** The axis starts where this share of relays has the fix: the publisher alone must not stretch it. */
const EARLY_SHARE = 0.002;
const SHORTEST_SECONDS = 1e-5;

interface TimeLine {
  readonly name: string;
  readonly note: string;
  readonly points: readonly Point[];
  readonly band: readonly BandPoint[];
  readonly look: LineLook;
  readonly curve: 'step-after' | 'linear';
}

interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** From 10 ms, or earlier if relays were, to the end of the longest line. */
function axisSpan(data: CurvesData): Span {
  let fromSeconds = 0.01;
  let toSeconds = 10;
  for (const arm of data.arms) {
    const { activated } = arm.stages;
    const early = timeToFraction(activated, 'fractionOfRelays', EARLY_SHARE);
    if (early !== null) fromSeconds = Math.min(fromSeconds, Math.max(SHORTEST_SECONDS, early));
    if (activated.seconds.length > 0)
      toSeconds = Math.max(toSeconds, Math.min(lineEnd(arm), 100 * YEAR_SECONDS));
  }
  for (const { lastObservedDay } of data.historical) {
    toSeconds = Math.max(toSeconds, lastObservedDay * DAY_SECONDS);
  }
  return { fromSeconds, toSeconds };
}

/** A live arm whose relays all have the fix needs no line through the years after. */
function lineEnd(arm: ActivationCurves): number {
  const last = arm.stages.activated.seconds.at(-1) ?? 0;
  return arm.isLive ? Math.min(arm.horizonSeconds, Math.max(last * 1.6, 1)) : arm.horizonSeconds;
}

function armLines(data: CurvesData, span: Span): TimeLine[] {
  const looks = armLooks(data.scenario.arms);
  const pixels = WIDTH - MARGINS.left - MARGINS.right;
  const pixelsPerE = pixels / Math.log(span.toSeconds / span.fromSeconds);
  return data.arms
    .filter((arm) => arm.stages.activated.seconds.length > 0)
    .map((arm) => {
      const { activated } = arm.stages;
      const drawn = {
        ofSeconds: (seconds: number) => seconds,
        pixel: (x: number) => Math.log(x / span.fromSeconds) * pixelsPerE,
        fromX: Math.max(span.fromSeconds, activated.seconds[0] as number),
        toX: lineEnd(arm),
      };
      return {
        name: `${arm.name} arm`,
        note: 'simulated',
        points: stepPoints(activated, 'fractionOfRelays', drawn),
        band: bandPoints(activated, arm.bands?.fractionOfRelays ?? null, drawn),
        look: looks.get(arm.name) as LineLook,
        curve: 'step-after' as const,
      };
    });
}

function historyLines(data: CurvesData): TimeLine[] {
  return data.historical.map(({ name, label, pooled }) => ({
    name: label,
    note: 'observed',
    points: pooled.days
      .map((day, index) => [day * DAY_SECONDS, pooled.fractionOfRelays[index] as number] as const)
      .filter(([seconds]) => seconds >= 3600),
    band: [],
    look: historicalLook(name),
    curve: 'linear' as const,
  }));
}

/** The arrow from the live arm's half to the manual arm's, with the ratio in words. */
function ratioArrow(data: CurvesData, panel: Panel): Markup {
  const { live, manual } = armsByKind(data.summary);
  const [fast, slow] = [live[0], manual[0]];
  const ratio = data.summary.ratio.t50;
  if (fast === undefined || slow === undefined || ratio === null) return join();
  const [from, to] = [fast[1].t50Seconds as number, slow[1].t50Seconds as number];
  const y = panel.pixelY(HALF);
  const [x1, x2] = [panel.pixelX(from) + 7, panel.pixelX(to) - 7];
  if (x2 - x1 < 60) return join();
  const head = `M${x2 - 9},${y - 4.5}L${x2},${y}L${x2 - 9},${y + 4.5}`;
  return join(
    element('line', { x1, x2, y1: y, y2: y, stroke: INK, 'stroke-width': 1.3 }),
    element('path', { d: head, fill: 'none', stroke: INK, 'stroke-width': 1.3 }),
    textAt((x1 + x2) / 2, y - 9, `half of the relays: ${humanRatio(ratio)} times as long`, {
      sizePx: TYPE_PX.label,
      bold: true,
      anchor: 'middle',
      halo: true,
    }),
  );
}

function labels(lines: readonly TimeLine[], panel: Panel): LineLabel[] {
  return lines.flatMap(({ name, note, points, look }) => {
    const end = points.at(-1);
    if (end === undefined) return [];
    const [anchorX, anchorY] = [panel.pixelX(end[0]), panel.pixelY(end[1])];
    const boxLeft = anchorX + LABEL_GAP_PX;
    const roomPx = textRoomPx(boxLeft, WIDTH);
    return [{ anchorX, anchorY, boxLeft, name, notes: [note], roomPx, look }];
  });
}

/** Whether there is anything by hand that live arms can be set beside. */
export function hasManual(data: CurvesData): boolean {
  return data.historical.length > 0 || data.arms.some(({ isLive }) => !isLive);
}

/** Draws live and manual arms and history on one logarithmic time axis, as an SVG file. */
export function drawLiveVsManual(board: DrawingBoard, data: CurvesData): string {
  const span = axisSpan(data);
  const lines = [...historyLines(data), ...armLines(data, span)];
  const caption = [data.source, 'By relay count.', ...data.historical.map(dateOfData)].join(' ');
  const box = { x: 8, y: PANEL_TOP, width: WIDTH - 8, height: PANEL_HEIGHT };
  const panel = board.panel(box, MARGINS, {
    x: { type: 'log', domain: [span.fromSeconds, span.toSeconds] },
    y: { domain: [0, 1] },
    marks: [
      ...namedAxis(
        board,
        'TIME since the release (logarithmic)',
        ticksWithin(span.fromSeconds, span.toSeconds),
      ),
      ...percentAxis(board, 'share of relays that run the fix'),
      ...lines.flatMap(({ band, look }) => bandArea(board, band, look)),
      ...lines.map(({ name, points, look, curve }) => curveLine(board, name, points, look, curve)),
    ],
  });
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `Live and by hand on one time axis, ${countOf(data.summary.relays, 'relay')}`,
      subtitle: answerSentence(data.summary),
      description: 'Share of relays that run the fix, from milliseconds to years after its release.',
      caption,
    },
    panel.markup,
    ratioArrow(data, panel),
    lines.length > 0
      ? drawLineLabels(labels(lines, panel), panel.frame, polylinesOf(lines, panel))
      : noData(panel, 'no arm reached a relay, and no history was asked for'),
  );
}
