/** Commands whose disk refuses: full, read-only, forbidden, failing, or with too many files open. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  breakDisk,
  type Effect,
  type Fault,
  type NotedOperation,
  prepareDiskFaults,
} from '../../node/testing/disk-faults.ts';
import { COMMAND_CASES, copyOf, type Ended, runIn, scenarioFolder } from '../testing/made-commands.ts';
import { bury, hiddenIn, problemsOf, resultsState, sameState } from '../testing/results-state.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { SIMULATE_ROOMS } from './simulate-rooms.ts';

/** Points between those that are tried: `npm run crash-points` tries all. */
const STRIDE = process.env.RELAYWAVE_CRASH_POINTS === 'all' ? 1 : 23;
const SEED = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

/** What must be said: the cause, and a cure. */
const WORDS: Readonly<Record<Exclude<Effect, 'kill' | 'die'>, RegExp>> = {
  ENOSPC: /no space is left on the device \(ENOSPC\); make room, or choose another folder/,
  EACCES:
    /(permission denied \(EACCES\); give write permission|\(EACCES\); give read permission|give permission, as with)/,
  EROFS: /the file system is read-only \(EROFS\); choose another folder/,
  EMFILE:
    /(too many files are open \(EMFILE\); raise the limit|\(EMFILE\)(;|\n *hint:) raise the limit of open files)/,
  EIO: /\(EIO\)(;|\n *hint:) check the disk/,
};

type Refusal = keyof typeof WORDS;

function refusalsOf({ reads }: NotedOperation): Refusal[] {
  const all = Object.keys(WORDS) as Refusal[];
  return reads ? all.filter((effect) => effect !== 'ENOSPC' && effect !== 'EROFS') : all;
}

describe('a disk that refuses', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-refused-'));
  before(prepareDiskFaults);
  after(() => rmSync(home, { recursive: true }));

  it('too many open files are told with the cure wherever they strike, not as a bug', async () => {
    const captured = capturedContext(home, {});
    const refuse = () => Promise.reject(Object.assign(new Error('spawn esbuild EMFILE'), { code: 'EMFILE' }));
    const words = [
      'simulate',
      join(scenarioFolder(home), 'made.yaml'),
      '--out',
      join(home, 'few'),
      '--quiet',
    ];
    const code = await runCommandLine(words, captured.context, {
      rooms: { ...SIMULATE_ROOMS, runScenario: refuse },
      machine: () => ({ availableBytes: 400e6 }),
      watch: () => ({ signal: new AbortController().signal, stop: () => undefined }),
    });
    assert.equal(code, 1);
    assert.match(captured.err(), /too many files are open \(EMFILE\)\n *hint: raise the limit \(ulimit -n\)/);
    assert.doesNotMatch(captured.err(), /bug/);
  });

  for (const [name, { prepare, command, goOn }] of Object.entries(COMMAND_CASES)) {
    it(`at any moment of ${name} is told with a cure, and leaves the old results or the new ones`, async (test) => {
      const template = scenarioFolder(home);
      for (const words of prepare) assert.equal((await runIn(template, words)).code, 0);
      const old = resultsState(join(template, 'out'));
      const whole = copyOf(template);
      const noting = breakDisk({ folder: join(whole, 'out'), reads: true });
      await runIn(whole, command).finally(() => noting.restore());
      const done = resultsState(join(whole, 'out'));

      const all = noting.operations.flatMap((noted) =>
        refusalsOf(noted).flatMap((effect) =>
          [false, true].map((lasting) => ({ ...noted, effect, lasting })),
        ),
      );
      const tried = all.filter((_one, index) => (index + SEED) % STRIDE === 0);
      let told = 0;
      const wrong: string[] = [];
      for (const { operation, divides, effect, lasting } of tried) {
        const moment = divides && effect === 'ENOSPC' ? 'half' : 'before';
        const fault: Fault = { operation, moment, effect, lasting };
        const where = `${effect} ${lasting ? 'from' : 'at'} "${operation}"`;
        const folder = copyOf(template);
        const out = join(folder, 'out');
        const disk = breakDisk({ folder: out, fault, reads: true });
        const ended = await runIn(folder, command).finally(() => disk.restore());
        const hidden = ended.code === 0 ? [] : hiddenIn(out);
        // A folder that the system does not let be removed is named.
        const namesIt = hidden.every(
          (place) =>
            place.startsWith('.sweep.json.') ||
            ended.err.includes(place.split('/').find((part) => part.startsWith('.')) ?? place),
        );
        const found = [
          ...(disk.isStruck ? [] : ['it was not reached']),
          ...untold(ended, effect),
          ...(namesIt ? [] : [`${hidden} is left: ${ended.err}`]),
          ...problemsOf(out, old, done, 'killed'),
        ];
        if (ended.code !== 0) told++;
        bury(out);
        const next = await runIn(folder, goOn);
        if (next.code !== 0 && !/seed-1 exists; --force replaces it/.test(next.err)) found.push(next.err);
        if (!sameState(resultsState(out), done)) found.push('the next command does not bring what it should');
        wrong.push(...found.map((one) => `${where}: ${one}`));
        rmSync(folder, { recursive: true });
      }
      test.diagnostic(`${tried.length} of ${all.length} refusals, ${told} of them told`);
      assert.deepEqual(wrong, []);
      assert.ok(told > tried.length / 2);
    });
  }
});

/** What is amiss in how it was told: either the refusal did no harm, or its cause stands there, and a cure. */
function untold({ code, err }: Ended, effect: Refusal): string[] {
  if (code === 0) return [];
  const isTold = (code === 1 || code === 2) && WORDS[effect].test(err) && !/this is a bug/.test(err);
  return isTold ? [] : [`exit code ${code}, ${err}`];
}
