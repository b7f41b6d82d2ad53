/**
 * `calibrate INPUT`: fits a law of operator lag to adoption curves, and writes it with its chart.
 *
 * The law on stdout can be pasted into a scenario; what the command line or the data have wrong is told before
 * anything is fitted.
 */

import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Calibration, type CalibrationOptions, calibrate as fit } from '../calibrate/calibration.ts';
import { calibrationJson, calibrationText } from '../calibrate/calibration-text.ts';
import { PARTS_MAX } from '../calibrate/fit.ts';
import { readInput } from '../calibrate/read-input.ts';
import { lagYamlText } from '../calibrate/written-law.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { shownPath } from './workplace.ts';

/** Options as commander hands them over. */
export interface CalibrateOptions {
  readonly method: string;
  readonly parts: string;
  readonly laws: string;
  readonly never: string;
  readonly criterion: string;
  readonly bootstrap: string;
  readonly seed: string;
  readonly relays: string;
  readonly by: string;
  readonly release?: readonly string[];
  readonly releases?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const BOOTSTRAP_MAX = 100_000;
const RELAYS_MAX = 10_000_000;

function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word === undefined)
    throw new UsageError(`--${option} ${text} is not known`, `one of ${words.join(', ')}`);
  return word;
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${option} ${text} is not a whole number from ${min} to ${max}`);
}

const METHODS = { ls: 'least-squares', ml: 'maximum-likelihood' } as const;

function readOptions(options: CalibrateOptions): CalibrationOptions {
  const parts = options.parts === 'auto' ? '1,2,3' : options.parts;
  const never = oneOf('never', options.never, ['auto', 'yes', 'no']);
  return {
    method: METHODS[oneOf('method', options.method, ['ls', 'ml'])],
    criterion: oneOf('criterion', options.criterion, ['bic', 'aic', 'held-out']),
    laws: options.laws.split(',').map((law) => oneOf('laws', law.trim(), ['lognormal', 'weibull'])),
    parts: parts.split(',').map((count) => whole('parts', count.trim(), 1, PARTS_MAX)),
    never: never === 'auto' ? [true, false] : [never === 'yes'],
    bootstrap: whole('bootstrap', options.bootstrap, 0, BOOTSTRAP_MAX),
    seed: whole('seed', options.seed, 0, 0xffffffff),
    relays: whole('relays', options.relays, 10, RELAYS_MAX),
  };
}

async function write(directory: string, force: boolean, calibration: Calibration, input: string) {
  const { openDrawingBoard } = await import('../report/drawing-board.ts');
  const { renderPng } = await import('../report/png.ts');
  const { writeFileSynced, writeFolder } = await import('../report/results-folder.ts');
  const { drawCalibration } = await import('../calibrate/calibration-chart.ts');
  const svg = drawCalibration(await openDrawingBoard(), calibration, `Data: ${basename(input)}`);
  await writeFolder({ directory, force }, async (folder) => {
    const { law, lastObservedDay } = calibration;
    await mkdir(join(folder, 'charts'));
    await writeFileSynced(join(folder, 'lag.yaml'), lagYamlText(law, lastObservedDay));
    // What marks a folder as this program's own, so that --force may replace it.
    await writeFileSynced(join(folder, 'manifest.json'), calibrationJson(calibration));
    await writeFileSynced(join(folder, 'charts', 'calibration.svg'), svg);
    await writeFileSynced(join(folder, 'charts', 'calibration.png'), await renderPng(svg));
  });
}

/** Runs the verb; the exit code of what was done. Mistakes and failures are thrown. */
export async function calibrate(
  input: string,
  options: CalibrateOptions,
  context: CommandContext,
): Promise<number> {
  const { userFolder, resultsHome } = context.workplace;
  const how = readOptions(options);
  const curves = readInput(input, {
    releases: options.release ?? [],
    releaseFile: options.releases ?? null,
    by: oneOf('by', options.by, ['relays', 'weight']),
  });
  if (how.criterion === 'held-out' && curves.length < 2) {
    throw new UsageError('--criterion held-out needs two releases', 'the data have one; use bic or aic');
  }
  const name = basename(resolve(userFolder, input)).replace(/\.[^.]*$/, '');
  const directory =
    options.out === undefined
      ? join(resultsHome, 'results', 'calibration', name)
      : resolve(userFolder, options.out);
  const { checkTarget } = await import('../report/results-folder.ts');
  const force = options.force === true;
  await checkTarget(directory, force);
  const calibration = fit(curves, how);
  await write(directory, force, calibration, input);
  if (options.json === true) context.out.write(calibrationJson(calibration));
  else context.out.line(calibrationText(calibration));
  if (options.quiet !== true) context.err.line(`wrote ${shownPath(directory, userFolder)}`);
  return EXIT.ok;
}
