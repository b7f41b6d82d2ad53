/** All that a run's page shows of it, but its curves. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summary } from '../measure/summary.ts';
import { answeredBy } from '../report/filled-answer.ts';
import { scenarioFromText } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { textOf } from '../scenario/source.ts';
import type { RunDetail } from './api-shapes.ts';
import { fencedProblems } from './file-fence.ts';
import { readFolder } from './read-folder.ts';

const TEXT_BYTES_MAX = 1024 * 1024;

async function textIn(folder: string, name: string): Promise<string | null> {
  try {
    const bytes = await readFile(join(folder, name));
    return bytes.length <= TEXT_BYTES_MAX ? textOf(bytes, name) : null;
  } catch {
    return null; // not there, or no text
  }
}

/** The scenario that was run; null where it is none of this version's, or names files elsewhere. */
function scenarioOf(folder: string, text: string | null, fence: readonly string[]): Scenario | null {
  if (text === null) return null;
  const file = join(folder, 'scenario.resolved.yaml');
  try {
    return fencedProblems(file, text, {}, fence).length > 0 ? null : scenarioFromText(file, text).scenario;
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

function answerOf(scenario: Scenario, summary: unknown, isWhole: boolean): string {
  if (!isWhole || scenario.answer === '') return '';
  return answeredBy(scenario, summary as Summary)?.answer ?? '';
}

/** Reads the folder under its id; `fence` holds the folders that scenarios may name files in. */
export async function readDetail(folder: string, id: string, fence: readonly string[]): Promise<RunDetail> {
  const { listed, summary, manifest, files } = await readFolder(folder, id);
  const resolvedScenario = await textIn(folder, 'scenario.resolved.yaml');
  const scenario = scenarioOf(folder, resolvedScenario, fence);
  return {
    listed,
    question: scenario?.question ?? '',
    hypothesis: scenario?.hypothesis ?? '',
    answer: scenario === null ? '' : answerOf(scenario, summary, listed.kind !== 'broken'),
    warnings: manifest.warnings ?? [],
    command: manifest.command ?? null,
    resolvedScenario,
    files,
  };
}
