/** The left panel of figure 1: every live arm over seconds, by relay count and by consensus weight. */

import { type AdoptionCurve, reachedFraction, WEIGHTINGS, type Weighting } from '../measure/curve.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import type { ActivationCurves, CurvesData } from './chart-data.ts';
import { type LineLook, liveLook } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { humanDuration } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { axisParts, axisPixel, type LiveTimeAxis, liveTimeAxis } from './live-time-axis.ts';
import {
  bandArea,
  cornerNote,
  curveLine,
  noData,
  panelHeading,
  percentAxis,
  polylinesOf,
} from './panel-parts.ts';
import { reachedInWords, reachNotes } from './reach-in-words.ts';
import { risingLabels } from './rising-labels.ts';
import { type BandPoint, bandPoints, type Point, stepPoints } from './step-points.ts';
import { join, type Markup } from './svg-markup.ts';

const MARGINS: Margins = { top: 10, right: 16, bottom: 46, left: 62 };
const LABEL_GAP_PX = 16;
/** The least width that labels have, right of the curves. */
const LABEL_ROOM_PX = 176;
/** The width of a label on a logarithmic axis, where it stands among the lines. */
const LOG_LABEL_ROOM_PX = 160;

interface LiveLine {
  readonly arm: ActivationCurves;
  readonly weighting: Weighting;
  readonly look: LineLook;
  readonly curve: AdoptionCurve;
}

function liveLines(data: CurvesData): LiveLine[] {
  return data.arms
    .filter((arm) => arm.isLive)
    .flatMap((arm, index) =>
      WEIGHTINGS.map((weighting) => ({
        arm,
        weighting,
        look: liveLook(index, weighting === 'fractionOfConsensusWeight'),
        curve: arm.stages.activated,
      })),
    )
    .filter(({ curve }) => curve.seconds.length > 0);
}

function lastSeconds(curve: AdoptionCurve): number {
  return curve.seconds.at(-1) as number;
}

/**
 * One label a line; with more than two arms one an arm, tied to its line by relay count, since the heading
 * tells how to know the other.
 */
function labels(lines: readonly LiveLine[], panel: Panel): LineLabel[] {
  const arms = new Set(lines.map(({ arm }) => arm.name)).size;
  const clearX = Math.max(
    ...lines.map(({ curve, weighting }) => {
      const level = Math.min(0.75, reachedFraction(curve, weighting) * 0.75);
      return panel.pixelX(timeToFraction(curve, weighting, level) as number);
    }),
  );
  const boxLeft = Math.min(clearX + LABEL_GAP_PX, panel.frame.right - LABEL_ROOM_PX);
  const named = arms > 2 ? lines.filter(({ weighting }) => weighting === 'fractionOfRelays') : lines;
  return named.map(({ arm, weighting, look, curve }) => {
    const kind = weighting === 'fractionOfRelays' ? 'by relay count' : 'by consensus weight';
    const level = Math.min(0.5, reachedFraction(curve, weighting) / 2);
    const notes = reachNotes(curve, weighting);
    return {
      look,
      name: arms > 1 ? arm.name : kind,
      notes: arms === 2 ? [kind, ...notes] : notes,
      anchorX: panel.pixelX(timeToFraction(curve, weighting, level) as number),
      anchorY: panel.pixelY(level),
      boxLeft,
      roomPx: textRoomPx(boxLeft, panel.frame.right),
    };
  });
}

/** On a logarithmic axis the arms stand apart: each is labelled beside its own line. */
function labelsOnLog(lines: readonly DrawnLine[], panel: Panel): LineLabel[] {
  const byCount = lines.filter(({ weighting }) => weighting === 'fractionOfRelays');
  const named = byCount.map(({ arm, look, curve }) => {
    const half = timeToFraction(curve, 'fractionOfRelays', 0.5);
    const note = half === null ? reachedInWords(curve, 'fractionOfRelays') : humanDuration(half);
    return { name: arm.name, look, curve, notes: [note] };
  });
  return risingLabels(named, polylinesOf(lines, panel), panel, LOG_LABEL_ROOM_PX);
}

interface DrawnLine extends LiveLine {
  readonly points: readonly Point[];
  readonly band: readonly BandPoint[];
}

function heading(axis: LiveTimeAxis, lines: readonly LiveLine[]): readonly [string, string] {
  const weights = 'thick: by relay count, thin: by consensus weight';
  if (axis.isLog)
    return ['Simulated propagation: logarithmic time', `${weights}; figures: half of the relays`];
  const isMany = lines.length > 4;
  return [
    'Simulated propagation: seconds',
    isMany ? `hot-swapped; ${weights}` : 'gossiped, verified and hot-swapped while the relay runs',
  ];
}

/** Draws the panel into its box. */
export function drawSecondsPanel(board: DrawingBoard, data: CurvesData, box: Box): Markup {
  const live = liveLines(data);
  const plotWidthPx = box.width - MARGINS.left - MARGINS.right;
  const axis = liveTimeAxis(
    data.arms.filter((arm) => arm.isLive),
    LOG_LABEL_ROOM_PX / plotWidthPx,
  );
  const lines = live.map((line): DrawnLine => {
    const span = {
      ofSeconds: (seconds: number) => seconds,
      pixel: axisPixel(axis, plotWidthPx),
      fromX: axis.fromSeconds,
      toX: Math.min(axis.toSeconds, line.arm.horizonSeconds),
    };
    return {
      ...line,
      points: stepPoints(line.curve, line.weighting, span),
      band: bandPoints(line.curve, line.arm.bands?.[line.weighting] ?? null, span),
    };
  });
  const { x, marks } = axisParts(board, axis, plotWidthPx);
  const panel = board.panel(box, MARGINS, {
    x,
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of the network that runs the fix'),
      ...[marks].flat(),
      ...lines.flatMap(({ band, look }) => bandArea(board, band, look)),
      ...lines.map(({ arm, weighting, points, look }) =>
        curveLine(board, `${arm.name}, ${weighting}`, points, look, 'step-after'),
      ),
    ],
  });
  const last = Math.max(0, ...lines.map(({ curve }) => lastSeconds(curve)));
  const hasLiveArm = data.arms.some((arm) => arm.isLive);
  return join(
    panelHeading(box, MARGINS, ...heading(axis, lines)),
    panel.markup,
    last > axis.toSeconds ? cornerNote(panel, `the last relay follows after ${humanDuration(last)}`) : '',
    lines.length > 0
      ? axis.isLog
        ? drawLineLabels(labelsOnLog(lines, panel), panel.frame, polylinesOf(lines, panel))
        : drawLineLabels(labels(lines, panel), panel.frame)
      : noData(panel, hasLiveArm ? 'no relay was reached' : 'the scenario has no live arm'),
  );
}
