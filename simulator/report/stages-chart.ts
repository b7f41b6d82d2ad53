/**
 * Where the time of an update goes on a relay: heard, verified, staged, activated.
 *
 * The four curves of a live arm lie a few milliseconds apart, so they are drawn one upon the other from a
 * wide line to a thin one, and a second panel shows what each relay adds after it heard of the update.
 */

import type { Cohort } from '../measure/cohort.ts';
import { type AdoptionCurve, adoptionCurve } from '../measure/curve.ts';
import type { Stage, StageTimes } from '../measure/outcome.ts';
import { STAGES } from '../measure/outcome.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import type { StageSummary } from '../measure/reach-summary.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { FAINT_INK, GREEN, GRID, INK, type LineLook, ORANGE, SKY, TYPE_PX } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanDuration } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { axisParts, axisPixel, type LiveTimeAxis, liveTimeAxis } from './live-time-axis.ts';
import { ticksWithin } from './log-time.ts';
import { curveLine, namedAxis, noData, panelHeading, percentAxis } from './panel-parts.ts';
import { stepPoints } from './step-points.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 1240;
const FIRST_PANEL_TOP = 116;
const PANEL_HEIGHT = 390;
const BETWEEN_ARMS_PX = 60;
const MARGINS: Margins = { top: 10, right: 22, bottom: 46, left: 62 };
const LABEL_GAP_PX = 16;
/** The shortest time that the panel of steps shows. */
const SHORTEST_SECONDS = 1e-5;

export const STAGE_LOOKS: Readonly<Record<Stage, LineLook>> = {
  heard: { colour: SKY, dash: undefined, widthPx: 8 },
  verified: { colour: GREEN, dash: undefined, widthPx: 5 },
  staged: { colour: ORANGE, dash: '7 4', widthPx: 3 },
  activated: { colour: INK, dash: undefined, widthPx: 1.8 },
};

/** Height at which each stage's label is tied to its curve, as a share of what the curve reaches. */
const LABEL_LEVELS: Readonly<Record<Stage, number>> = {
  heard: 0.72,
  verified: 0.56,
  staged: 0.4,
  activated: 0.24,
};

function axisEndSeconds(arm: ArmCurves): number {
  const curve = arm.stages.activated.seconds.length > 0 ? arm.stages.activated : arm.stages.heard;
  const last = curve.seconds.at(-1);
  if (last === undefined) return 1;
  const nearlyAll = timeToFraction(curve, 'fractionOfRelays', 0.99) ?? last;
  const room = (timeToFraction(curve, 'fractionOfRelays', 0.75) ?? last) * 1.5;
  return Math.min(Math.max(Math.min(last, nearlyAll * 2) * 1.06, room), arm.horizonSeconds);
}

/** Linear, but where late relays would squeeze the others' curve into its first pixels. */
export function stagesAxis(arm: ArmCurves): LiveTimeAxis {
  const axis = liveTimeAxis([arm], 0.3);
  return axis.isLog ? axis : { ...axis, toSeconds: axisEndSeconds(arm) };
}

/** Shares of the reached relays beside whose curve the labels may stand. */
const CLEAR_SHARES = [0.8, 0.6, 0.4] as const;
/** Room that the longest name and its sample need. */
const LABEL_PX = 110;

function stageLabels(arm: ArmCurves, panel: Panel): LineLabel[] {
  const stages = STAGES.filter((stage) => arm.stages[stage].seconds.length > 0);
  const at = (stage: Stage, share: number) => {
    const curve = arm.stages[stage];
    const level = share * (curve.fractionOfRelays.at(-1) as number);
    return [timeToFraction(curve, 'fractionOfRelays', level) as number, level] as const;
  };
  const { right } = panel.frame;
  const reachedX = (share: number) =>
    Math.max(...stages.map((stage) => panel.pixelX(at(stage, share)[0]))) + LABEL_GAP_PX;
  // Beside most of the curve; where its end is late, beside the part that leaves room for the labels.
  const share = CLEAR_SHARES.find((clear) => reachedX(clear) + LABEL_PX <= right) ?? CLEAR_SHARES[0];
  const boxLeft = Math.min(reachedX(share), right - LABEL_PX);
  return stages.map((stage) => {
    const [seconds, level] = at(stage, LABEL_LEVELS[stage] * (share / CLEAR_SHARES[0]));
    return {
      anchorX: panel.pixelX(seconds),
      anchorY: panel.pixelY(level),
      boxLeft,
      name: stage,
      notes: [],
      roomPx: textRoomPx(boxLeft, right),
      look: STAGE_LOOKS[stage],
    };
  });
}

function curvesPanel(board: DrawingBoard, arm: ArmCurves, box: Box): Markup {
  const axis = stagesAxis(arm);
  const { x, marks } = axisParts(board, axis, box.width - MARGINS.left - MARGINS.right);
  const reached = STAGES.filter((stage) => arm.stages[stage].seconds.length > 0);
  const panel = board.panel(box, MARGINS, {
    x,
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of relays that passed the stage'),
      ...[marks].flat(),
      ...reached.map((stage) => {
        const points = stepPoints(arm.stages[stage], 'fractionOfRelays', {
          ofSeconds: (seconds) => seconds,
          pixel: axisPixel(axis, box.width - MARGINS.left - MARGINS.right),
          fromX: axis.fromSeconds,
          toX: axis.toSeconds,
        });
        return curveLine(board, stage, points, STAGE_LOOKS[stage], 'step-after');
      }),
    ],
  });
  return join(
    panelHeading(box, MARGINS, `Stages of the ${arm.name} arm`, 'virtual time since the release'),
    panel.markup,
    reached.length === 0
      ? noData(panel, 'no relay was reached')
      : drawLineLabels(stageLabels(arm, panel), panel.frame),
  );
}

/** For each later stage, the curve of how long relays needed from hearing of the update to that stage. */
function sinceHeard(times: StageTimes, stage: Stage, cohort: Cohort): AdoptionCurve {
  const heard = times.heard;
  const since = times[stage].map((at, relay) => Math.max(SHORTEST_SECONDS, at - (heard[relay] as number)));
  return adoptionCurve(since, new Float64Array(since.length).fill(1), cohort);
}

interface LaterCurve {
  readonly stage: Stage;
  readonly curve: AdoptionCurve;
}

function laterCurves(arm: ArmCurves): readonly LaterCurve[] {
  const times = arm.outcome.updates[0]?.stages as StageTimes;
  return STAGES.slice(1).map((stage) => ({
    stage,
    curve: sinceHeard(times, stage, arm.outcome.updates[0]?.cohort ?? null),
  }));
}

function stepsPanel(board: DrawingBoard, later: readonly LaterCurve[], box: Box): Markup {
  const drawn = later.filter(({ curve }) => curve.seconds.length > 0);
  // The publisher hears of its update at once: one relay must not stretch the axis.
  const early = (curve: AdoptionCurve) => timeToFraction(curve, 'fractionOfRelays', 0.005) ?? 0.001;
  const shortest = Math.min(...drawn.map(({ curve }) => early(curve)), 0.001);
  const longest = Math.max(...drawn.map(({ curve }) => curve.seconds.at(-1) as number), 0.01);
  const [from, to] = [Math.max(SHORTEST_SECONDS, shortest / 2), longest * 1.5];
  const pixels = box.width - MARGINS.left - MARGINS.right;
  const panel = board.panel(box, MARGINS, {
    x: { type: 'log', domain: [from, to] },
    y: { domain: [0, 1] },
    marks: [
      ...namedAxis(
        board,
        'TIME ON THE RELAY since it heard of the update (logarithmic)',
        ticksWithin(from, to),
      ),
      ...percentAxis(board, 'share of relays'),
      ...drawn.map(({ stage, curve }) => {
        const points = stepPoints(curve, 'fractionOfRelays', {
          ofSeconds: (seconds) => seconds,
          pixel: (x) => (Math.log(x / from) / Math.log(to / from)) * pixels,
          fromX: from,
          toX: to,
        });
        return curveLine(board, stage, points, STAGE_LOOKS[stage], 'step-after');
      }),
    ],
  });
  return join(
    panelHeading(box, MARGINS, 'After hearing of it', 'how long each relay took to the later stages'),
    panel.markup,
    drawn.length > 0 ? '' : noData(panel, 'no relay passed a later stage'),
  );
}

function durationCell(seconds: number | null): string {
  return seconds === null ? '–' : humanDuration(seconds);
}

interface TableRow {
  readonly stage: Stage;
  readonly times: readonly (number | null)[];
}

/** A small table beside the panels; its columns are half, 90 % and 99 % of all relays. */
function table(title: string, rows: readonly TableRow[], left: number, top: number): Markup {
  const columns = [left + 132, left + 196, left + 260];
  const rowPx = 28;
  const cell = (x: number, y: number, text: string, bold = false) =>
    textAt(x, y, text, { sizePx: TYPE_PX.label, bold, anchor: 'end' });
  const right = columns.at(-1) as number;
  const rule = (y: number, colour: string) =>
    element('line', { x1: left, x2: right, y1: y, y2: y, stroke: colour });
  return join(
    textAt(left, top - 20, title, { sizePx: TYPE_PX.label, colour: FAINT_INK }),
    ...['50 %', '90 %', '99 %'].map((text, index) => cell(columns[index] as number, top, text, true)),
    rule(top + 8, INK),
    ...rows.map(({ stage, times }, row) => {
      const y = top + 28 + row * rowPx;
      return join(
        textAt(left, y, stage, { sizePx: TYPE_PX.label, bold: true }),
        ...times.map((seconds, index) => cell(columns[index] as number, y, durationCell(seconds))),
        rule(y + 9, GRID),
      );
    }),
  );
}

/** When the relays had passed each stage, and what each stage added on a relay. */
function tables(
  later: readonly LaterCurve[],
  stages: Readonly<Record<Stage, StageSummary>>,
  left: number,
  top: number,
) {
  const passed = STAGES.map((stage) => {
    const { t50Seconds, t90Seconds, t99Seconds } = stages[stage];
    return { stage, times: [t50Seconds, t90Seconds, t99Seconds] };
  });
  const added = later.map(({ stage, curve }) => ({
    stage,
    times: [0.5, 0.9, 0.99].map((share) => timeToFraction(curve, 'fractionOfRelays', share)),
  }));
  return join(
    table('Since the release, of all relays', passed, left, top),
    table('Since the relay heard of it', added, left, top + 204),
  );
}

/** Draws the stages of every live arm, one below the other, as an SVG file. */
export function drawStages(board: DrawingBoard, data: ChartData): string {
  const arms = data.arms.filter((arm) => arm.isLive);
  const rows = Math.max(1, arms.length);
  const top = (row: number) => FIRST_PANEL_TOP + row * (PANEL_HEIGHT + BETWEEN_ARMS_PX);
  const content = arms.map((arm, row) => {
    const summary = data.summary.arms[arm.name];
    const later = laterCurves(arm);
    const box = (x: number, width: number) => ({ x, y: top(row), width, height: PANEL_HEIGHT });
    return join(
      curvesPanel(board, arm, box(8, 500)),
      stepsPanel(board, later, box(512, 444)),
      summary === undefined ? '' : tables(later, summary.stages, 964, top(row) + 40),
    );
  });
  if (arms.length === 0) {
    const box = { x: 8, y: top(0), width: WIDTH - 8, height: PANEL_HEIGHT };
    const empty = board.panel(box, MARGINS, {
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      marks: percentAxis(board, 'share of relays that passed the stage'),
    });
    content.push(join(empty.markup, noData(empty, 'the scenario has no live arm')));
  }
  const caption = data.source;
  return chartSvg(
    {
      width: WIDTH,
      height: top(rows - 1) + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `Four stages of an update on ${countOf(data.summary.relays, 'relay')}`,
      subtitle: 'heard of it, verified its signature, staged it in the hook, activated it at the next call',
      description: 'Share of relays that passed each stage over time, and the time each relay took.',
      caption,
    },
    ...content,
  );
}
