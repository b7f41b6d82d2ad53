/**
 * From a request to the command that runs it.
 *
 * A text that was edited and not saved is written to a file of its own under results/, with every default spelled out:
 * it then means the same from there, and the command in the results can be repeated.
 */

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { makeFolders } from '../../node/make-folders.ts';
import { shellWord } from '../report/shell-word.ts';
import { resolvedYaml } from '../scenario/scenario-yaml.ts';
import type { StartRequest } from './api-shapes.ts';
import type { JobPlan } from './job.ts';
import { type Checked, type CheckPlaces, loadRequest } from './scenario-check.ts';

export const DRAFTS = '.drafts';

export interface StartPlaces extends CheckPlaces {
  /** Where the command runs; results/ is in it. */
  readonly home: string;
  readonly resultsFolder: string;
}

export type Planned = { readonly plan: JobPlan } | Extract<Checked, { problems: unknown }>;

/** Writes the edited text as a file that stands for itself, and tells its path. */
async function writeDraft(
  request: StartRequest,
  text: string,
  places: StartPlaces,
): Promise<Planned | string> {
  // As it is written, without the options: they follow on the command line.
  const checked = loadRequest({ file: request.file }, text, places);
  if ('problems' in checked) return checked;
  const { scenario } = checked.loaded;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const folder = join(places.resultsFolder, DRAFTS, name);
  const fromDraft = (absolute: string) => relative(folder, absolute).split(sep).join('/');
  const schema = fromDraft(join(places.scenariosFolder, 'schema.json'));
  makeFolders(folder);
  const path = join(folder, `${scenario.name}.yaml`);
  await writeFile(path, resolvedYaml(scenario, schema, fromDraft));
  return path;
}

function wordsOf(
  file: string,
  isSweep: boolean,
  { seed, scale, runs, set = [], replace }: StartRequest,
): string[] {
  // A value that begins with a dash must not be taken for an option.
  const words = [isSweep ? 'sweep' : 'simulate', file];
  if (seed !== undefined) words.push(`--seed=${seed}`);
  if (scale !== undefined) words.push(`--scale=${scale}`);
  for (const change of set) words.push(`--set=${change}`);
  if (runs !== undefined && (runs > 1 || isSweep)) words.push(`--runs=${runs}`);
  if (replace === true) words.push('--force');
  return words;
}

/** Checks the request, and plans its run; `savedText` is what the file holds. */
export async function planStart(
  request: StartRequest,
  savedText: string | null,
  places: StartPlaces,
): Promise<Planned> {
  const text = request.text ?? savedText ?? '';
  const checked = loadRequest(request, text, places);
  if ('problems' in checked) return checked;
  const saved = relative(places.home, join(places.scenariosFolder, request.file));
  const file = text === savedText ? saved : await writeDraft(request, text, places);
  if (typeof file !== 'string') return file;
  const { scenario } = checked.loaded;
  const { sweep } = scenario;
  const shown = file.startsWith(places.home) ? relative(places.home, file) : file;
  const [verb = '', ...rest] = wordsOf(shown, sweep !== null, request);
  return {
    plan: {
      scenario: scenario.name,
      words: [verb, ...rest, '--progress', 'json'],
      command: ['npm', 'run', verb, '--', ...rest].map(shellWord).join(' '),
      runs: sweep === null ? (request.runs ?? 1) : 2,
    },
  };
}
