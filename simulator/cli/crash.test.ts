/** Commands that die at any write, rename or removal: what is left, and how the next one goes on. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  breakDisk,
  type FaultPoint,
  faultPoints,
  prepareDiskFaults,
} from '../../node/testing/disk-faults.ts';
import { settleFolder } from '../report/left-folders.ts';
import { COMMAND_CASES, copyOf, runIn, scenarioFolder } from '../testing/made-commands.ts';
import { bury, hiddenIn, problemsOf, resultsFolders, resultsState } from '../testing/results-state.ts';

/** Points between those that are tried: `npm run crash-points` tries all. */
const STRIDE = process.env.RELAYWAVE_CRASH_POINTS === 'all' ? 1 : 7;
const SEED = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
/** Where names change, every point is tried. */
const CHANGES_NAMES = /^(rename|rmdir|rm) /;

function isTried({ operation }: FaultPoint, index: number): boolean {
  return CHANGES_NAMES.test(operation) || (index + SEED) % STRIDE === 0;
}

describe('a command that is killed', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-crash-'));
  before(prepareDiskFaults);
  after(() => rmSync(home, { recursive: true }));

  for (const [name, { prepare, command, goOn }] of Object.entries(COMMAND_CASES)) {
    it(`at any moment of ${name} leaves the old results or the new ones, and the next goes on to the same bytes`, async (test) => {
      const template = scenarioFolder(home);
      for (const words of prepare) assert.equal((await runIn(template, words)).code, 0);
      const old = resultsState(join(template, 'out'));

      const whole = copyOf(template);
      const noting = breakDisk({ folder: join(whole, 'out') });
      const { code, err } = await runIn(whole, command).finally(() => noting.restore());
      assert.equal(code, 0, err);
      const done = resultsState(join(whole, 'out'));
      const all = faultPoints(noting.operations);
      const points = all.filter(isTried);
      assert.ok(noting.operations.length > 20 && points.length > 10, `${all.length} points`);
      test.diagnostic(`${points.length} of ${all.length} points, at ${noting.operations.length} operations`);

      for (const [index, point] of points.entries()) {
        const where = `killed ${point.moment} "${point.operation}"`;
        const folder = copyOf(template);
        const out = join(folder, 'out');
        const disk = breakDisk({ folder: out, fault: { ...point, effect: 'die' } });
        await Promise.race([runIn(folder, command).catch(() => undefined), disk.struck]);
        await disk.settled();
        disk.restore();
        assert.ok(disk.isStruck, `${where}: it was not reached`);
        bury(out);
        assert.deepEqual(problemsOf(out, old, done, 'killed'), [], where);
        if (index % 2 === 0) {
          // Whoever only reads finds them in order, too.
          const parents = resultsFolders(old, done).map((place) => join(out, place, '..'));
          for (const parent of new Set(parents)) await settleFolder(parent);
          assert.deepEqual(hiddenIn(out), [], where);
          assert.deepEqual(problemsOf(out, old, done, 'settled'), [], `${where}, put in order`);
        }
        const next = await runIn(folder, goOn);
        if (next.code !== 0) assert.match(next.err, /seed-1 exists; --force replaces it/, where);
        assert.deepEqual([...resultsState(out)], [...done], where);
        assert.deepEqual(hiddenIn(out), [], where);
        rmSync(folder, { recursive: true });
      }
    });
  }
});
