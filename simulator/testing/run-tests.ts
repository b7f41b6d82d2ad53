/**
 * Runs the project's tests: all of them, or those whose title contains the words given.
 *
 * `npm test -- --seed 2 "partition: the healed half catches up"` sets RELAYWAVE_TEST_SEED for tests that
 * draw random cases, and runs what matches. Node 20 has no globs for its own runner, hence this file.
 */

import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { scriptLine, whole } from './script-line.ts';
import { groupFiles, testGroups } from './test-groups.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = ['node', 'simulator', 'updates', 'examples', 'bench'];

function testFiles(): string[] {
  const files = ROOMS.flatMap((room) => {
    try {
      return readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => join(ROOT, room, file));
    } catch {
      return []; // a room that this version has not
    }
  });
  return files.sort();
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const line = scriptLine('test', "Runs the project's tests.")
  .argument('[titles...]', 'only tests with one of these in their title (default: all)')
  .option('--seed <n>', 'for tests that draw random cases', whole(0))
  .option('--file <part>', 'only files with this in their path')
  .parse();
const { seed, file: part = '' } = line.opts<{ seed?: number; file?: string }>();
if (seed !== undefined) process.env.RELAYWAVE_TEST_SEED = String(seed);
const files = testFiles().filter((file) => file.includes(part));
if (files.length === 0) {
  line.error(
    `error: --file ${part}: no test file has this in its path; give a part of one, such as node/trust`,
  );
}

let passed = 0;
let failed = 0;
const titles = line.args.length > 0 ? { testNamePatterns: line.args.map(escapePattern) } : {};
const started = groupFiles(ROOT, testGroups(ROOT, files));
// One more than the machine has processors: some tests wait for other processes, or for real time.
const tests = run({ files: started, concurrency: availableParallelism() + 1, ...titles });
tests.on('test:pass', ({ name, skip, todo, details }) => {
  const isGroup = details.type === 'suite' || started.some((file) => file.endsWith(name));
  if (!isGroup && skip === undefined && todo === undefined) passed++;
});
tests.on('test:fail', ({ name }) => {
  failed++;
  process.exitCode = 1;
  console.error(`failed: ${name}`);
});
tests.compose(new spec()).pipe(process.stdout);
tests.on('end', () =>
  process.once('beforeExit', () => {
    if (passed + failed === 0) {
      console.error('no test ran');
      process.exitCode = 2;
    }
    console.log(`${passed} passed, ${failed} failed`);
  }),
);
