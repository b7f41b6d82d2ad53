/** Makes the data that report.html carries for its script, for one run and for several. */

import type { ChartData, CurvesData } from './chart-data.ts';
import { curveFigures, type SeedCurves } from './page-curve-figures.ts';
import type { PageData } from './page-data.ts';
import { runFigures } from './page-run-figures.ts';
import { pageWave } from './page-wave.ts';

/** The data of a run's page. */
export function runPageData(data: ChartData): PageData {
  return { figures: [...curveFigures(data, []), ...runFigures(data)], wave: pageWave(data) };
}

/** The data of the page of several runs, whose single curves appear thin behind the medians. */
export function runsPageData(data: CurvesData, seeds: readonly SeedCurves[]): PageData {
  return { figures: curveFigures(data, seeds), wave: null };
}
