/**
 * Crash points: `npm run crash-points [-- --every 10]`.
 *
 * Kills real commands with SIGKILL before, in the middle of and after every change that they make to their folder of
 * results, one run of the command for each point, and goes on with the next command: the results must be the old ones
 * or the new ones each time, and those of an uninterrupted command in the end. Simulations and charts are real; the
 * scenario is tiny. Ends with 1 where something is lost.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { type FaultPoint, faultPoints } from '../node/testing/disk-faults.ts';
import { runProcess } from '../simulator/testing/faulty-process.ts';
import { hiddenIn, problemsOf, resultsState, sameState } from '../simulator/testing/results-state.ts';
import { scriptLine, whole } from '../simulator/testing/script-line.ts';

const SCENARIO = `name: tiny
question: What is left?
engine: model
network: { relays: 12, degree: 4 }
duration: 70s
updates: [{ module: strict-cells, at: 60s }]
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
`;
const PLAIN = 'report: { charts: [], png: false }\n';

interface Case {
  readonly prepare?: readonly string[];
  readonly command: readonly string[];
  readonly goOn?: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  run: { command: ['simulate', 'plain.yaml', '--out', 'out/x/seed-1'] },
  'run with everything': { command: ['simulate', 'full.yaml', '--out', 'out/x/seed-1'] },
  'run over another': {
    prepare: ['simulate', 'plain.yaml', '--seed', '7', '--out', 'out/x/run'],
    command: ['simulate', 'plain.yaml', '--out', 'out/x/run', '--force'],
  },
  redraw: {
    prepare: ['simulate', 'full.yaml', '--set', 'report.png=false', '--out', 'out/x/seed-1'],
    command: ['report', 'out/x/seed-1', '--theme', 'print'],
  },
  'several runs': {
    command: ['simulate', 'plain.yaml', '--runs', '2', '--out', 'out'],
    goOn: ['simulate', 'plain.yaml', '--runs', '2', '--out', 'out', '--resume'],
  },
  sweep: {
    command: ['sweep', 'swept.yaml', '--out', 'out'],
    goOn: ['sweep', 'swept.yaml', '--out', 'out', '--resume'],
  },
};

const asked = scriptLine(
  'crash-points',
  'Kills real commands at every change that they make to their results, and checks that nothing is lost.',
)
  .option('--every <n>', 'try each n-th change only', whole(1), 1)
  .addOption(
    new Option('--case <name>', 'kill this command only, and leave out the refusals of the disk').choices(
      Object.keys(CASES),
    ),
  )
  .parse()
  .opts<{ every: number; case?: string }>();

const home = mkdtempSync(join(tmpdir(), 'relaywave-crash-points-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

function freshFolder(template?: string): string {
  const folder = mkdtempSync(join(home, 'run-'));
  if (template !== undefined) cpSync(template, folder, { recursive: true });
  else {
    writeFileSync(join(folder, 'full.yaml'), SCENARIO);
    writeFileSync(join(folder, 'plain.yaml'), SCENARIO + PLAIN);
    writeFileSync(
      join(folder, 'swept.yaml'),
      `${SCENARIO}${PLAIN}sweep: { vary: { network.degree: [4, 6] }, runs: 1 }\n`,
    );
  }
  return folder;
}

async function mustEnd(folder: string, words: readonly string[]): Promise<void> {
  const { code, err } = await runProcess(folder, [...words, '--quiet']);
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${err}`);
}

/** What goes wrong at the point; empty for nothing. */
async function tryPoint(
  template: string,
  { command, goOn = command }: Case,
  point: FaultPoint,
  done: ReturnType<typeof resultsState>,
): Promise<string[]> {
  const folder = freshFolder(template);
  const out = join(folder, 'out');
  const fault = { ...point, effect: 'kill' } as const;
  const killed = await runProcess(folder, [...command, '--quiet'], { folder: out, fault });
  if (killed.signal !== 'SIGKILL') return [`it was not killed, but ended with ${killed.code}: ${killed.err}`];
  const found = problemsOf(out, resultsState(join(template, 'out')), done, 'killed');
  const next = await runProcess(folder, [...goOn, '--quiet']);
  if (next.code !== 0 && !/exists; --force replaces it/.test(next.err)) found.push(`then ${next.err}`);
  if (!sameState(resultsState(out), done)) found.push('the next command brings other bytes');
  if (hiddenIn(out).length > 0) found.push(`${hiddenIn(out)} stays`);
  rmSync(folder, { recursive: true });
  return found;
}

const rows: Record<string, Record<string, number>> = {};
let lost = 0;
for (const [name, one] of Object.entries(CASES)) {
  if (asked.case !== undefined && asked.case !== name) continue;
  const template = freshFolder();
  if (one.prepare !== undefined) await mustEnd(template, one.prepare);
  const unharmed = freshFolder(template);
  const { code, err, operations } = await runProcess(unharmed, [...one.command, '--quiet'], {
    folder: join(unharmed, 'out'),
  });
  if (code !== 0) throw new Error(`${name}: ${err}`);
  const done = resultsState(join(unharmed, 'out'));
  const points = faultPoints(operations);
  console.error(`${name}: ${points.length} points at ${operations.length} operations`);
  const tried = points.filter((_point, index) => index % asked.every === 0);
  let wrong = 0;
  const waiting = tried.values();
  const lane = async (): Promise<void> => {
    for (const point of waiting) {
      const found = await tryPoint(template, one, point, done);
      if (found.length > 0) wrong++;
      for (const line of found) console.error(`${name}, ${point.moment} "${point.operation}": ${line}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  lost += wrong;
  rows[name] = { operations: operations.length, points: points.length, tried: tried.length, wrong };
  console.error(`${name}: ${tried.length} of ${points.length} points, ${wrong} wrong`);
}
console.table(rows);
if (asked.case === undefined) {
  // The same within one process, where it takes a tenth of the time: and every refusal of the disk.
  const env = { ...process.env, RELAYWAVE_CRASH_POINTS: 'all' };
  for (const file of ['simulator/cli/crash.test.ts', 'simulator/cli/disk-refusals.test.ts']) {
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', file], {
      env,
      stdio: 'inherit',
    });
    if (status !== 0) lost++;
  }
}
console.log(lost === 0 ? 'nothing is lost at any point' : `${lost} are wrong`);
process.exitCode = lost === 0 ? 0 : 1;
