/**
 * Versions alive at once: the share of relays that run each combination of updates, over time, arm by arm.
 *
 * With a single update this would be figure 1 and its mirror image, so it is drawn for several.
 */

import { updateNames } from '../measure/update-names.ts';
import { CORE, sharesOf, type VersionsCurve, versionName } from '../measure/versions.ts';
import { versionsOf } from '../measure/versions-summary.ts';
import { armLabel } from './channels-chart.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import {
  BLUE,
  FAINT_INK,
  GREEN,
  INK,
  type LineLook,
  ORANGE,
  PURPLE,
  SKY,
  VERMILLION,
} from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanPercent } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { cornerNote, curveLine, noData, panelHeading, percentAxis, unitAxis } from './panel-parts.ts';
import { linearAxis, peaksOfColumns } from './step-points.ts';
import { join, type Markup } from './svg-markup.ts';
import { timeUnit } from './time-unit.ts';

const WIDTH = 1240;
const FIRST_PANEL_TOP = 118;
const PANEL_HEIGHT = 300;
const BETWEEN_ARMS_PX = 56;
const MARGINS: Margins = { top: 10, right: 290, bottom: 46, left: 62 };
const PLOT_WIDTH = WIDTH - 8 - MARGINS.left - MARGINS.right;
const LABEL_GAP_PX = 14;
/** An axis longer than this many of a unit takes the next larger one. */
const UNITS_MAX = 180;
/** Lines that a panel can tell apart. */
const LINES_MAX = 8;

const CORE_LOOK: LineLook = { colour: FAINT_INK, dash: '2 3', widthPx: 2.2 };
const COLOURS = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK] as const;
const DASHES = [undefined, '9 4', '3 3', '12 3 2 3'] as const;

/** Whether a run has more than one update to tell apart. */
export function hasSeveralUpdates({ scenario }: ChartData): boolean {
  return scenario.updates.length > 1;
}

export interface VersionLine {
  readonly name: string;
  readonly look: LineLook;
  readonly shares: Float64Array;
  readonly most: number;
}

/** The versions that most relays ever ran, the core first; of the others only how many there are. */
export function versionLines(
  curve: VersionsCurve,
  names: readonly string[],
): { readonly lines: readonly VersionLine[]; readonly further: number } {
  let number = 0;
  const lines = sharesOf(curve)
    .map((shares, index) => {
      const most = shares.reduce((a, b) => Math.max(a, b), 0);
      return { version: curve.versions[index]!, shares, most };
    })
    .filter(({ version, most }) => version === CORE || most > 0)
    .sort((a, b) => Number(b.version === CORE) - Number(a.version === CORE) || b.most - a.most);
  const shown = lines.slice(0, LINES_MAX).map(({ version, shares, most }): VersionLine => {
    const name = versionName(version, names);
    if (version === CORE) return { name, look: CORE_LOOK, shares, most };
    const colour = COLOURS[number % COLOURS.length] as string;
    const dash = DASHES[number % DASHES.length];
    number++;
    return { name, look: { colour, dash, widthPx: 2.4 }, shares, most };
  });
  return { lines: shown, further: lines.length - shown.length };
}

/** A quarter past the last change, so that the last versions can be seen to stay. */
export function axisEndSeconds({ seconds }: VersionsCurve, { horizonSeconds }: ArmCurves['outcome']): number {
  return Math.max(1, Math.min(horizonSeconds, Math.max(1, (seconds.at(-1) ?? 0) * 1.25)));
}

function labels(lines: readonly VersionLine[], panel: Panel, end: number): LineLabel[] {
  return lines.map(({ name, look, shares, most }) => {
    const ends = shares.at(-1) ?? 0;
    const boxLeft = panel.frame.right + LABEL_GAP_PX;
    return {
      anchorX: panel.pixelX(end),
      anchorY: panel.pixelY(ends),
      boxLeft,
      name,
      notes: [`${humanPercent(ends)} in the end, ${humanPercent(most)} at most`],
      roomPx: textRoomPx(boxLeft, WIDTH - 8),
      look,
    };
  });
}

function armPanel(board: DrawingBoard, data: ChartData, arm: ArmCurves, box: Box): Markup {
  const curve = versionsOf(arm.outcome, data.outcome);
  const { lines, further } = versionLines(curve, updateNames(data.outcome));
  const endSeconds = axisEndSeconds(curve, arm.outcome);
  const unit = timeUnit(endSeconds, UNITS_MAX);
  const end = endSeconds / unit.seconds;
  const axis = linearAxis(unit.seconds, end, PLOT_WIDTH);
  const pointsOf = (shares: Float64Array) => peaksOfColumns(curve.seconds, shares, axis, [0, shares[0] ?? 0]);
  const panel = board.panel(box, MARGINS, {
    x: { domain: [0, end] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of relays'),
      unitAxis(board, `${unit.word} since the first release`, unit.name),
      ...lines.map(({ name, look, shares }) => curveLine(board, name, pointsOf(shares), look, 'step-after')),
    ],
  });
  const figures = data.summary.arms[arm.name]?.versions;
  const subtitle =
    figures === undefined ? '' : `at most ${countOf(figures.mostAtOnce, 'version')} at one moment`;
  return join(
    panelHeading(box, MARGINS, armLabel(arm), subtitle),
    panel.markup,
    further > 0 ? cornerNote(panel, `${countOf(further, 'rarer version')} not shown`) : '',
    lines.length > 0 ? drawLineLabels(labels(lines, panel, end), panel.frame) : noData(panel, 'no update'),
  );
}

/** Draws who runs which version over time, one panel for each arm, as an SVG file. */
export function drawVersions(board: DrawingBoard, data: ChartData): string {
  const top = (row: number) => FIRST_PANEL_TOP + row * (PANEL_HEIGHT + BETWEEN_ARMS_PX);
  const panels = data.arms.map((arm, row) =>
    armPanel(board, data, arm, { x: 8, y: top(row), width: WIDTH - 8, height: PANEL_HEIGHT }),
  );
  const caption =
    `${data.sourceOfAll} A version is the set of updates that a relay runs, one at most of each hook; by hand a release ` +
    'holds those before it. By relay count.';
  return chartSvg(
    {
      width: WIDTH,
      height:
        top(Math.max(0, panels.length - 1)) +
        PANEL_HEIGHT +
        captionHeightPx(caption, WIDTH) +
        CHART_PADDING_PX / 2,
      title: `Versions alive at once on ${countOf(data.summary.relays, 'relay')}`,
      subtitle: 'share of relays that run each combination of updates; core: its defaults alone',
      description: 'Share of relays that run each version over time, one panel for each arm.',
      caption,
    },
    ...panels,
  );
}
