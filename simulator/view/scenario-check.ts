/** Checks what is to be run as `validate` does, and says what would be run. */

import { join } from 'node:path';
import { engineLabel } from '../scenario/engines.ts';
import { infeasibility } from '../scenario/feasibility.ts';
import { type LoadedScenario, scenarioFromText } from '../scenario/load.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';
import { loadPoints } from '../scenario/sweep-load.ts';
import { sweepPointCount } from '../scenario/sweep-plan.ts';
import type { CheckResult, RunRequest } from './api-shapes.ts';
import { fencedProblems } from './file-fence.ts';

/** Points of a sweep that are checked while somebody writes; the command checks all before it starts. */
const POINTS_CHECKED = 40;

export interface CheckPlaces {
  readonly scenariosFolder: string;
  /** Folders that a scenario may name files in. */
  readonly fence: readonly string[];
}

export type Checked = { readonly loaded: LoadedScenario } | { readonly problems: readonly Problem[] };

/** Problems of the file itself are told under its short name. */
function shownAs(problems: readonly Problem[], path: string, file: string): Problem[] {
  return problems.map((problem) => (problem.file === path ? { ...problem, file } : problem));
}

/** Loads the text as if it stood in scenarios/ under its name, with what the request changes of it. */
export function loadRequest(
  { file, seed, scale, set }: RunRequest,
  text: string,
  { scenariosFolder, fence }: CheckPlaces,
): Checked {
  const path = join(scenariosFolder, file);
  const overrides = { seed, scale, set };
  const outside = fencedProblems(path, text, overrides, fence);
  if (outside.length > 0) return { problems: shownAs(outside, path, file) };
  try {
    return { loaded: scenarioFromText(path, text, overrides) };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { problems: shownAs(error.problems, path, file) };
  }
}

function sweepProblems(request: RunRequest, loaded: LoadedScenario, isSaved: boolean): readonly Problem[] {
  const { sweep } = loaded.scenario;
  // Points are loaded from the file, so an edited text has none to check before it is saved.
  if (sweep === null || !isSaved || sweepPointCount(sweep) > POINTS_CHECKED) return [];
  const { seed, scale, set } = request;
  try {
    loadPoints(loaded.file, { seed, scale, set }, loaded, sweep);
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return shownAs(error.problems, loaded.file, request.file);
    throw error;
  }
}

/** What is wrong with the request, and what it would run. `isSaved`: the text is that of the file. */
export function checkRequest(
  request: RunRequest,
  text: string,
  isSaved: boolean,
  places: CheckPlaces,
): CheckResult {
  const checked = loadRequest(request, text, places);
  if ('problems' in checked) return { problems: checked.problems, portrait: null, warnings: [] };
  const { loaded } = checked;
  const problems = sweepProblems(request, loaded, isSaved);
  const { scenario, scaled } = loaded;
  const { name, question, network, seed, durationSeconds, arms, updates, sweep } = scenario;
  const refusal = infeasibility(scenario);
  const warnings = [
    ...(refusal === null ? [] : [`it will not run on this machine: ${refusal.message}`]),
    ...(scaled === null ? [] : [scaled.summary]),
  ];
  const portrait = {
    name,
    question,
    engine: engineLabel(scenario),
    relays: network.relays,
    seed,
    durationSeconds,
    arms: arms.map((arm) => arm.name),
    modules: updates.map(({ module }) => module),
    sweepPoints: sweep === null ? null : sweepPointCount(sweep),
  };
  return { problems, portrait: problems.length > 0 ? null : portrait, warnings };
}
