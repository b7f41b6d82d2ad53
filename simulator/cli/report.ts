/** `report DIR`: draws the charts and the page of results again, without running anything. */

import { join, resolve } from 'node:path';
import { callOf } from '../../updates/cli/call-words.ts';
import { loadScenario } from '../scenario/load.ts';
import { CHART_THEMES, type ChartTheme } from '../scenario/measure-plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { attended } from './attended.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';
import { shownPath } from './workplace.ts';

export interface ReportOptions {
  readonly theme?: string;
  /** False with --no-png. */
  readonly png?: boolean;
  readonly quiet?: boolean;
}

function readTheme(theme: string): ChartTheme {
  const known = CHART_THEMES.find((name) => name === theme);
  if (known === undefined)
    throw new UsageError(`--theme ${theme} is none`, `choose ${CHART_THEMES.join(' or ')}`);
  return known;
}

/** The scenario of results, with the report that is asked for. */
function scenarioOf(directory: string, { theme, png }: ReportOptions): Scenario {
  const { scenario } = loadScenario(join(directory, 'scenario.resolved.yaml'));
  const { report } = scenario;
  return {
    ...scenario,
    report: {
      ...report,
      theme: theme === undefined ? report.theme : readTheme(theme),
      png: report.png && png !== false,
    },
  };
}

/** Runs the verb. Throws `ResultsError` and `UsageError` for a folder that cannot be drawn again. */
export async function report(
  folder: string,
  options: ReportOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings = SURROUNDINGS,
): Promise<number> {
  const { userFolder } = context.workplace;
  const directory = resolve(userFolder, folder);
  const shown = shownPath(directory, userFolder);
  const { readManifest, readRun } = await import('../report/read-run.ts');
  const { runFolders } = await import('../report/run-folders.ts');
  await surroundings.rooms.settleBeside(directory);
  const manifest = await readManifest(directory);
  if ('crosscheck' in manifest) {
    throw new UsageError(
      `${shown} holds a crosscheck, whose runs are not kept`,
      `${callOf('crosscheck', 'SCENARIO', '--force')} runs it again`,
    );
  }
  if ('sweep.csv' in manifest.sha256) {
    throw new UsageError(
      `${shown} holds a sweep`,
      `${callOf('merge', 'OUT', '--force')} draws it from its runs`,
    );
  }
  const scenario = scenarioOf(directory, options);
  const historical = await surroundings.rooms.historicalBaselines(scenario.historical);
  await attended(context, surroundings, options, async (display, signal) => {
    display.update({ phase: 'report', virtualSeconds: 0, durationSeconds: 0 });
    if (manifest.seeds.length === 1) {
      const { redraw } = await import('../report/redraw.ts');
      await redraw(directory, { scenario, historical, signal });
      return;
    }
    const runs = await Promise.all((await runFolders(directory)).map(readRun));
    const { command } = manifest;
    await surroundings.rooms.writeRuns({ directory, force: true }, runs, {
      scenario,
      historical,
      command,
      signal,
    });
  });
  const parts = scenario.report.png ? 'charts (SVG, PNG)' : 'charts (SVG)';
  context.out.line(`${shown}: ${parts} and report.html are drawn again`);
  return EXIT.ok;
}
