/** The curves of two engines, one over the other: where they agree, the dashed line lies on the broad one. */

import type { AdoptionCurve } from '../measure/curve.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { BLUE, type LineLook, TYPE_PX, VERMILLION } from './chart-style.ts';
import type { DrawingBoard, Margins } from './drawing-board.ts';
import { countOf } from './human-units.ts';
import { curveLine, percentAxis, unitAxis } from './panel-parts.ts';
import { stepPoints } from './step-points.ts';
import { element, join, withoutControls } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 880;
const PANEL_TOP = 96;
const PANEL_HEIGHT = 380;
const MARGINS: Margins = { top: 10, right: 28, bottom: 46, left: 62 };
const LEGEND_Y = 80;
const SAMPLE_PX = 40;
const LOOKS: readonly [LineLook, LineLook] = [
  { colour: BLUE, dash: undefined, widthPx: 5 },
  { colour: VERMILLION, dash: '6 4', widthPx: 1.8 },
];
/** The axis ends where so many of the slower engine's relays run the update, or where its curve does. */
const SHOWN = 0.999;

export interface CrosscheckCurves {
  readonly scenario: string;
  readonly arm: string;
  readonly engines: readonly [string, string];
  readonly relays: number;
  /** For each seed, the curve on the first engine and on the second. */
  readonly runs: readonly {
    readonly seed: number;
    readonly curves: readonly [AdoptionCurve, AdoptionCurve];
  }[];
}

/** Draws the curves of all seeds of an arm. */
export function crosscheckChart(board: DrawingBoard, data: CrosscheckCurves): string {
  const { scenario, arm, engines, relays, runs } = data;
  const seeds = runs.map(({ seed }) => seed);
  const caption =
    `Scenario ${withoutControls(scenario)} · arm ${withoutControls(arm)} · engines ${engines.join(' and ')} · ` +
    `${countOf(relays, 'relay')} · seed${seeds.length > 1 ? 's' : ''} ${seeds.join(', ')}`;
  const height = PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX;
  const toX = Math.max(1e-6, ...runs.flatMap(({ curves }) => curves.map(endOf)));
  const box = { x: 0, y: PANEL_TOP, width: WIDTH, height: PANEL_HEIGHT };
  const pixel = (x: number): number => (x / toX) * WIDTH;
  const axis = { ofSeconds: (seconds: number) => seconds, pixel, fromX: 0, toX };
  const lines = [0, 1].flatMap((engine) =>
    runs.map(({ seed, curves }) =>
      curveLine(
        board,
        `${engines[engine]}, seed ${seed}`,
        stepPoints(curves[engine]!, 'fractionOfRelays', axis),
        LOOKS[engine]!,
        'step-after',
        engine === 0 ? 0.35 : 1,
      ),
    ),
  );
  const panel = board.panel(box, MARGINS, {
    x: { domain: [0, toX] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'relays that run the update'),
      unitAxis(board, 'time since the release', 's'),
      ...lines,
    ],
  });
  const legend = engines.map((name, engine) => {
    const x = MARGINS.left + engine * 200;
    const { colour, dash, widthPx } = LOOKS[engine]!;
    return join(
      element('line', {
        x1: x,
        x2: x + SAMPLE_PX,
        y1: LEGEND_Y - 4,
        y2: LEGEND_Y - 4,
        stroke: colour,
        'stroke-opacity': engine === 0 ? 0.35 : 1,
        'stroke-width': widthPx,
        'stroke-dasharray': dash,
      }),
      textAt(x + SAMPLE_PX + 8, LEGEND_Y, `engine ${name}`, { sizePx: TYPE_PX.label }),
    );
  });
  const frame = {
    width: WIDTH,
    height,
    title: 'The same network on two engines',
    subtitle: `Relays that run the update, of ${countOf(relays, 'relay')}; one line for each engine and seed`,
    description: `Curves of the engines ${engines.join(' and ')}, laid over each other.`,
    caption,
  };
  return chartSvg(frame, ...legend, panel.markup);
}

/** When a curve is nearly at its end. */
function endOf({ seconds, fractionOfRelays }: AdoptionCurve): number {
  const highest = fractionOfRelays.at(-1) ?? 0;
  const row = fractionOfRelays.findIndex((fraction) => fraction >= SHOWN * highest);
  return row < 0 ? 0 : (seconds[row] as number) * 1.02;
}
