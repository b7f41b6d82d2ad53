/** The curve of each arm as far as it is known. */

import { useMemo, useState } from 'preact/hooks';
import { armLooks } from '../../report/chart-style.ts';
import { lookOf } from '../../report/page-lines.ts';
import type { JobArm } from '../../view/api-shapes.ts';
import { Choice } from '../parts/choice.tsx';
import { CurveChart } from '../parts/curve-chart.tsx';
import type { CurveSeries } from '../parts/curve-series.ts';
import type { LiveRun } from './live-run.ts';

const STEPS = [1, 2, 5] as const;
const LEAST_SECONDS = 0.1;

/** The next of 1, 2 and 5 times a power of ten: an axis that grows is drawn anew seldom. */
export function roundedUp(seconds: number): number {
  const power = 10 ** Math.floor(Math.log10(seconds));
  return (STEPS.find((step) => step * power >= seconds) ?? 10) * power;
}

export function LiveCurve({
  run,
  arms,
  changes,
}: {
  readonly run: LiveRun;
  readonly arms: readonly JobArm[];
  readonly changes: number;
}) {
  const [kind, setKind] = useState<'live' | 'manual'>('live');
  const hasManual = arms.some(({ isLive, reached }) => !isLive && reached > 0);
  const shown = hasManual || arms.every(({ isLive }) => !isLive) ? kind : 'live';
  const series = useMemo(() => {
    const looks = armLooks(arms.map(({ name, isLive }) => ({ name, kind: isLive ? 'live' : 'manual' })));
    return arms.flatMap(({ name, isLive, counted }): CurveSeries[] => {
      const seconds = run.sortedSeconds(name);
      if (isLive !== (shown === 'live') || seconds.length === 0) return [];
      return [
        {
          name,
          ...lookOf(looks.get(name)!),
          seconds,
          values: seconds.map((_since, index) => (index + 1) / counted),
          shape: 'step',
          startsAtZero: true,
        },
      ];
    });
  }, [changes, shown]);
  const last = Math.max(LEAST_SECONDS, ...series.map(({ seconds }) => seconds[seconds.length - 1] as number));
  const toSeconds = roundedUp(last);
  return (
    <figure class="curves">
      {hasManual && (
        <Choice
          label="arms"
          options={[
            { value: 'live', word: 'gossiped' },
            { value: 'manual', word: 'by hand' },
          ]}
          isOn={(value) => value === shown}
          onChoose={setKind}
        />
      )}
      {series.length === 0 ? (
        <p class="empty faint">No relay runs the update yet.</p>
      ) : (
        <CurveChart
          label="Share of relays that run the update so far"
          series={series}
          span={{ logFromSeconds: toSeconds / 1000, fromSeconds: 0, toSeconds }}
          scale="linear"
          unit="share"
          timeLabel="time since the release"
          valueLabel="share of relays"
          top={1}
          heightPx={280}
        />
      )}
    </figure>
  );
}
