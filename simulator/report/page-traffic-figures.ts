/** The interactive figures of simulated traffic: marks, restarts beside swaps, a flood, and queues. */

import type { ValueUnit } from '../page/parts/value-format.ts';
import type { ChartName } from '../scenario/measure-plan.ts';
import type { ChartData } from './chart-data.ts';
import { hasMarks } from './marks-chart.ts';
import type { PageFigure, PageLine, PagePanel } from './page-data.ts';
import { lookOf, plainLine } from './page-lines.ts';
import type { PanelUnit } from './time-panel.ts';
import {
  floodStack,
  hasFlood,
  hasQueues,
  hasRestarts,
  queuesStack,
  restartsStack,
  type TrafficStack,
  trafficArms,
} from './traffic-charts.ts';

const SINCE_RELEASE = 'time since the release';
const SHORTEST_SECONDS = 1e-3;

function marksFigure(data: ChartData): PageFigure {
  const toSeconds = Math.max(60, ...data.arms.map(({ horizonSeconds }) => horizonSeconds));
  const panel: PagePanel = {
    unit: 'share',
    top: 1,
    title: 'Attackable circuits on which a mark works: from when each relay or client has the update',
    timeLabel: SINCE_RELEASE,
    valueLabel: 'share of attackable circuits',
    scale: 'log',
    span: { logFromSeconds: SHORTEST_SECONDS, fromSeconds: 0, toSeconds },
    lines: trafficArms(data).flatMap(({ arm, series, look }) => {
      const works = series.mark_works_share;
      if (works === undefined) return [];
      const untilSeconds = arm.horizonSeconds;
      return [plainLine(works.seconds, works.value, { name: arm.name, look, shape: 'step', untilSeconds })];
    }),
  };
  return {
    name: 'marks',
    title: 'How long a guard and an exit of one party can mark circuits',
    panels: [panel],
    source: data.source,
  };
}

const UNITS: Readonly<Record<PanelUnit, ValueUnit>> = {
  share: 'share',
  seconds: 'seconds',
  bytes: 'bytes-per-second',
  count: 'count',
};

/** A stack of panels of traffic (time-panel.ts). */
function stackFigure(data: ChartData, name: ChartName, { title, panels, span }: TrafficStack): PageFigure {
  const { fromSeconds, toSeconds, moments } = span;
  return {
    name,
    title,
    source: data.sourceOfAll,
    panels: panels.map(
      (panel): PagePanel => ({
        title: `${panel.title}: ${panel.subtitle}`,
        unit: UNITS[panel.unit],
        leastTop: panel.leastTop,
        timeLabel: SINCE_RELEASE,
        valueLabel: panel.yLabel,
        scale: 'linear',
        span: { logFromSeconds: SHORTEST_SECONDS, fromSeconds, toSeconds },
        moments,
        lines: panel.lines.map(
          (line): PageLine => ({
            name: line.name,
            ...lookOf(line.look),
            seconds: Float64Array.from(line.points, ([at]) => at),
            values: Float64Array.from(line.points, ([, value]) => value),
            shape: line.curve === 'linear' ? 'linear' : 'step',
            weighting: null,
            stage: null,
            seed: null,
          }),
        ),
      }),
    ),
  };
}

/** In the order of the report; a figure is there where its static chart is. */
export function trafficFigures(data: ChartData): PageFigure[] {
  return [
    ...(hasMarks(data) ? [marksFigure(data)] : []),
    ...(hasRestarts(data) ? [stackFigure(data, 'restart-vs-swap', restartsStack(data))] : []),
    ...(hasFlood(data) ? [stackFigure(data, 'flood', floodStack(data))] : []),
    ...(hasQueues(data) ? [stackFigure(data, 'queues', queuesStack(data))] : []),
  ];
}
