/** The interactive figures of survival without the fix, and of versions alive at once. */

import type { SurvivalCurve } from '../measure/survival.ts';
import { updateNames } from '../measure/update-names.ts';
import { versionsOf } from '../measure/versions-summary.ts';
import { armLabel } from './channels-chart.ts';
import type { ChartData } from './chart-data.ts';
import type { LineLook } from './chart-style.ts';
import { countOf } from './human-units.ts';
import { hasChurn } from './membership-chart.ts';
import type { PageFigure, PageLine, PagePanel } from './page-data.ts';
import { differingRows, lookOf, plainLine } from './page-lines.ts';
import { axisSpan, survivalLines } from './survival-chart.ts';
import { axisEndSeconds, hasSeveralUpdates, versionLines } from './versions-chart.ts';

const SHARES = { unit: 'share', top: 1 } as const;
const LOG_DECADES = 1e6;

/** From the release, when nobody has it, with the limits as a band; where survival is 0 they are it. */
function survivalLine(
  { seconds, survival, low, high }: SurvivalCurve,
  { name, look, horizonSeconds }: { name: string; look: LineLook; horizonSeconds: number },
): PageLine {
  const rows = differingRows(survival);
  const column = (values: Float64Array) =>
    Float64Array.from([
      1,
      ...rows.map((row) => (Number.isNaN(values[row]!) ? survival[row]! : values[row]!)),
    ]);
  return {
    name,
    ...lookOf(look),
    seconds: Float64Array.from([0, ...rows.map((row) => seconds[row]!)]),
    values: column(survival),
    shape: 'step',
    untilSeconds: horizonSeconds,
    band: { low: column(low), high: column(high) },
    weighting: null,
    stage: null,
    seed: null,
  };
}

function survivalFigure(data: ChartData): PageFigure {
  const lines = survivalLines(data);
  const { fromSeconds, toSeconds } = axisSpan(lines);
  const panel: PagePanel = {
    ...SHARES,
    title: "Relays that do not run the fix yet, as if nobody left before; shaded: the estimate's own limits",
    timeLabel: 'time since the release',
    valueLabel: 'share of relays without the fix',
    scale: 'log',
    span: { logFromSeconds: fromSeconds, fromSeconds: 0, toSeconds },
    lines: lines.map((line) => survivalLine(line.curve, line)),
  };
  return {
    name: 'survival',
    title: 'How long relays stay without the fix',
    panels: [panel],
    source: data.source,
  };
}

function versionsFigure(data: ChartData): PageFigure {
  const names = updateNames(data.outcome);
  const panels = data.arms.map((arm): PagePanel => {
    const curve = versionsOf(arm.outcome, data.outcome);
    const toSeconds = axisEndSeconds(curve, arm.outcome);
    return {
      ...SHARES,
      title: armLabel(arm),
      timeLabel: 'time since the first release',
      valueLabel: 'share of relays',
      scale: 'linear',
      span: { logFromSeconds: toSeconds / LOG_DECADES, fromSeconds: 0, toSeconds },
      lines: versionLines(curve, names).lines.map(({ name, look, shares }) =>
        plainLine(curve.seconds, shares, { name, look, shape: 'step', untilSeconds: arm.horizonSeconds }),
      ),
    };
  });
  const title = `Versions alive at once on ${countOf(data.summary.relays, 'relay')}`;
  return { name: 'versions', title, panels, source: `${data.sourceOfAll} By relay count.` };
}

/** Each where its static chart is. */
export function measureFigures(data: ChartData): PageFigure[] {
  return [
    ...(hasChurn(data) ? [survivalFigure(data)] : []),
    ...(hasSeveralUpdates(data) ? [versionsFigure(data)] : []),
  ];
}
