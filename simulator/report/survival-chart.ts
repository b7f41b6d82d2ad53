/**
 * Survival without the fix under churn: the share of relays that do not run it yet, had nobody left.
 *
 * Live and manual arms stand on one logarithmic axis of time. The bands are the estimate's own limits, for one run, and
 * no bands over seeds.
 */

import { CONFIDENCE } from '../measure/bootstrap.ts';
import { keptWith } from '../measure/kept-with.ts';
import type { SurvivalCurve } from '../measure/survival.ts';
import { survivalOf } from '../measure/survival-summary.ts';
import { armLabel } from './channels-chart.ts';
import type { ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, type LineLook } from './chart-style.ts';
import type { DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanDuration, humanPercent } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { ticksWithin } from './log-time.ts';
import { bandArea, curveLine, namedAxis, noData, percentAxis } from './panel-parts.ts';
import { type BandPoint, lastOfColumns, type Point } from './step-points.ts';

const WIDTH = 1240;
const PANEL_TOP = 86;
const PANEL_HEIGHT = 430;
const MARGINS: Margins = { top: 16, right: 270, bottom: 46, left: 62 };
const PLOT_WIDTH = WIDTH - 8 - MARGINS.left - MARGINS.right;
const LABEL_GAP_PX = 14;
/** The axis starts no later than this, and no earlier than when this share of relays has the fix. */
const FROM_SECONDS = 0.1;
const EARLY_SHARE = 0.002;
const SHORTEST_SECONDS = 1e-3;

export interface SurvivalLine {
  readonly name: string;
  readonly notes: readonly string[];
  readonly look: LineLook;
  readonly curve: SurvivalCurve;
  readonly horizonSeconds: number;
}

export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export const survivalLines = keptWith(({ outcome, arms, summary }: ChartData): readonly SurvivalLine[] => {
  const { churn, scenario } = outcome;
  if (churn === null) return [];
  const looks = armLooks(scenario.arms);
  const atSeconds = scenario.updates[0]?.atSeconds ?? 0;
  return arms.map((arm): SurvivalLine => {
    const update = arm.outcome.updates[0]!;
    const { horizonSeconds } = arm.outcome;
    const figures = summary.arms[arm.name]?.updates[0]?.churn?.survival;
    const median = figures?.t50Seconds ?? null;
    return {
      name: armLabel(arm),
      notes: [
        median === null ? 'half never reached' : `half after ${humanDuration(median)}`,
        `${humanPercent(figures?.endSurvival ?? 1)} without it in the end`,
        `${countOf(figures?.lostByDeparture ?? 0, 'relay')} left without it`,
      ],
      look: looks.get(arm.name) as LineLook,
      curve: survivalOf(churn, update, atSeconds, horizonSeconds),
      horizonSeconds,
    };
  });
});

export function axisSpan(lines: readonly SurvivalLine[]): Span {
  let [fromSeconds, toSeconds] = [FROM_SECONDS, 10];
  for (const { curve, horizonSeconds } of lines) {
    const row = curve.survival.findIndex((share) => share <= 1 - EARLY_SHARE);
    if (row >= 0) fromSeconds = Math.min(fromSeconds, Math.max(SHORTEST_SECONDS, curve.seconds[row]!));
    toSeconds = Math.max(toSeconds, horizonSeconds);
  }
  return { fromSeconds, toSeconds };
}

/** The curve with its limits; where survival is 0 they are it. */
function* limitPoints({ seconds, survival, low, high }: SurvivalCurve, span: Span): Generator<BandPoint> {
  yield [span.fromSeconds, 1, 1];
  for (const [row, at] of seconds.entries()) {
    const share = survival[row]!;
    const orShare = (limit: number) => (Number.isNaN(limit) ? share : limit);
    yield [Math.max(span.fromSeconds, at), orShare(low[row]!), orShare(high[row]!)];
  }
}

function* sharePoints({ seconds, survival }: SurvivalCurve, span: Span): Generator<Point> {
  yield [span.fromSeconds, 1];
  for (const [row, at] of seconds.entries()) yield [Math.max(span.fromSeconds, at), survival[row]!];
}

function labels(lines: readonly SurvivalLine[], panel: Panel): LineLabel[] {
  return lines.map(({ name, notes, look, curve, horizonSeconds }) => {
    const boxLeft = panel.frame.right + LABEL_GAP_PX;
    return {
      anchorX: panel.pixelX(horizonSeconds),
      anchorY: panel.pixelY(curve.survival.at(-1) ?? 1),
      boxLeft,
      name,
      notes,
      roomPx: textRoomPx(boxLeft, WIDTH - 8),
      look,
    };
  });
}

/** Draws survival without the fix, as an SVG file. */
export function drawSurvival(board: DrawingBoard, data: ChartData): string {
  const lines = survivalLines(data);
  const span = axisSpan(lines);
  const pixelsPerE = PLOT_WIDTH / Math.log(span.toSeconds / span.fromSeconds);
  const pixel = (x: number) => Math.log(x / span.fromSeconds) * pixelsPerE;
  const panel = board.panel({ x: 8, y: PANEL_TOP, width: WIDTH - 8, height: PANEL_HEIGHT }, MARGINS, {
    x: { type: 'log', domain: [span.fromSeconds, span.toSeconds] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of relays without the fix'),
      ...namedAxis(
        board,
        'TIME since the release of the fix (logarithmic)',
        ticksWithin(span.fromSeconds, span.toSeconds),
      ),
      ...lines.flatMap(({ curve, look, horizonSeconds }) =>
        bandArea(board, lastOfColumns(limitPoints(curve, span), { pixel, toX: horizonSeconds }), look),
      ),
      ...lines.map(({ name, curve, look, horizonSeconds }) => {
        const points = lastOfColumns(sharePoints(curve, span), { pixel, toX: horizonSeconds });
        return curveLine(board, name, points, look, 'step-after');
      }),
    ],
  });
  const caption =
    `${data.source} Product-limit estimate (Kaplan and Meier) of the relays that were members at the release; ` +
    `who left for good without the fix is watched up to then. Shaded: the estimate's own ` +
    `limits of ${humanPercent(CONFIDENCE)} confidence, by Greenwood's formula and as if relays decided independently of each ` +
    'other; they say nothing of other seeds.';
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `How long relays stay without the fix: ${countOf(data.summary.relays, 'relay')} at the start`,
      subtitle: 'share of relays that do not run it yet, estimated as if nobody left the network before',
      description: 'Survival without the fix over time for each arm, with limits of confidence.',
      caption,
    },
    panel.markup,
    lines.length > 0
      ? drawLineLabels(labels(lines, panel), panel.frame)
      : noData(panel, 'relays do not come and go in this scenario'),
  );
}
