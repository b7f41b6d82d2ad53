/** The charts of a run, by file name, and what each of them shows. */

import type { ChartName } from '../scenario/measure-plan.ts';
import { drawAttacks, hasAttacks } from './attacks-chart.ts';
import { drawChannels, hasSeveralChannels } from './channels-chart.ts';
import type { ChartData, CurvesData } from './chart-data.ts';
import type { Chart } from './chart-files.ts';
import { drawClasses, hasClasses } from './classes-chart.ts';
import { drawEmpty } from './empty-chart.ts';
import { drawExposure } from './exposure-chart.ts';
import { drawFaults, hasFaults } from './faults-chart.ts';
import { drawFigure1 } from './figure1.ts';
import { drawLatency } from './latency-chart.ts';
import { drawLiveVsManual, hasManual } from './live-vs-manual-chart.ts';
import { drawLoad, hasLoad } from './load-chart.ts';
import { drawMarks, hasMarks } from './marks-chart.ts';
import { drawMembership, hasChurn } from './membership-chart.ts';
import { drawRunning, hasRemovals } from './running-chart.ts';
import { drawStages } from './stages-chart.ts';
import { drawSurvival } from './survival-chart.ts';
import { drawSwitches } from './switches-chart.ts';
import { drawSybils, hasSybils } from './sybils-chart.ts';
import { drawFlood, drawQueues, drawRestarts, hasFlood, hasQueues, hasRestarts } from './traffic-charts.ts';
import { drawVerdicts, hasVerdicts } from './verdicts-chart.ts';
import { drawVersions, hasSeveralUpdates } from './versions-chart.ts';

const always = { isDrawn: () => true };

/** What stands in the place of a chart, with the reason. */
function instead(name: ChartName, why: string) {
  return (data: CurvesData): string => drawEmpty(data, name, why);
}

const FIGURE1 = { name: 'figure1', draw: drawFigure1, ...always } as const;
const CHANNELS = {
  name: 'channels',
  draw: drawChannels,
  isDrawn: hasSeveralChannels,
  drawEmpty: instead('channels', 'there are no two live arms to compare'),
} as const;
const LIVE_VS_MANUAL = {
  name: 'live-vs-manual',
  draw: drawLiveVsManual,
  isDrawn: hasManual,
  drawEmpty: instead('live-vs-manual', 'there is neither a manual arm nor history'),
} as const;
const SWITCHES = { name: 'switches', draw: drawSwitches, ...always } as const;
const EXPOSURE = { name: 'exposure', draw: drawExposure, ...always } as const;

/** In the order of the report. Some are drawn only where a run has something to show in them. */
export const CHARTS = [
  FIGURE1,
  CHANNELS,
  LIVE_VS_MANUAL,
  {
    name: 'membership',
    draw: drawMembership,
    isDrawn: hasChurn,
    drawEmpty: instead('membership', 'relays do not come and go in this scenario'),
  },
  {
    name: 'survival',
    draw: drawSurvival,
    isDrawn: hasChurn,
    drawEmpty: instead(
      'survival',
      'relays do not come and go in this scenario: nobody is lost, and figure1 says it all',
    ),
  },
  {
    name: 'classes',
    draw: drawClasses,
    isDrawn: hasClasses,
    drawEmpty: instead('classes', 'operators are all alike'),
  },
  SWITCHES,
  {
    name: 'versions',
    draw: drawVersions,
    isDrawn: hasSeveralUpdates,
    drawEmpty: instead(
      'versions',
      'there is one update only: who does not run it runs the core, and figure1 says it all',
    ),
  },
  {
    name: 'running',
    draw: drawRunning,
    isDrawn: hasRemovals,
    drawEmpty: instead('running', 'no relay took an update out again'),
  },
  {
    name: 'verdicts',
    draw: drawVerdicts,
    isDrawn: hasVerdicts,
    drawEmpty: instead('verdicts', 'no bad update was released, and no relay took a good one out by itself'),
  },
  {
    name: 'attacks',
    draw: drawAttacks,
    isDrawn: hasAttacks,
    drawEmpty: instead('attacks', 'nobody attacks, and nothing was refused'),
  },
  {
    name: 'sybils',
    draw: drawSybils,
    isDrawn: hasSybils,
    drawEmpty: instead('sybils', 'there are no sybils'),
  },
  {
    name: 'faults',
    draw: drawFaults,
    isDrawn: hasFaults,
    drawEmpty: instead('faults', 'the scenario has no faults'),
  },
  { name: 'marks', draw: drawMarks, isDrawn: hasMarks, drawEmpty: instead('marks', 'no circuit is marked') },
  {
    name: 'restart-vs-swap',
    draw: drawRestarts,
    isDrawn: hasRestarts,
    drawEmpty: instead('restart-vs-swap', 'no relay restarts while clients are simulated'),
  },
  {
    name: 'flood',
    draw: drawFlood,
    isDrawn: hasFlood,
    drawEmpty: instead('flood', 'there is no flood of circuits'),
  },
  {
    name: 'queues',
    draw: drawQueues,
    isDrawn: hasQueues,
    drawEmpty: instead('queues', 'there are no clients, or their cells hardly ever wait'),
  },
  EXPOSURE,
  { name: 'load', draw: drawLoad, isDrawn: hasLoad, drawEmpty: instead('load', 'no arm sends anything') },
  { name: 'stages', draw: drawStages, ...always },
  { name: 'latency', draw: drawLatency, ...always },
] as const satisfies readonly Chart<ChartName, ChartData>[];

/** Those that several runs of a scenario have together: curves with their bands, figures with their intervals. */
export const RUNS_CHARTS = [
  FIGURE1,
  CHANNELS,
  LIVE_VS_MANUAL,
  SWITCHES,
  EXPOSURE,
] as const satisfies readonly Chart<ChartName, CurvesData>[];

export type { ChartName };

/** A run's charts; those that it has nothing for are missing. */
export type DrawnCharts = Readonly<Partial<Record<ChartName, string>>>;
