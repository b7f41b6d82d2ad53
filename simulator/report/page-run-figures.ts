/** The interactive figures of one run: its stages, classes, members, updates taken back and faults. */

import { sharesOf } from '../measure/membership.ts';
import { STAGES } from '../measure/outcome.ts';
import { armLabel } from './channels-chart.ts';
import type { ChartData } from './chart-data.ts';
import { liveLook } from './chart-style.ts';
import { commonAxis, groupsOf, hasClasses } from './classes-chart.ts';
import {
  endOf,
  faultInWords,
  faultsOf,
  hasFaults,
  keptCurve,
  keptNames,
  keptOf,
  SPANS_MAX,
  shownTime,
} from './faults-chart.ts';
import { countOf, groupThousands } from './human-units.ts';
import { hasChurn, shareLines } from './membership-chart.ts';
import type { PageFigure, PageLine, PagePanel } from './page-data.ts';
import { curveLineOf, plainLine } from './page-lines.ts';
import { measureFigures } from './page-measure-figures.ts';
import { trafficFigures } from './page-traffic-figures.ts';
import { axisEndSeconds, axisTop, hasRemovals, runningLines, runningMoments } from './running-chart.ts';
import { STAGE_LOOKS, stagesAxis } from './stages-chart.ts';

const SINCE_RELEASE = 'time since the release';
const SHORTEST_SECONDS = 1e-3;
const SHARES = { unit: 'share', top: 1 } as const;

/** The start of a logarithmic axis for lines over minutes to months. */
function logFrom(toSeconds: number): number {
  return Math.max(SHORTEST_SECONDS, toSeconds / 1e6);
}

function stagesFigure(data: ChartData): PageFigure {
  const panels = data.arms
    .filter(({ isLive }) => isLive)
    .map((arm): PagePanel => {
      const axis = stagesAxis(arm);
      const early = axis.isLog ? axis.fromSeconds : axis.toSeconds / 100;
      return {
        ...SHARES,
        title: `Stages of the ${arm.name} arm`,
        timeLabel: SINCE_RELEASE,
        valueLabel: 'share of relays',
        scale: axis.isLog ? 'log' : 'linear',
        span: { logFromSeconds: early, fromSeconds: 0, toSeconds: axis.toSeconds },
        lines: STAGES.map((stage): PageLine => {
          const options = { weighting: 'fractionOfRelays', untilSeconds: arm.horizonSeconds } as const;
          const look = STAGE_LOOKS[stage];
          const line = curveLineOf(arm.stages[stage], { name: stage, look, ...options });
          return { ...line, weighting: null };
        }),
      };
    });
  const title = `Four stages of an update on ${countOf(data.summary.relays, 'relay')}`;
  return { name: 'stages', title, panels, source: data.source };
}

function classesFigure(data: ChartData): PageFigure {
  const arms = data.arms.filter(({ outcome }) => outcome.operators !== null);
  const last = Math.max(1, ...arms.map(({ horizonSeconds }) => horizonSeconds));
  const { fromSeconds } = commonAxis(arms.flatMap(groupsOf), last);
  const panels = arms.map(
    (arm): PagePanel => ({
      ...SHARES,
      title: armLabel(arm),
      timeLabel: SINCE_RELEASE,
      valueLabel: 'share of the class',
      scale: 'log',
      span: { logFromSeconds: fromSeconds, fromSeconds: 0, toSeconds: last },
      lines: groupsOf(arm).map((group, index): PageLine => {
        const name = `${group.name} (${groupThousands(group.relays)})`;
        const untilSeconds = arm.horizonSeconds;
        const options = { name, look: liveLook(index, false), untilSeconds } as const;
        return {
          ...curveLineOf(group.curve, { ...options, weighting: 'fractionOfRelays' }),
          weighting: null,
          stage: null,
        };
      }),
    }),
  );
  const title = `The fix by class of operators, on ${countOf(data.summary.relays, 'relay')}`;
  return { name: 'classes', title, panels, source: data.source };
}

function membershipFigure(data: ChartData): PageFigure {
  const lines = shareLines(data);
  const toSeconds = Math.max(1, ...lines.map(({ horizonSeconds }) => horizonSeconds));
  const panel: PagePanel = {
    ...SHARES,
    title: 'Of the relays that are up at a moment, those that run the fix; and those that are up, of all',
    timeLabel: SINCE_RELEASE,
    valueLabel: 'share of relays',
    scale: 'linear',
    span: { logFromSeconds: logFrom(toSeconds), fromSeconds: 0, toSeconds },
    lines: lines.map(({ name, look, curve, of, horizonSeconds }) => {
      return plainLine(curve.seconds, sharesOf(curve, of), {
        name,
        look,
        shape: 'step',
        untilSeconds: horizonSeconds,
      });
    }),
  };
  return {
    name: 'membership',
    title: 'Who runs the fix while relays come and go',
    panels: [panel],
    source: data.source,
  };
}

function runningFigure(data: ChartData): PageFigure {
  const lines = runningLines(data);
  const toSeconds = axisEndSeconds(lines);
  const panel: PagePanel = {
    unit: 'share',
    top: axisTop(lines),
    title: 'Relays that run it at a moment, and those that ever ran it',
    timeLabel: 'time since the release of the update',
    valueLabel: 'share of relays',
    scale: 'linear',
    span: { logFromSeconds: logFrom(toSeconds), fromSeconds: 0, toSeconds },
    moments: runningMoments(lines),
    lines: lines.flatMap(({ name, look, running, everRan, arm }) => {
      const until = { startsAtZero: true, untilSeconds: arm.horizonSeconds };
      const ever = { ...look, dash: '2 3', widthPx: 1.4 };
      return [
        plainLine(running.seconds, running.fractionOfRelays, { name, look, shape: 'step', ...until }),
        plainLine(everRan.seconds, everRan.fractionOfRelays, {
          name: `${name}, ever ran`,
          look: ever,
          shape: 'step',
          ...until,
        }),
      ];
    }),
  };
  return {
    name: 'running',
    title: 'Updates that were taken back',
    panels: [panel],
    source: `${data.sourceOfAll} By relay count.`,
  };
}

function faultsFigure(data: ChartData): PageFigure {
  const kept = keptOf(data);
  const time = shownTime(data, kept);
  const names = keptNames(data, kept);
  const panel: PagePanel = {
    ...SHARES,
    title: 'Relays that run an update and keep it; shaded: faults',
    timeLabel: 'time of the run',
    valueLabel: 'share of relays',
    scale: 'linear',
    span: {
      logFromSeconds: Math.max(SHORTEST_SECONDS, time.from),
      fromSeconds: time.from,
      toSeconds: time.to,
    },
    spans: faultsOf(data)
      .slice(0, SPANS_MAX)
      .map((fault) => ({
        fromSeconds: fault.plan.fromSeconds,
        toSeconds: Math.min(time.to, endOf(fault)),
        word: faultInWords(fault),
      })),
    lines: kept.map((one, index) => {
      const curve = keptCurve(data, one);
      return plainLine(curve.seconds, curve.fractionOfRelays, {
        name: names[index] as string,
        look: liveLook(index, false),
        shape: 'step',
        startsAtZero: true,
        untilSeconds: time.to,
      });
    }),
  };
  return {
    name: 'faults',
    title: 'Faults and recovery',
    panels: [panel],
    source: `${data.sourceOfAll} By relay count.`,
  };
}

/** In the order of the report; a figure is there where its static chart is. */
export function runFigures(data: ChartData): PageFigure[] {
  return [
    ...(hasChurn(data) ? [membershipFigure(data)] : []),
    ...measureFigures(data),
    ...(hasClasses(data) ? [classesFigure(data)] : []),
    ...(hasRemovals(data) ? [runningFigure(data)] : []),
    ...(hasFaults(data) ? [faultsFigure(data)] : []),
    ...trafficFigures(data),
    ...(data.arms.some(({ isLive }) => isLive) ? [stagesFigure(data)] : []),
  ];
}
