/**
 * `crosscheck FILE`: the same network and seed on two engines, or two stacks of the engine gossipsub, and how far apart
 * they come out.
 *
 * Only the live arms run: what is drawn from laws has no engine. An engine in real time runs each seed several times, so
 * that its own noise is known. Exit code 1 says that a figure is beyond its bound.
 */

import { join, resolve } from 'node:path';
import type { FinishedRun, Progress } from '../arms/run-contract.ts';
import {
  type Crosscheck,
  type CrosscheckedArm,
  crosscheckRun,
  firstUpdateCurve,
  isWithinBounds,
} from '../measure/crosscheck.ts';
import type { AdoptionCurve } from '../measure/curve.ts';
import { engineLabel } from '../scenario/engines.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { attended } from './attended.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { asScenarioError, refuseWhatDoesNotFit, resolvedText, resultsFolder } from './run-results.ts';
import { type SimulateOptions, type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';
import { shownPath } from './workplace.ts';

export interface CrosscheckOptions extends Omit<SimulateOptions, 'engine' | 'stack' | 'resume'> {
  readonly engines?: string;
  /** Two stacks in the place of two engines. */
  readonly stacks?: string;
  readonly repeats?: string;
}

const ENGINES = 'gossipsub,model';
const STACKS = 'bare,libp2p';
const RUNS_MAX = 100;
/** The engine whose runs differ though nothing that they are made from does. */
const REAL_TIME = 'wire';
const REPEATS = '3';

type Pair<Value> = readonly [Value, Value];

/** The curves of one arm and seed on both engines. */
interface CurvesOfRun {
  readonly arm: string;
  readonly seed: number;
  readonly curves: Pair<AdoptionCurve>;
}

/** Runs the verb; the exit code of what was done. Mistakes and failures are thrown. */
export async function crosscheck(
  file: string,
  options: CrosscheckOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings = SURROUNDINGS,
): Promise<number> {
  const { rooms } = surroundings;
  const { userFolder, resultsHome } = context.workplace;
  const sides = readSides(options);
  const runs = readCount('runs', options.runs ?? '1');
  const repeats = readRepeats(options.repeats, sides[1].engine);
  const loaded = sides.map((side) =>
    load(file, { ...options, ...side }, surroundings),
  ) as unknown as Pair<LoadedScenario>;
  const { scenario } = loaded[0];
  const directory =
    options.out === undefined
      ? join(resultsFolder(loaded[0], resultsHome), 'crosscheck')
      : resolve(userFolder, options.out);
  const force = options.force === true;
  await rooms.checkTarget(directory, force);
  const isQuiet = options.quiet === true;
  const seeds = Array.from({ length: runs }, (_unused, index) => scenario.seed + index);

  return attended(context, surroundings, options, async (display, signal) => {
    const arms: CrosscheckedArm[] = [];
    const curves: CurvesOfRun[] = [];
    const run = async (one: LoadedScenario, seed: number): Promise<FinishedRun> => {
      try {
        const onProgress = (progress: Progress): void => display.update(progress);
        return await rooms.runScenario(liveOnly(one.scenario, seed), { signal, onProgress });
      } catch (error) {
        throw signal.aborted ? signal.reason : await asScenarioError(error, one);
      } finally {
        signal.throwIfAborted();
      }
    };
    const warnings = new Set<string>();
    for (const seed of seeds) {
      const first = await run(loaded[0], seed);
      const seconds: FinishedRun[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) seconds.push(await run(loaded[1], seed));
      arms.push(...crosscheckRun(first.outcome, ...seconds.map(({ outcome }) => outcome)));
      for (const second of seconds) {
        curves.push(...curvesOf(seed, first, second));
        for (const warning of second.warnings) warnings.add(warning);
      }
    }
    display.stop();
    if (!isQuiet) for (const warning of warnings) context.err.line(`warning: ${warning}`);
    const result: Crosscheck = {
      scenario: scenario.name,
      engines: loaded.map((one) => engineLabel(one.scenario)) as unknown as Pair<string>,
      relays: scenario.network.relays,
      seeds,
      ...(sides[1].engine === REAL_TIME && { repeats }),
      isWithin: isWithinBounds(arms),
      arms,
    };
    const resolved = resolvedText(loaded[0], scenario, directory);
    await write({ directory, force }, result, curves, resolved, signal);
    await print(result, options, context);
    if (!isQuiet) context.err.line(`wrote ${shownPath(directory, userFolder)}`);
    return result.isWithin ? EXIT.ok : EXIT.failed;
  });
}

type Side = Pick<SimulateOptions, 'engine' | 'stack'> & { readonly engine: string };

/** What the two runs differ in. */
function readSides({ engines, stacks }: CrosscheckOptions): Pair<Side> {
  if (stacks === undefined) {
    const [first, second] = readPair('engines', engines ?? ENGINES, ENGINES);
    return [{ engine: first }, { engine: second }];
  }
  if (engines !== undefined)
    throw new UsageError(
      '--engines and --stacks stand together',
      'stacks are of the engine gossipsub: give one of the two',
    );
  const [first, second] = readPair('stacks', stacks, STACKS);
  return [
    { engine: 'gossipsub', stack: first },
    { engine: 'gossipsub', stack: second },
  ];
}

function readPair(option: string, text: string, example: string): Pair<string> {
  const names = text.split(',').map((name) => name.trim());
  if (names.length === 2 && names[0] === REAL_TIME) {
    const message = `--engines ${text}: what is checked against comes first, and ${REAL_TIME} differs from run to run`;
    throw new UsageError(message, `write ${names[1]},${REAL_TIME}`);
  }
  if (names.length === 2 && names[0] !== names[1]) return [names[0]!, names[1]!];
  throw new UsageError(`--${option} ${text} does not name two ${option}`, `two of them, such as ${example}`);
}

function readCount(option: string, text: string): number {
  const count = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  if (count <= RUNS_MAX) return count;
  throw new UsageError(`--${option} ${text} is not a whole number from 1 to ${RUNS_MAX}`);
}

/** How often the second engine runs each seed: once, if the same comes out every time. */
function readRepeats(text: string | undefined, engine: string): number {
  if (engine === REAL_TIME) return readCount('repeats', text ?? REPEATS);
  if (text === undefined) return 1;
  const message = `--repeats ${text} would give the same ${engine} every time`;
  throw new UsageError(message, `it measures how far runs of ${REAL_TIME} are apart`);
}

/** The scenario on one engine, refused where that engine cannot run it, or this machine cannot hold it. */
function load(file: string, options: SimulateOptions, { machine }: SimulateSurroundings): LoadedScenario {
  const loaded = loadScenario(file, options);
  if (!loaded.scenario.arms.some(({ kind }) => kind === 'live')) {
    const message = 'no arm runs on an engine, so there is nothing to check';
    throw new ScenarioError([
      loaded.problemAt(['arms'], message, 'add one, such as live: { channel: gossip }'),
    ]);
  }
  refuseWhatDoesNotFit(loaded, machine());
  return loaded;
}

function liveOnly(scenario: Scenario, seed: number): Scenario {
  return { ...scenario, seed, arms: scenario.arms.filter(({ kind }) => kind === 'live') };
}

function curvesOf(seed: number, first: FinishedRun, second: FinishedRun): CurvesOfRun[] {
  return first.outcome.arms.map(({ arm }, index): CurvesOfRun => {
    const [one, other] = [first, second].map(({ outcome }) =>
      firstUpdateCurve(outcome.arms[index]!, 'activated', outcome.population.consensusWeight),
    );
    return { arm: arm.name, seed, curves: [one!, other!] };
  });
}

function json(result: Crosscheck): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

async function print(result: Crosscheck, options: CrosscheckOptions, { out }: CommandContext): Promise<void> {
  if (options.json === true) {
    out.write(json(result));
    return;
  }
  const { renderCrosscheck } = await import('../report/crosscheck-table.ts');
  out.line(renderCrosscheck(result));
}

async function write(
  target: { readonly directory: string; readonly force: boolean },
  result: Crosscheck,
  curves: readonly CurvesOfRun[],
  resolved: string,
  signal: AbortSignal,
): Promise<void> {
  const { openDrawingBoard } = await import('../report/drawing-board.ts');
  const { renderPng } = await import('../report/png.ts');
  const { writeFiles } = await import('../report/file-set.ts');
  const { crosscheckChart } = await import('../report/crosscheck-chart.ts');
  const { mkdir } = await import('node:fs/promises');
  const { ownVersion } = await import('../report/manifest.ts');
  const board = await openDrawingBoard();
  await writeFiles(
    target,
    async (files) => {
      await mkdir(join(files.folder, 'charts'));
      files.start('summary.json', json(result));
      files.start('scenario.resolved.yaml', resolved);
      for (const arm of new Set(curves.map((curve) => curve.arm))) {
        const svg = crosscheckChart(board, {
          ...result,
          arm,
          runs: curves.filter((curve) => curve.arm === arm),
        });
        files.start(`charts/crosscheck-${arm}.svg`, svg);
        files.start(`charts/crosscheck-${arm}.png`, renderPng(svg));
      }
      await files.finished();
      // What marks a folder as this program's own, so that --force may replace it.
      const manifest = { crosscheck: result.scenario, relaywave: ownVersion(), sha256: files.sha256() };
      files.start('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
      await files.finished();
    },
    signal,
  );
}
