/**
 * Labels for curves that rise at different times: each stands beside its own curve, at the first height where it
 * covers neither another curve nor another label, on the right if it can.
 */

import { type AdoptionCurve, reachedFraction } from '../measure/curve.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import type { LineLook } from './chart-style.ts';
import type { Panel } from './drawing-board.ts';
import { isFree, type Placed, type Polyline, placeAt } from './label-placement.ts';
import { boxOf, type LineLabel, textRoomPx } from './line-label.ts';

/** A curve by relay count, to be labelled. */
export interface RisingCurve {
  readonly name: string;
  readonly look: LineLook;
  readonly curve: AdoptionCurve;
  readonly notes: readonly string[];
}

const GAP_PX = 14;
/** Heights that are tried, as shares of what the curve reaches. */
const LEVELS = [0.5, 0.8, 0.25, 0.65, 0.36, 0.14, 0.92, 0.06] as const;

/** The labels, at most `roomPx` wide, for `drawLineLabels`; a label that finds no free height takes the first. */
export function risingLabels(
  curves: readonly RisingCurve[],
  lines: readonly Polyline[],
  panel: Panel,
  roomPx: number,
): LineLabel[] {
  const taken: Placed[] = [];
  return curves.map(({ name, look, curve, notes }) => {
    const reached = reachedFraction(curve, 'fractionOfRelays');
    const onTheRight = LEVELS.map((level): LineLabel => {
      const anchorX = panel.pixelX(timeToFraction(curve, 'fractionOfRelays', level * reached) as number);
      const boxLeft = Math.min(anchorX + GAP_PX, panel.frame.right - roomPx);
      const right = Math.min(boxLeft + roomPx, panel.frame.right);
      const anchorY = panel.pixelY(level * reached);
      return { anchorX, anchorY, boxLeft, name, notes, roomPx: textRoomPx(boxLeft, right), look };
    });
    const onTheLeft = onTheRight.map((label): LineLabel => {
      const { left, right } = boxOf(label);
      return { ...label, boxLeft: label.anchorX - GAP_PX - (right - left), isLeftOfPoint: true };
    });
    const candidates = [...onTheRight, ...onTheLeft];
    const placeOf = (label: LineLabel) => placeAt(boxOf(label), label.anchorY);
    const found = candidates.find((label) => {
      const place = placeOf(label);
      const { left, right, top, bottom } = panel.frame;
      const isInside =
        place.top >= top && place.bottom <= bottom && place.left >= left && place.right <= right;
      const isBeside = place.left > label.anchorX || place.right < label.anchorX;
      return isInside && isBeside && isFree(place, lines, taken);
    });
    const label = found ?? (candidates[0] as LineLabel);
    taken.push(placeOf(label));
    return label;
  });
}
