/**
 * The right panel of figure 1: Tor's history over days, and over it the manual arms and the live ones in which people
 * decide.
 *
 * Nothing is drawn past the last day that was observed: history ends with its data, and the manual arm
 * where chart-data.ts says that its lag is known.
 */

import type { HistoricalBaseline } from '../baseline/historical.ts';
import type { ActivationCurves, CurvesData } from './chart-data.ts';
import { armLooks, historicalLook, type LineLook } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { DAY_SECONDS, humanDuration } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import {
  bandArea,
  curveLine,
  noData,
  panelHeading,
  percentAxis,
  polylinesOf,
  unitAxis,
} from './panel-parts.ts';
import { halfInWords } from './reach-in-words.ts';
import { type BandPoint, bandPoints, type Point, stepPoints } from './step-points.ts';
import { join, type Markup } from './svg-markup.ts';

const MARGINS: Margins = { top: 10, right: 206, bottom: 46, left: 62 };
const LABEL_GAP_PX = 16;
/** Labels inside the panel sit above the end of their line: below may be another line. */
const INSIDE_RISE_PX = 18;

interface DaysLine {
  readonly name: string;
  readonly points: readonly Point[];
  readonly band?: readonly BandPoint[];
  readonly look: LineLook;
  readonly curve: 'step-after' | 'linear';
  readonly opacity: number;
  /** Which point the label is tied to, and what it says; null for lines that need none. */
  readonly label: { readonly at: Point; readonly name: string; readonly notes: readonly string[] } | null;
}

function zip(xs: readonly number[], ys: readonly number[]): Point[] {
  return xs.map((x, index) => [x, ys[index] as number] as const);
}

function endLabel(points: readonly Point[], name: string, ...notes: readonly string[]): DaysLine['label'] {
  const at = points.at(-1);
  return at === undefined ? null : { at, name, notes };
}

function halfDays(days: number | null): string {
  return days === null ? 'half: not seen' : `half after ${humanDuration(days * DAY_SECONDS)}`;
}

function historyLines(baseline: HistoricalBaseline): DaysLine[] {
  const look = historicalLook(baseline.name);
  const { label, pooled, milestones } = baseline;
  const lines: DaysLine[] = baseline.releases.map((release) => ({
    name: `${label}, release ${release.release}`,
    points: zip(release.daysSinceRelease, release.fractionOfRelays),
    look: { ...look, dash: undefined, widthPx: 1 },
    curve: 'linear',
    opacity: 0.4,
    label: null,
  }));
  if (pooled.fractionOfConsensusWeight !== null) {
    const points = zip(pooled.days, pooled.fractionOfConsensusWeight);
    const half = halfDays(milestones.consensusWeight?.t50Days ?? null);
    lines.push({
      name: `${label}, pooled, by consensus weight`,
      points,
      look: { ...look, dash: '7 4', widthPx: 1.8 },
      curve: 'linear',
      opacity: 1,
      label: endLabel(points, label, 'by consensus weight', half),
    });
  }
  const points = zip(pooled.days, pooled.fractionOfRelays);
  lines.push({
    name: `${label}, pooled, by relay count`,
    points,
    look,
    curve: 'linear',
    opacity: 1,
    label: endLabel(points, label, 'by relay count', halfDays(milestones.relays.t50Days)),
  });
  return lines;
}

/** Whether people decide in an arm, so that it takes days: a manual one, or a live one with operators. */
export function takesDays({ arm }: ActivationCurves): boolean {
  return arm.kind === 'manual' || arm.operators !== null;
}

function armLines(data: CurvesData, endDays: number, pixelsPerDay: number): DaysLine[] {
  const looks = armLooks(data.scenario.arms);
  return data.arms.filter(takesDays).map((arm) => {
    const curve = arm.stages.activated;
    const span = {
      ofSeconds: (seconds: number) => seconds / DAY_SECONDS,
      pixel: (x: number) => x * pixelsPerDay,
      fromX: 0,
      toX: Math.min(endDays, arm.horizonSeconds / DAY_SECONDS),
    };
    const points = stepPoints(curve, 'fractionOfRelays', span);
    const half = halfInWords(curve, 'fractionOfRelays');
    return {
      name: `${arm.name} arm, by relay count`,
      points,
      band: bandPoints(curve, arm.bands?.fractionOfRelays ?? null, span),
      look: looks.get(arm.name) as LineLook,
      curve: 'step-after',
      opacity: 1,
      label: endLabel(points, `${arm.name} arm`, 'simulated, by count', half),
    };
  });
}

/** Live arms without operators on the scale of days: upright lines at the release, thinner than they can be drawn. */
function liveLines(data: CurvesData): DaysLine[] {
  const looks = armLooks(data.scenario.arms);
  const arms = data.arms.filter((arm) => !takesDays(arm) && arm.stages.activated.seconds.length > 0);
  return arms.map((arm, index) => {
    const { seconds, fractionOfRelays } = arm.stages.activated;
    const lastDays = (seconds.at(-1) as number) / DAY_SECONDS;
    const reached = fractionOfRelays.at(-1) as number;
    const name = arms.length === 1 ? `${arm.name} arm` : `${arms.length} live arms`;
    return {
      name: `${arm.name} arm, by relay count`,
      points: [
        [0, 0],
        [lastDays, reached],
      ],
      look: looks.get(arm.name) as LineLook,
      curve: 'linear',
      opacity: 1,
      label: index === 0 ? { at: [lastDays, reached * 0.97], name, notes: ['left panel'] } : null,
    };
  });
}

function axisEndDays(data: CurvesData): number {
  const ends = [
    ...data.historical.map((baseline) => baseline.lastObservedDay),
    ...data.arms.filter(takesDays).map((arm) => arm.horizonSeconds / DAY_SECONDS),
  ];
  return ends.length > 0 ? Math.max(...ends) : 365;
}

function labelsOf(lines: readonly DaysLine[], panel: Panel, rightX: number): LineLabel[] {
  return lines.flatMap(({ label, look }) => {
    if (label === null) return [];
    const { at, name, notes } = label;
    const [anchorX, anchorY] = [panel.pixelX(at[0]), panel.pixelY(at[1])];
    const boxLeft = anchorX + LABEL_GAP_PX;
    const isInside = anchorX < panel.frame.right - 1;
    const wantedY = isInside ? anchorY - INSIDE_RISE_PX : anchorY;
    const roomPx = textRoomPx(boxLeft, rightX);
    return [{ anchorX, anchorY, wantedY, boxLeft, name, notes, roomPx, look }];
  });
}

/** Draws the panel into its box. */
export function drawDaysPanel(board: DrawingBoard, data: CurvesData, box: Box): Markup {
  const endDays = axisEndDays(data);
  const pixelsPerDay = (box.width - MARGINS.left - MARGINS.right) / endDays;
  const byHand = [...data.historical.flatMap(historyLines), ...armLines(data, endDays, pixelsPerDay)];
  const lines = byHand.length > 0 ? [...byHand, ...liveLines(data)] : [];
  const panel = board.panel(box, MARGINS, {
    x: { domain: [0, endDays] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of the network that runs the fix'),
      unitAxis(board, 'DAYS since the release', 'd'),
      ...lines.flatMap(({ band = [], look }) => bandArea(board, band, look)),
      ...lines.map(({ name, points, look, curve, opacity }) =>
        curveLine(board, name, points, look, curve, opacity),
      ),
    ],
  });
  return join(
    panelHeading(
      box,
      MARGINS,
      "Tor's situation: days",
      'upgraded by hand; thin: one release, thick: all of an era; lines end where observation ended',
    ),
    panel.markup,
    lines.length > 0
      ? drawLineLabels(labelsOf(lines, panel, box.x + box.width), panel.frame, polylinesOf(lines, panel))
      : noData(panel, 'the scenario has neither history nor a manual arm'),
  );
}
