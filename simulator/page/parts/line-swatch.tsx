/** A short piece of a line as its chart draws it, for a legend. */

import type { CurveSeries } from './curve-series.ts';
import { colourOn } from './theme.ts';

const WIDTH = 30;
const HEIGHT = 10;

export interface LineSwatchProps {
  readonly line: Pick<CurveSeries, 'colour' | 'dash' | 'widthPx' | 'opacity'>;
  readonly isDark: boolean;
}

export function LineSwatch({ line, isDark }: LineSwatchProps) {
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line
        x1={1}
        x2={WIDTH - 1}
        y1={HEIGHT / 2}
        y2={HEIGHT / 2}
        stroke={colourOn(line.colour, isDark)}
        stroke-width={line.widthPx ?? 2}
        stroke-dasharray={line.dash}
        stroke-opacity={line.opacity ?? 1}
      />
    </svg>
  );
}
