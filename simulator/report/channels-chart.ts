/** The channels of a scenario side by side: every live arm on one time axis, by relay count. */

import type { AdoptionCurve } from '../measure/curve.ts';
import { channelLabel } from '../scenario/scenario.ts';
import { channelsSentence } from './answer.ts';
import type { ActivationCurves, CurvesData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, type LineLook } from './chart-style.ts';
import type { DrawingBoard, Margins } from './drawing-board.ts';
import { countOf, humanDuration } from './human-units.ts';
import { drawLineLabels } from './line-label.ts';
import { axisParts, axisPixel, type LiveTimeAxis, liveTimeAxis } from './live-time-axis.ts';
import { bandArea, cornerNote, curveLine, noData, percentAxis, polylinesOf } from './panel-parts.ts';
import { reachNotes } from './reach-in-words.ts';
import { risingLabels } from './rising-labels.ts';
import { type BandPoint, bandPoints, type Point, stepPoints } from './step-points.ts';

const WIDTH = 1240;
const PANEL_TOP = 86;
const PANEL_HEIGHT = 430;
const MARGINS: Margins = { top: 16, right: 24, bottom: 46, left: 62 };
const PLOT_WIDTH = WIDTH - 8 - MARGINS.left - MARGINS.right;
const LABEL_ROOM_PX = 210;

interface ChannelLine {
  readonly arm: ActivationCurves;
  readonly name: string;
  readonly curve: AdoptionCurve;
  readonly notes: readonly string[];
  readonly look: LineLook;
  readonly points: readonly Point[];
  readonly band: readonly BandPoint[];
}

/** Whether there is anything to compare. */
export function hasSeveralChannels(data: CurvesData): boolean {
  return data.arms.filter(({ isLive }) => isLive).length > 1;
}

/** What an arm is called: its name, and its channels where the name does not say them. */
export function armLabel(arm: ActivationCurves): string {
  const label = channelLabel(arm.arm);
  return arm.name === label.replaceAll('+', '-') ? label : `${arm.name} (${label})`;
}

function channelLines(
  data: CurvesData,
  arms: readonly ActivationCurves[],
  axis: LiveTimeAxis,
): ChannelLine[] {
  const looks = armLooks(data.scenario.arms);
  return arms.map((arm) => {
    const curve = arm.stages.activated;
    const span = {
      ofSeconds: (seconds: number) => seconds,
      pixel: axisPixel(axis, PLOT_WIDTH),
      fromX: axis.fromSeconds,
      toX: Math.min(axis.toSeconds, arm.horizonSeconds),
    };
    return {
      arm,
      name: armLabel(arm),
      curve,
      notes: reachNotes(curve, 'fractionOfRelays'),
      look: looks.get(arm.name) as LineLook,
      points: stepPoints(curve, 'fractionOfRelays', span),
      band: bandPoints(curve, arm.bands?.fractionOfRelays ?? null, span),
    };
  });
}

/** Draws the live arms of a scenario on one axis, as an SVG file. */
export function drawChannels(board: DrawingBoard, data: CurvesData): string {
  const arms = data.arms.filter(({ isLive, stages }) => isLive && stages.activated.seconds.length > 0);
  const axis = liveTimeAxis(arms, LABEL_ROOM_PX / PLOT_WIDTH);
  const lines = channelLines(data, arms, axis);
  const { x, marks } = axisParts(board, axis, PLOT_WIDTH);
  const panel = board.panel({ x: 8, y: PANEL_TOP, width: WIDTH - 8, height: PANEL_HEIGHT }, MARGINS, {
    x,
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of relays that ever ran the fix'),
      ...[marks].flat(),
      ...lines.flatMap(({ band, look }) => bandArea(board, band, look)),
      ...lines.map(({ arm, points, look }) =>
        curveLine(board, `${arm.name} arm`, points, look, 'step-after'),
      ),
    ],
  });
  const last = Math.max(0, ...arms.map(({ stages }) => stages.activated.seconds.at(-1) as number));
  const caption = `${data.source} By relay count.`;
  const polylines = polylinesOf(lines, panel);
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `How the channels compare on ${countOf(data.summary.relays, 'relay')}`,
      subtitle: channelsSentence(data.summary),
      description: 'Share of relays that ran the fix over time, one line for each live arm.',
      caption,
    },
    panel.markup,
    last > axis.toSeconds ? cornerNote(panel, `the last relay follows after ${humanDuration(last)}`) : '',
    lines.length > 0
      ? drawLineLabels(risingLabels(lines, polylines, panel, LABEL_ROOM_PX), panel.frame, polylines)
      : noData(panel, 'no relay was reached'),
  );
}
