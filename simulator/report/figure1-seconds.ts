/** The left panel of figure 1: every live arm over seconds, by relay count and by consensus weight. */

import { type AdoptionCurve, reachedFraction, WEIGHTINGS, type Weighting } from '../measure/curve.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { type LineLook, liveLook } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { humanDuration, humanPercent } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { cornerNote, curveLine, noData, panelHeading, percentAxis, unitAxis } from './panel-parts.ts';
import { stepPoints } from './step-points.ts';
import { join, type Markup } from './svg-markup.ts';

const MARGINS: Margins = { top: 10, right: 16, bottom: 46, left: 62 };
const LABEL_GAP_PX = 16;
/** The least width that labels have, right of the curves. */
const LABEL_ROOM_PX = 176;
/** The axis may end before the last relay, but not before this many times the 99 % mark. */
const TAIL = 2;

interface LiveLine {
  readonly arm: ArmCurves;
  readonly weighting: Weighting;
  readonly look: LineLook;
  readonly curve: AdoptionCurve;
}

function liveLines(data: ChartData): LiveLine[] {
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

/** A little past the last relay, or at twice the 99 % mark when a few come much later. */
function axisEndSeconds(lines: readonly LiveLine[]): number {
  let end = 0;
  for (const { curve, weighting, arm } of lines) {
    const last = lastSeconds(curve);
    const nearlyAll = timeToFraction(curve, weighting, 0.99) ?? last;
    // Room for the labels, right of the three-quarter mark.
    const room = (timeToFraction(curve, weighting, 0.75) ?? last) * 1.7;
    const wanted = Math.max(Math.min(last, TAIL * nearlyAll) * 1.06, room);
    end = Math.max(end, Math.min(wanted, arm.horizonSeconds));
  }
  return end > 0 ? end : 1;
}

/** The words for how fast a curve was: its half, or how far it came. */
export function halfInWords(curve: AdoptionCurve, weighting: Weighting): string {
  const half = timeToFraction(curve, weighting, 0.5);
  return half === null ? reachedInWords(curve, weighting) : `half after ${humanDuration(half)}`;
}

function reachedInWords(curve: AdoptionCurve, weighting: Weighting): string {
  return `${humanPercent(reachedFraction(curve, weighting))} in the end`;
}

/** What a live line's label says; that it fell short is not left to the eye. */
function notesOf(curve: AdoptionCurve, weighting: Weighting): string[] {
  const isWhole = reachedFraction(curve, weighting) === 1;
  return [
    ...new Set([halfInWords(curve, weighting), ...(isWhole ? [] : [reachedInWords(curve, weighting)])]),
  ];
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
    const notes = notesOf(curve, weighting);
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

/** Draws the panel into its box. */
export function drawSecondsPanel(board: DrawingBoard, data: ChartData, box: Box): Markup {
  const lines = liveLines(data);
  const end = axisEndSeconds(lines);
  const pixelsPerSecond = (box.width - MARGINS.left - MARGINS.right) / end;
  const panel = board.panel(box, MARGINS, {
    x: { domain: [0, end] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of the network that runs the fix'),
      unitAxis(board, 'SECONDS since the release', 's'),
      ...lines.map(({ curve, weighting, look, arm }) => {
        const points = stepPoints(curve, weighting, {
          ofSeconds: (seconds) => seconds,
          pixel: (x) => x * pixelsPerSecond,
          fromX: 0,
          toX: Math.min(end, arm.horizonSeconds),
        });
        return curveLine(board, `${arm.name}, ${weighting}`, points, look, 'step-after');
      }),
    ],
  });
  const last = Math.max(0, ...lines.map(({ curve }) => lastSeconds(curve)));
  const hasLiveArm = data.arms.some((arm) => arm.isLive);
  const isMany = lines.length > 4;
  return join(
    panelHeading(
      box,
      MARGINS,
      'Simulated propagation: seconds',
      isMany
        ? 'gossiped and hot-swapped; thick: by relay count, thin: by consensus weight'
        : 'gossiped, verified and hot-swapped while the relay runs',
    ),
    panel.markup,
    last > end ? cornerNote(panel, `the last relay follows after ${humanDuration(last)}`) : '',
    lines.length > 0
      ? drawLineLabels(labels(lines, panel), panel.frame)
      : noData(panel, hasLiveArm ? 'no relay was reached' : 'the scenario has no live arm'),
  );
}
