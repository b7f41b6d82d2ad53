/** The charts of a run, by file name, and what each of them shows. */

import type { ChartName } from '../scenario/measure-plan.ts';
import { drawAttacks, hasAttacks } from './attacks-chart.ts';
import { drawChannels, hasSeveralChannels } from './channels-chart.ts';
import type { ChartData, CurvesData } from './chart-data.ts';
import type { Chart } from './chart-files.ts';
import { drawClasses, hasClasses } from './classes-chart.ts';

import { drawFaults, hasFaults } from './faults-chart.ts';
import { drawFigure1 } from './figure1.ts';
import { drawLatency } from './latency-chart.ts';
import { drawLiveVsManual, hasManual } from './live-vs-manual-chart.ts';
import { drawMarks, hasMarks } from './marks-chart.ts';
import { drawMembership, hasChurn } from './membership-chart.ts';
import { drawRunning, hasRemovals } from './running-chart.ts';
import { drawStages } from './stages-chart.ts';
import { drawSybils, hasSybils } from './sybils-chart.ts';
import { drawFlood, drawQueues, drawRestarts, hasFlood, hasQueues, hasRestarts } from './traffic-charts.ts';

const always = () => true;

/** In the order of the report. Some are drawn only where a run has something to show in them. */
export const CHARTS = [
  { name: 'figure1', draw: drawFigure1, isDrawn: always },
  { name: 'channels', draw: drawChannels, isDrawn: hasSeveralChannels },
  { name: 'live-vs-manual', draw: drawLiveVsManual, isDrawn: hasManual },
  { name: 'membership', draw: drawMembership, isDrawn: hasChurn },
  { name: 'classes', draw: drawClasses, isDrawn: hasClasses },
  { name: 'running', draw: drawRunning, isDrawn: hasRemovals },
  { name: 'attacks', draw: drawAttacks, isDrawn: hasAttacks },
  { name: 'sybils', draw: drawSybils, isDrawn: hasSybils },
  { name: 'faults', draw: drawFaults, isDrawn: hasFaults },
  { name: 'marks', draw: drawMarks, isDrawn: hasMarks },
  { name: 'restart-vs-swap', draw: drawRestarts, isDrawn: hasRestarts },
  { name: 'flood', draw: drawFlood, isDrawn: hasFlood },
  { name: 'queues', draw: drawQueues, isDrawn: hasQueues },
  { name: 'stages', draw: drawStages, isDrawn: always },
  { name: 'latency', draw: drawLatency, isDrawn: always },
] as const satisfies readonly Chart<ChartName, ChartData>[];

/** Those that several runs of a scenario have together: adoption curves with their bands. */
export const RUNS_CHARTS = [
  { name: 'figure1', draw: drawFigure1, isDrawn: always },
  { name: 'channels', draw: drawChannels, isDrawn: hasSeveralChannels },
  { name: 'live-vs-manual', draw: drawLiveVsManual, isDrawn: hasManual },
] as const satisfies readonly Chart<ChartName, CurvesData>[];

export type { ChartName };

/** A run's charts; those that it has nothing for are missing. */
export type DrawnCharts = Readonly<Partial<Record<ChartName, string>>>;
