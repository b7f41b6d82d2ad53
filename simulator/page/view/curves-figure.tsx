/** A chart of adoption with the choices of how to look at it. */

import { useMemo, useState } from 'preact/hooks';
import { RUNS_FOR_CONFIDENCE } from '../../measure/bootstrap.ts';
import type { RunCurves } from '../../view/api-shapes.ts';
import { Choice } from '../parts/choice.tsx';
import { CurveChart } from '../parts/curve-chart.tsx';
import { type ArmChoice, linesOfRun, linesOfRuns, spanOf, type Weighting } from './drawn-lines.ts';

const SCALES = [
  { value: 'log', word: 'logarithmic' },
  { value: 'linear', word: 'linear' },
] as const;
const WEIGHTINGS = [
  { value: 'relays', word: 'relays' },
  { value: 'weight', word: 'consensus weight' },
] as const;

/** The curves of one run, or of several over each other. */
export function CurvesFigure({
  runs,
  label,
}: {
  readonly runs: readonly RunCurves[];
  readonly label: string;
}) {
  const arms = runs.flatMap((run) => run.arms);
  const [hasLive, hasManual] = [arms.some(({ isLive }) => isLive), arms.some(({ isLive }) => !isLive)];
  const [scale, setScale] = useState<'log' | 'linear'>('log');
  const [weighting, setWeighting] = useState<Weighting>('relays');
  const [choice, setChoice] = useState<ArmChoice>('all');
  const [only] = runs;
  const series = useMemo(
    () =>
      runs.length === 1 && only !== undefined
        ? linesOfRun(only, weighting, choice)
        : linesOfRuns(runs, weighting, choice),
    [runs, weighting, choice],
  );
  if (arms.length === 0) return <p class="faint">There are no curves to draw: no curves.csv that reads.</p>;
  return (
    <figure class="curves">
      <div class="choices">
        <Choice label="time" options={SCALES} isOn={(value) => value === scale} onChoose={setScale} />
        <Choice
          label="share of"
          options={WEIGHTINGS}
          isOn={(value) => value === weighting}
          onChoose={setWeighting}
        />
        {hasLive && hasManual && (
          <Choice
            label="arms"
            options={[
              { value: 'all', word: 'all' },
              { value: 'live', word: 'gossiped' },
              { value: 'manual', word: 'by hand' },
            ]}
            isOn={(value) => value === choice}
            onChoose={setChoice}
          />
        )}
      </div>
      <CurveChart
        label={label}
        series={series}
        span={spanOf(runs, choice)}
        scale={scale}
        unit="share"
        timeLabel="time since the release"
        valueLabel={weighting === 'relays' ? 'share of relays' : 'share of consensus weight'}
        top={1}
        heightPx={340}
      />
      {weighting === 'relays' && arms.some(({ band }) => band !== null) && (
        <figcaption class="faint">
          Lines are medians over seeds. Bands bound them, with 95 % confidence from {RUNS_FOR_CONFIDENCE}{' '}
          seeds on.
        </figcaption>
      )}
    </figure>
  );
}
