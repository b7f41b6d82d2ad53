/**
 * Runs test files and tells how each test ended, one line of JSON for each: a program of its own, as a fault may hang it.
 *
 *     node --import tsx told-tests.ts FILE... [--title WORDS]...
 *
 * Groups are left out, as their members say what they say. It goes on after a failure: whoever reads may stop it.
 */

import { run } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

export interface ToldTest {
  readonly ended: 'passed' | 'failed';
  readonly title: string;
  /** The file itself ended in an error, outside of its tests: it does not load, or hangs, or crashes. */
  readonly isFile: boolean;
}

function tellTests(files: readonly string[], titles: readonly string[]): void {
  const patterns = titles.map((words) => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const named = patterns.length === 0 ? {} : { testNamePatterns: patterns };
  const tell = (test: ToldTest) => process.stdout.write(`${JSON.stringify(test)}\n`);
  const isFile = (title: string) => files.some((file) => title === file || title.endsWith(`/${file}`));
  const tests = run({ files: [...files], concurrency: 1, ...named });
  tests.on('test:pass', ({ name, skip, todo, details }) => {
    const isTest = details.type !== 'suite' && !isFile(name) && skip === undefined && todo === undefined;
    if (isTest) tell({ ended: 'passed', title: name, isFile: false });
  });
  tests.on('test:fail', ({ name, todo, details }) => {
    const { failureType } = details.error as { readonly failureType?: string };
    if (todo === undefined && failureType !== 'subtestsFailed')
      tell({ ended: 'failed', title: name, isFile: isFile(name) });
  });
  tests.resume();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values, positionals } = parseArgs({
    options: { title: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  });
  tellTests(positionals, values.title);
}
