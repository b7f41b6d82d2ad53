/**
 * `library [NAMES...]`: runs scenarios of the project and writes what they say into scenarios/README.md.
 *
 * Each scenario runs at full size in a process of its own, so that its manifest has its own processor time. What is
 * finished is kept at once: Ctrl-C loses the scenario that is running, and the others stay as they were.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Library } from '../library/library.ts';
import { closest } from '../scenario/closest.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { PACKAGE_FOLDER, shownPath } from './workplace.ts';

export interface LibraryOptions {
  /** A folder with the results of the scenarios, instead of running them. */
  readonly from?: string;
  /** Nothing but the page, from figures that are there. */
  readonly page?: boolean;
}

/** What a test replaces. */
export interface LibrarySurroundings {
  /** The folder that has `scenarios/` in it. */
  readonly home: string;
  /** Runs a scenario, or its sweep, into a folder; the exit code of it. */
  readonly run: (verb: 'simulate' | 'sweep', file: string, directory: string) => Promise<number>;
}

function runInProcess(verb: string, file: string, directory: string): Promise<number> {
  const program = join(PACKAGE_FOLDER, 'simulator', 'cli', 'relaywave.mjs');
  const args = [program, verb, file, '--out', directory, '--force'];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? EXIT.interrupted));
  });
}

const SURROUNDINGS: LibrarySurroundings = { home: PACKAGE_FOLDER, run: runInProcess };

function chosen(names: readonly string[], library: Library): (readonly [string, LoadedScenario])[] {
  if (names.length === 0) return [...library.scenarios];
  const known = [...library.scenarios.keys()];
  return names.map((name) => {
    const loaded = library.scenarios.get(name);
    if (loaded !== undefined) return [name, loaded];
    const guess = closest(name, known);
    const hint = guess === null ? `there are ${known.join(', ')}` : `did you mean ${guess}?`;
    throw new UsageError(`scenarios/ has no ${name}.yaml`, hint);
  });
}

/** Runs the verb; the exit code of the first scenario that could not be taken, or 0. */
export async function library(
  names: readonly string[],
  options: LibraryOptions,
  context: CommandContext,
  surroundings: LibrarySurroundings = SURROUNDINGS,
): Promise<number> {
  const { err, workplace } = context;
  const { home, run } = surroundings;
  if (options.page === true && (names.length > 0 || options.from !== undefined)) {
    throw new UsageError('--page runs nothing and reads no results', 'leave out the names and --from');
  }
  const books = new Library(home);
  const { collectFigures, resultsOf } = await import('../library/collect-figures.ts');
  let code: number = EXIT.ok;
  for (const [name, loaded] of options.page === true ? [] : chosen(names, books)) {
    const results =
      options.from === undefined ? join(home, 'results') : resolve(workplace.userFolder, options.from);
    const directory = resultsOf(loaded.scenario, results);
    const shown = shownPath(directory, workplace.userFolder);
    if (options.from !== undefined && !existsSync(directory)) {
      if (names.length > 0)
        throw new UsageError(`${shown} is not there`, 'run the scenario, or leave out --from');
      err.line(`${name}: no results in ${shown}; its figures stay as they are`);
      continue;
    }
    if (options.from === undefined) {
      err.line(`${name}: ${loaded.scenario.question}`);
      const ended =
        loaded.scenario.sweep === null
          ? await run('simulate', loaded.file, directory)
          : await run('sweep', loaded.file, dirname(directory));
      if (ended === EXIT.interrupted || ended === EXIT.terminated) return ended;
      if (ended !== EXIT.ok) {
        err.line(`${name}: ended with ${ended}; its figures stay as they are`);
        if (code === EXIT.ok) code = ended;
        continue;
      }
    }
    books.keep(name, await collectFigures(loaded, directory));
    books.writePage();
    err.line(`${name}: figures taken from ${shown}`);
  }
  books.writePage();
  err.line(`wrote ${shownPath(books.pageFile, workplace.userFolder)}`);
  return code;
}
