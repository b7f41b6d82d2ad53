/**
 * What is asked of a tree: its tests, or a run of a scenario whose invariants are checked. Each is a process of its own
 * that is ended as soon as the answer is known, or when it takes too long.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TreeCopy } from '../../simulator/testing/tree-copy.ts';
import type { ToldTest } from './told-tests.ts';

/** Nothing that is asked takes a tenth of it, on a machine with nothing else to do. */
const LONGEST_MS = 240_000;

/** Who noticed that something is wrong; null for nobody. */
export interface Noticed {
  /** A test's title, or what an invariant said. */
  readonly by: string;
  /** A file of tests did not run at all: that says nothing about what its tests would notice. */
  readonly isFile: boolean;
}

export interface TestAnswer {
  readonly noticed: Noticed | null;
  readonly passed: readonly string[];
}

const running = new Set<ChildProcess>();

/** Ends whatever is under way. */
export function endRuns(): void {
  for (const child of running) end(child);
}

/** Runs tests until one fails. */
export async function askTests(
  tree: TreeCopy,
  files: readonly string[],
  titles: readonly string[],
): Promise<TestAnswer> {
  const passed: string[] = [];
  let noticed: Noticed | null = null;
  const named = titles.map((title) => `--title=${title}`);
  const program = ['--import', 'tsx', 'bench/mutants/told-tests.ts', ...files, ...named];
  const errors: string[] = [];
  const code = await start(tree, program, {
    onLine: (line, child) => {
      const { ended, title, isFile } = JSON.parse(line) as ToldTest;
      if (ended === 'passed') passed.push(title);
      else {
        noticed ??= { by: title.replace(`${tree.root}/`, ''), isFile };
        end(child);
      }
    },
    onError: (line) => errors.push(line),
  });
  if (code === 'too-long') noticed ??= { by: 'its tests do not come to an end', isFile: false };
  else if (code !== 0 && noticed === null) throw new Error(`tests did not run:\n${errors.join('\n')}`);
  return { noticed, passed };
}

/** Runs a scenario: `words` are those of `simulate`. */
export async function askScenario(tree: TreeCopy, words: string): Promise<Noticed | null> {
  const out = join(tree.temporary, 'results');
  const args = ['simulator/cli/relaywave.mjs', 'simulate', ...words.split(' '), '--quiet', '--force'];
  const errors: string[] = [];
  const code = await start(tree, [...args, '--out', out], {
    onLine: () => {},
    onError: (line) => errors.push(line.trim()),
  });
  if (code === 0) return null;
  const said = code === 'too-long' ? 'it does not come to an end' : (errors[0] ?? `exit code ${code}`);
  return { by: `${words}: ${said}`, isFile: false };
}

interface Listeners {
  readonly onLine: (line: string, child: ChildProcess) => void;
  readonly onError: (line: string) => void;
}

/** Resolves with the exit code when all of its output has been read. */
function start(
  tree: TreeCopy,
  args: readonly string[],
  { onLine, onError }: Listeners,
): Promise<number | null | 'too-long'> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: tree.root,
    env: { ...environment, TMPDIR: tree.temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that what it has started ends with it
  });
  running.add(child);
  let isTooLong = false;
  const timer = setTimeout(() => {
    isTooLong = true;
    end(child);
  }, LONGEST_MS);
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line, child));
  createInterface({ input: child.stderr }).on('line', onError);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve(isTooLong ? 'too-long' : code);
    });
  });
}

function end(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended by itself
  }
}
