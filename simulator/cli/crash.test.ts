/** Commands that die at any write, rename or removal: what is left, and how the next one goes on. */

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  breakDisk,
  type FaultPoint,
  faultPoints,
  prepareDiskFaults,
} from '../../node/testing/disk-faults.ts';
import type { RunOptions } from '../arms/run-contract.ts';
import { settleFolder } from '../report/left-folders.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { madeRun } from '../testing/made-run.ts';
import {
  bury,
  folderState,
  hiddenIn,
  misfits,
  type ResultsState,
  resultsFolders,
  resultsState,
  sameState,
} from '../testing/results-state.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';

/** Points between those that are tried: `npm run crash-points` tries all. */
const STRIDE = process.env.RELAYWAVE_CRASH_POINTS === 'all' ? 1 : 6;
const SEED = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
/** Where names change, every point is tried. */
const CHANGES_NAMES = /^(rename|rmdir|rm) /;

const SCENARIO = `name: made
question: What is left?
network: { relays: 20, degree: 6 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
report: { charts: [], png: false }
`;
const SWEPT = `${SCENARIO}sweep:
  vary: { network.degree: [6, 10] }
  runs: 1
`;

/** What a command does from a state that was prepared, and the command that goes on. */
interface Case {
  readonly prepare: readonly (readonly string[])[];
  readonly command: readonly string[];
  readonly goOn: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'a run': {
    prepare: [],
    command: ['simulate', 'made.yaml', '--out', 'out/a/seed-1'],
    goOn: ['simulate', 'made.yaml', '--out', 'out/a/seed-1'],
  },
  'a run that replaces another': {
    prepare: [['simulate', 'made.yaml', '--seed', '7', '--out', 'out/a/run']],
    command: ['simulate', 'made.yaml', '--out', 'out/a/run', '--force'],
    goOn: ['simulate', 'made.yaml', '--out', 'out/a/run', '--force'],
  },
  'charts that are drawn again': {
    prepare: [['simulate', 'made.yaml', '--set', 'report.charts=[figure1]', '--out', 'out/a/seed-1']],
    command: ['report', 'out/a/seed-1', '--theme', 'print'],
    goOn: ['report', 'out/a/seed-1', '--theme', 'print'],
  },
  'several runs': {
    prepare: [],
    command: ['simulate', 'made.yaml', '--runs', '2', '--out', 'out'],
    goOn: ['simulate', 'made.yaml', '--runs', '2', '--out', 'out', '--resume'],
  },
  'a sweep': {
    prepare: [],
    command: ['sweep', 'swept.yaml', '--out', 'out'],
    goOn: ['sweep', 'swept.yaml', '--out', 'out', '--resume'],
  },
};

describe('a command that is killed', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-crash-'));
  before(prepareDiskFaults);
  after(() => rmSync(home, { recursive: true }));

  const rooms: SimulateRooms = {
    ...SIMULATE_ROOMS,
    runScenario: async (scenario: Scenario, _options: RunOptions) => {
      const { relays } = scenario.network;
      const outcome = { ...madeRun({ relays, seed: scenario.seed, arms: scenario.arms }), scenario };
      return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
    },
  };

  async function run(folder: string, words: readonly string[]) {
    const captured = capturedContext(folder, {});
    const places = words.map((word) => (/^(out|\w+\.yaml$)/.test(word) ? join(folder, word) : word));
    const code = await runCommandLine([...places, '--quiet'], captured.context, {
      rooms,
      // Room for one run at a time.
      machine: () => ({ availableBytes: 400e6 }),
      watch: () => ({ signal: new AbortController().signal, stop: () => undefined }),
    });
    return { code, err: captured.err() };
  }

  let folders = 0;
  function freshFolder(template?: string): string {
    const folder = join(home, String(++folders));
    if (template !== undefined) cpSync(template, folder, { recursive: true });
    return folder;
  }

  async function mustRun(folder: string, words: readonly string[]): Promise<void> {
    const { code, err } = await run(folder, words);
    assert.equal(code, 0, `${words.join(' ')}: ${err}`);
  }

  for (const [name, { prepare, command, goOn }] of Object.entries(CASES)) {
    it(`at any moment of ${name} leaves the old results or the new ones, and the next goes on to the same bytes`, async (test) => {
      const template = mkdtempSync(join(home, 'template-'));
      writeFileSync(join(template, 'made.yaml'), SCENARIO);
      writeFileSync(join(template, 'swept.yaml'), SWEPT);
      for (const words of prepare) await mustRun(template, words);
      const old = resultsState(join(template, 'out'));

      const whole = freshFolder(template);
      const noting = breakDisk({ folder: join(whole, 'out') });
      await mustRun(whole, command).finally(() => noting.restore());
      const done = resultsState(join(whole, 'out'));
      const all = faultPoints(noting.operations);
      const points = all.filter(isTried);
      assert.ok(noting.operations.length > 20 && points.length > 10, `${all.length} points`);
      test.diagnostic(`${points.length} of ${all.length} points, at ${noting.operations.length} operations`);

      for (const [index, point] of points.entries()) {
        const folder = freshFolder(template);
        const out = join(folder, 'out');
        const disk = breakDisk({ folder: out, fault: { ...point, effect: 'die' } });
        const running = run(folder, command).catch(() => undefined);
        await Promise.race([running, disk.struck]);
        await disk.settled();
        disk.restore();
        const where = `${point.moment} "${point.operation}"`;
        assert.ok(disk.isStruck, `${where} was not reached`);
        bury(out);
        check(out, old, done, where);
        if (index % 2 === 0) {
          for (const parent of parents(old, done)) await settleFolder(join(out, parent));
          assert.deepEqual(hiddenIn(out), [], where);
          check(out, old, done, `${where}, put in order`, true);
        }
        const { code, err } = await run(folder, goOn);
        if (code !== 0) assert.match(err, /exists; --force replaces it/, where);
        assert.deepEqual([...resultsState(out)], [...done], where);
        assert.deepEqual(hiddenIn(out), [], where);
        rmSync(folder, { recursive: true });
      }
    });
  }

  function isTried({ operation }: FaultPoint, index: number): boolean {
    return CHANGES_NAMES.test(operation) || (index + SEED) % STRIDE === 0;
  }

  function parents(...states: readonly ResultsState[]): Set<string> {
    return new Set(resultsFolders(...states).map((folder) => join(folder, '..')));
  }

  /** Every folder of results is the old one or the new one; in between two renames it may be away for a moment. */
  function check(out: string, old: ResultsState, done: ResultsState, where: string, isSettled = false): void {
    const found = resultsState(out);
    for (const folder of resultsFolders(old, done, found)) {
      const now = folderState(found, folder);
      const [before, after] = [folderState(old, folder), folderState(done, folder)];
      const isBetween =
        now.size === 0 && !isSettled && [...found.keys()].some((place) => /\.old-/.test(place));
      assert.ok(
        sameState(now, before) || sameState(now, after) || isBetween,
        `${where}: ${folder} is neither: ${[...now.keys()]}`,
      );
      if (now.size > 0) assert.deepEqual(misfits(out, folder), [], where);
    }
  }
});
