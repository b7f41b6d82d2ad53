/**
 * `init [FILE]`: writes a new scenario with comments, after asking what it should hold.
 *
 * It asks on a terminal only, and only for what no option says; elsewhere the defaults are taken. What is
 * written has been loaded first, so it is valid.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { callOf } from '../../updates/cli/call-words.ts';
import { scenarioFromText } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { INIT_DEFAULTS, type InitAnswers, initTemplate } from './init-template.ts';
import { Interruption } from './interrupt.ts';
import { PACKAGE_FOLDER, shownPath } from './workplace.ts';

export type InitOptions = Partial<InitAnswers> & { readonly force?: boolean };

const QUESTIONS: Readonly<Record<keyof InitAnswers, string>> = {
  name: 'Name of the scenario (letters, digits, - and _)',
  relays: 'Number of relays',
  duration: 'Virtual time to run, such as 5min',
  module: 'Module to release (a folder of updates/)',
  lag: "Operators' lag by hand: tor-2016-17 or tor-2025-26",
};
const KEYS = Object.keys(QUESTIONS) as (keyof InitAnswers)[];
/** Where each answer ends up, to name the option that a problem comes from. */
const PATHS: Readonly<Record<string, keyof InitAnswers>> = {
  name: 'name',
  'network.relays': 'relays',
  duration: 'duration',
  'updates[0].module': 'module',
  'arms.manual.lag': 'lag',
};

/** Why the answers make no valid scenario, a line each; the first one's key tells which to ask again. */
function faults(answers: InitAnswers): { key: keyof InitAnswers | null; text: string }[] {
  try {
    scenarioFromText('new.yaml', initTemplate(answers, 'new.yaml', './schema.json'));
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ path, message, hint }) => {
      const key = PATHS[path] ?? null;
      const text = `${key === null ? path : `--${key} ${answers[key]}`}: ${message}${hint === null ? '' : ` (${hint})`}`;
      return { key, text };
    });
  }
}

async function ask(
  given: Partial<InitAnswers>,
  input: Readable,
  { err }: CommandContext,
): Promise<InitAnswers> {
  const terminal = createInterface({ input, output: err.stream, terminal: err.isTerminal });
  terminal.once('SIGINT', () => terminal.close());
  // What was typed ahead is read even when the terminal has closed since, but Node 24 no longer prompts then.
  let isOpen = true;
  terminal.once('close', () => {
    isOpen = false;
  });
  const lines = terminal[Symbol.asyncIterator]();
  const answers: Record<keyof InitAnswers, string> = { ...INIT_DEFAULTS, ...given };
  try {
    for (const key of KEYS) {
      while (given[key] === undefined) {
        terminal.setPrompt(`${QUESTIONS[key]} [${INIT_DEFAULTS[key]}]: `);
        if (isOpen) terminal.prompt();
        const line = await lines.next();
        // Closed by Ctrl-C, by Ctrl-D, or with the terminal itself.
        if (line.done === true) throw new Interruption('SIGINT');
        answers[key] = line.value.trim() === '' ? INIT_DEFAULTS[key] : line.value.trim();
        const wrong = faults(answers).find((fault) => fault.key === key);
        if (wrong === undefined) break;
        err.line(wrong.text);
      }
    }
  } finally {
    terminal.close();
  }
  return answers;
}

/** Runs the verb; `input` is asked when it is a terminal. */
export async function init(
  file: string | undefined,
  { force, ...options }: InitOptions,
  context: CommandContext,
  input: Readable & { isTTY?: boolean } = process.stdin,
): Promise<number> {
  const { userFolder, resultsHome } = context.workplace;
  const given = Object.fromEntries(
    KEYS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
  );
  const answers = input.isTTY === true ? await ask(given, input, context) : { ...INIT_DEFAULTS, ...given };
  const wrong = faults(answers);
  if (wrong.length > 0) throw new UsageError(wrong.map(({ text }) => text).join('\n       '));

  const scenarios = join(resultsHome, 'scenarios');
  const home = existsSync(scenarios) ? scenarios : userFolder;
  const target = file === undefined ? join(home, `${answers.name}.yaml`) : resolve(userFolder, file);
  const shown = shownPath(target, userFolder);
  const schema = relative(dirname(target), join(PACKAGE_FOLDER, 'scenarios', 'schema.json')).replaceAll(
    '\\',
    '/',
  );
  const text = initTemplate(answers, shown, schema.startsWith('.') ? schema : `./${schema}`);
  try {
    writeFileSync(target, text, { flag: force === true ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new UsageError(`${shown} exists`, 'name another file, or replace it with --force');
    throw new UsageError(`cannot write ${shown} (${code ?? message})`, 'name another file');
  }
  context.err.line(`wrote ${shown}; run it with: ${callOf('simulate', shown)}`);
  return EXIT.ok;
}
