/**
 * The verb `update` of the command line: init, build, test, inspect and hooks, and those of update repositories.
 *
 * It writes through the console that it is given, and hands its exit code over: 0 done, 1 something failed, 2 the
 * command line is wrong. Mistakes in an update's folder are thrown as `UpdateError`.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import type { AnyHook } from '../../node/hooks/define-hook.ts';
import { buildAllUpdates, buildUpdate, UPDATES_FOLDER } from '../build.ts';
import { UpdateError } from '../update-file.ts';
import { callOf } from './call-words.ts';
import { registerKeyVerbs } from './key-verbs.ts';
import { hookList, inspectionText, reportText } from './print.ts';
import { registerPublishingVerbs } from './publishing-verbs.ts';
import { registerRepositoryVerbs } from './repository-verbs.ts';
import { EXIT_USAGE } from './usage-mistake.ts';

export interface UpdateConsole {
  /** A line for stdout. */
  out(line: string): void;
  /** A line for stderr. */
  err(line: string): void;
  /** Takes the exit code. */
  finish(code: number): void;
  /** What paths on the command line are relative to. */
  readonly userFolder: string;
  /** Milliseconds since 1970; the machine's clock if absent. */
  readonly nowMs?: () => number;
}

/** Adds `update` and its sub-commands to a program. */
export function registerUpdateCommands(program: Command, io: UpdateConsole): void {
  const update = program
    .command('update')
    .description('write, build, test, sign and publish updates of hooks');
  // A bare name is a folder of updates/; anything with a slash is a path of the user's.
  const folderOf = (name: string) =>
    name.includes('/') || name.includes(path.sep)
      ? path.resolve(io.userFolder, name)
      : path.join(UPDATES_FOLDER, name);
  const hookNamed = (id: string): AnyHook | null => {
    const hook = catalogue.get(id);
    if (hook !== undefined) return hook;
    io.err(`error: no hook ${JSON.stringify(id)}; there are ${[...catalogue.keys()].join(', ')}`);
    io.finish(EXIT_USAGE);
    return null;
  };

  update
    .command('hooks')
    .description('list the hooks that updates can attach to')
    .action(() => {
      for (const line of hookList()) io.out(line);
      io.finish(0);
    });

  update
    .command('init')
    .description('start a new update')
    .argument('<name>', 'its name, a folder of updates/, or a path')
    .requiredOption('--hook <id>', 'the hook it attaches to')
    .option('--language <language>', 'wat or assemblyscript', 'wat')
    .action(async (name: string, { hook: id, language }: { hook: string; language: string }) => {
      const hook = hookNamed(id);
      if (hook === null) return;
      if (language !== 'wat' && language !== 'assemblyscript') {
        io.err(`error: --language ${language}: must be wat or assemblyscript`);
        io.finish(EXIT_USAGE);
        return;
      }
      const { initUpdate } = await import('./init-update.ts');
      const folder = folderOf(name);
      for (const file of initUpdate(folder, hook, language)) io.out(file);
      if (folder.split(path.sep).includes('node_modules')) {
        io.err(
          'note: npm throws away what is in node_modules; to keep an update, work in a clone of the project',
        );
      }
      io.err(`next: write its source, then: ${callOf('update', 'test', name)}`);
      io.finish(0);
    });

  update
    .command('build')
    .description('compile updates, if their sources have changed')
    .argument('[names...]', 'their names or folders (default: all of updates/)')
    .action(async (names: string[]) => {
      const built =
        names.length === 0
          ? await buildAllUpdates()
          : await Promise.all(names.map((name) => buildUpdate(folderOf(name))));
      for (const { name, hook, wasm, sha256, rebuilt } of built) {
        io.out(
          `${name}  ${wasm.length} bytes  ${hook}  ${sha256.slice(0, 16)}${rebuilt ? '' : '  unchanged'}`,
        );
      }
      io.finish(0);
    });

  update
    .command('test')
    .description('build an update, have it admitted, run its vectors and measure its fuel')
    .argument('<names...>', 'their names or folders')
    .option('--json', 'print the reports as JSON')
    .action(async (names: string[], { json }: { json?: boolean }) => {
      const { testUpdate } = await import('./test-update.ts');
      let passed = true;
      for (const name of names) {
        const report = await testUpdate(folderOf(name));
        passed &&= report.passed;
        for (const line of reportText(report, json === true)) io.out(line);
      }
      io.finish(passed ? 0 : 1);
    });

  update
    .command('inspect')
    .description('show what is in a binary, and what admission says of it')
    .argument('<file>', 'a .wasm file')
    .option('--hook <id>', 'the hook to admit it for (default: by its exports)')
    .option('--json', 'print it as JSON')
    .action(async (file: string, { hook: id, json }: { hook?: string; json?: boolean }) => {
      const hook = id === undefined ? undefined : hookNamed(id);
      if (hook === null) return;
      let bytes: Uint8Array;
      try {
        bytes = readFileSync(path.resolve(io.userFolder, file));
      } catch (error) {
        throw new UpdateError(`${file}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`);
      }
      const { inspectModule } = await import('./inspect-module.ts');
      const inspection = inspectModule(bytes, hook);
      for (const line of inspectionText(file, inspection, json === true)) io.out(line);
      io.finish(inspection.verdicts.some(({ rejected }) => rejected === null) ? 0 : 1);
    });
  registerKeyVerbs(update, io);
  registerRepositoryVerbs(update, io);
  registerPublishingVerbs(update, io, folderOf);
}
