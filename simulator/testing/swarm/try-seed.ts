/** One seed of the swarm: its scenario drawn and tried, and for a sample of seeds run again in other ways. */

import { runScenario } from '../../arms/run.ts';
import type { KeptThreads } from '../../engine/gossipsub/kept-threads.ts';
import { crosscheckRun } from '../../measure/crosscheck.ts';
import type { RunOutcome } from '../../measure/outcome.ts';
import { ScenarioError } from '../../scenario/problem.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Finding } from './check-run.ts';
import { shownBy } from './coverage.ts';
import { type DrawnScenario, type DrawOptions, drawScenario, loadTree } from './drawn-scenario.ts';
import { KNOWN_BAD } from './modules.ts';
import { tryScenario } from './try-scenario.ts';

/** Every so many seeds: the same run again in a new thread, with every shortcut left out, and on the engine model. */
export interface Samples {
  readonly repeat: number;
  readonly full: number;
  readonly model: number;
}

export interface SeedVerdict {
  readonly seed: number;
  readonly findings: readonly Finding[];
  readonly shown: readonly string[];
  readonly refused: readonly string[];
  /** What was run again. */
  readonly again: readonly (keyof Samples)[];
}

/** The verdict on a seed; it depends on nothing but the seed and the options. */
export async function trySeed(
  seed: number,
  options: DrawOptions & { readonly samples: Samples },
  kept: KeptThreads,
): Promise<SeedVerdict> {
  const drawn = drawScenario(seed, options);
  const { scenario } = drawn.loaded;
  const { findings, outcome, convergedRelays } = await tryScenario(scenario, kept);
  if (outcome === null) return { seed, findings, shown: [], refused: drawn.refused, again: [] };
  const again: (keyof Samples)[] = [];
  const all = [...findings];
  const { repeat, full, model } = options.samples;
  if (seed % repeat === 0) {
    again.push('repeat');
    all.push(...differences(outcome, await runAnew(scenario, kept), 'same-on-repeat'));
  }
  if (seed % full === 1 % full) {
    again.push('full');
    const { outcome: plain } = await runScenario({ ...scenario, fidelity: 'full' }, { keptThreads: kept });
    all.push(...differences(outcome, plain, 'full-as-fast'));
  }
  const modelled = seed % model === 0 ? onModel(drawn) : null;
  if (modelled !== null) {
    again.push('model');
    all.push(...(await modelDifferences(outcome, modelled)));
  }
  return { seed, findings: all, shown: shownBy(outcome, convergedRelays), refused: drawn.refused, again };
}

/** In a thread of its own, by the same code: who edits the sources meanwhile has not found a difference. */
export async function runAnew(scenario: Scenario, kept: KeptThreads): Promise<RunOutcome> {
  const apart = kept.apart();
  try {
    return (await runScenario(scenario, { keptThreads: apart })).outcome;
  } finally {
    await apart.close();
  }
}

function differences(one: RunOutcome, other: RunOutcome, rule: string): Finding[] {
  return one.arms.flatMap(({ arm, traceHash }, place) => {
    const second = other.arms[place]!.traceHash;
    return traceHash === second
      ? []
      : [{ rule, what: `arm ${arm.name}: trace ${traceHash}, then ${second}` }];
  });
}

/** The same scenario for the model; null where it is beyond it, as modules are that fail on trial. */
function onModel({ tree, loaded }: DrawnScenario): Scenario | null {
  if (loaded.scenario.updates.some(({ module }) => KNOWN_BAD.includes(module))) return null;
  try {
    return loadTree({ ...tree, engine: 'model' }).scenario;
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

async function modelDifferences(outcome: RunOutcome, scenario: Scenario): Promise<Finding[]> {
  let modelled: RunOutcome;
  try {
    ({ outcome: modelled } = await runScenario(scenario));
  } catch (error) {
    return [{ rule: 'model-as-gossipsub', what: `the model broke off: ${(error as Error).message}` }];
  }
  const live = (run: RunOutcome): RunOutcome => ({
    ...run,
    arms: run.arms.filter(({ arm }) => arm.kind === 'live'),
  });
  return crosscheckRun(live(outcome), live(modelled)).flatMap(({ arm, figures }) =>
    figures
      .filter(({ isWithin }) => !isWithin)
      .map(({ figure, values }) => ({
        rule: 'model-as-gossipsub',
        what: `arm ${arm}: ${figure} is ${values[0]} on gossipsub and ${values[1]} on the model`,
      })),
  );
}
