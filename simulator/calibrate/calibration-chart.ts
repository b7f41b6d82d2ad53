/**
 * The chart of a calibration: what was observed, and the law over it, on a logarithmic axis of days.
 *
 * Nothing is drawn past the last observed day, where the law knows nothing.
 */

import { captionHeightPx, chartSvg } from '../report/chart-frame.ts';
import { INK, type LineLook, VERMILLION } from '../report/chart-style.ts';
import type { DrawingBoard, Margins } from '../report/drawing-board.ts';
import { drawLineLabels } from '../report/line-label.ts';
import { curveLine, namedAxis, percentAxis } from '../report/panel-parts.ts';
import type { Calibration } from './calibration.ts';
import { gridOf } from './log-grid.ts';
import { compositionName } from './mixture.ts';
import { fractionOf } from './written-law.ts';

const WIDTH = 900;
const PANEL_TOP = 66;
const PANEL_HEIGHT = 400;
const MARGINS: Margins = { top: 12, right: 150, bottom: 48, left: 66 };
const LABEL_GAP_PX = 16;
const OBSERVED: LineLook = { colour: INK, dash: undefined, widthPx: 1.2 };
const LAW: LineLook = { colour: VERMILLION, dash: undefined, widthPx: 2.8 };
const TICKS = [0.001, 0.01, 0.1, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/** Draws the calibration as an SVG file. */
export function drawCalibration(board: DrawingBoard, calibration: Calibration, source: string): string {
  const { curves, law, goodness } = calibration;
  const grid = gridOf(curves);
  const [from, to] = [grid[0]!, grid.at(-1)!];
  const lawPoints = grid.map((day) => [day, fractionOf(law, day)] as const);
  const caption =
    `${source}. Fitted by ${calibration.method === 'least-squares' ? 'least squares' : 'maximum likelihood'}. ` +
    `Both lines end where observation ended, on day ${calibration.lastObservedDay}.`;
  const box = { x: 8, y: PANEL_TOP, width: WIDTH - 16, height: PANEL_HEIGHT };
  const ticks = TICKS.filter((day) => day >= from && day <= to).map((day) => ({
    value: day,
    name: `${day.toLocaleString('en-GB')} d`,
  }));
  const panel = board.panel(box, MARGINS, {
    x: { type: 'log', domain: [from, to] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share on the release or newer'),
      ...namedAxis(board, 'DAYS since the release (logarithmic)', ticks),
      ...curves.map(({ name, days, fractions }) => {
        const seen = days.flatMap((day, i) => (day >= from ? [[day, fractions[i]!] as const] : []));
        return curveLine(board, `observed, ${name}`, seen, OBSERVED, 'linear', curves.length > 1 ? 0.5 : 1);
      }),
      curveLine(board, 'fitted law', lawPoints, LAW, 'linear'),
    ],
  });
  const longest = curves.reduce((best, curve) => (curve.days.at(-1)! > best.days.at(-1)! ? curve : best));
  const label = (day: number, fraction: number, name: string, notes: string[], look: LineLook) => {
    const anchorX = panel.pixelX(day);
    const anchorY = panel.pixelY(fraction);
    const boxLeft = panel.frame.right + LABEL_GAP_PX;
    const roomPx = WIDTH - 8 - boxLeft;
    return { anchorX, anchorY, wantedY: anchorY, boxLeft, name, notes, roomPx, look };
  };
  const [lastDay, lastFraction] = lawPoints.at(-1)!;
  const labels = drawLineLabels(
    [
      label(
        to,
        longest.fractions.at(-1)!,
        'observed',
        [curves.length === 1 ? longest.name : `${curves.length} curves`],
        OBSERVED,
      ),
      label(lastDay, lastFraction, 'law', [`RMSE ${goodness.rmse.toFixed(4)}`], LAW),
    ],
    panel.frame,
    [lawPoints.map(([day, fraction]) => [panel.pixelX(day), panel.pixelY(fraction)] as const)],
  );
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + 4,
      title: 'Operator lag: observed and fitted',
      subtitle: `${compositionName(calibration.composition)}; KS distance ${goodness.ksDistance.toFixed(4)}`,
      description: `${curves.length} observed adoption curves and the law fitted to them`,
      caption,
    },
    panel.markup,
    labels,
  );
}
