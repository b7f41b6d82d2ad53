/** The maintainers' scripts as they are started: what they tell of themselves, and how they take a wrong line. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decimal, listOf, several, whole } from './script-line.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** Files of the npm scripts that are no verbs of the product, by their names; one of them has no options. */
const FILES = new Map(
  Object.entries(scripts)
    .map(([name, command]) => [name, /^tsx ((?:bench|simulator\/testing)\/\S+)$/.exec(command)?.[1]] as const)
    .filter((script): script is [string, string] => script[1] !== undefined && script[0] !== 'check:rooms'),
);

function run(name: string, ...args: string[]) {
  const { NODE_TEST_CONTEXT: _ofThisTest, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--import', 'tsx', FILES.get(name)!, ...args],
    { cwd: PROJECT, encoding: 'utf8', env },
  );
  return { status, stdout, stderr };
}

/** Lines that are wrong in a way of their own. */
const WRONG: readonly (readonly [script: string, args: readonly string[], told: RegExp])[] = [
  ['bench', ['--engines', 'modle'], /^error: option '--engines .*'modle'.* Give some of gossipsub,model,/],
  ['swarm', ['--seeds', 'abc'], /^error: option '--seeds <n>' .*'abc'.* Give a whole number, 1 or more\.$/m],
  [
    'swarm',
    ['--file', 'nowhere.yaml'],
    /^error: option '--file <file>' .*\n.*no such scenario file\n.*hint:/,
  ],
  ['crash-points', ['--case', 'nothing'], /^error: option '--case .*'nothing'.* Allowed choices are run, /],
  ['mutants', ['no such words'], /^error: no fault has "no such words" in it; leave words out, /],
  ['bench:simulate', ['nowhere.yaml'], /^nowhere\.yaml {2}there is no such scenario file\n +hint: /],
  [
    'extending',
    ['hook', 'no-such-branch'],
    /^error: .*'no-such-branch'.* Give a branch of this checkout\.$/m,
  ],
  ['test', ['--file', 'nowhere'], /^error: --file nowhere: no test file has this in its path; give /],
];

describe("maintainers' scripts", () => {
  it('are found among the scripts of package.json', () => {
    assert(FILES.size >= 15, [...FILES.keys()].join(', '));
    for (const [name] of WRONG) assert(FILES.has(name), name);
  });

  for (const name of FILES.keys()) {
    it(`${name}: --help tells its options and does nothing else; an option that it has not is a mistake`, () => {
      const help = run(name, '--help');
      assert.deepEqual([help.status, help.stderr], [0, '']);
      assert(help.stdout.startsWith(`Usage: npm run ${name} -- [options]`), help.stdout);
      for (const line of help.stdout.match(/^ {2}-.*/gm)!)
        assert.match(line, /\S {2,}\S/, 'a sentence for each');
      if (WRONG.some(([script]) => script === name)) return; // takes a wrong line below
      const wrong = run(name, '--no-such-option');
      assert.deepEqual(wrong, {
        status: 2,
        stdout: '',
        stderr: "error: unknown option '--no-such-option'\n(add --help to see the options)\n",
      });
    });
  }

  for (const [name, args, told] of WRONG) {
    it(`${name} ${args.join(' ')}: one error that names what is wrong and the cure, and exit code 2`, () => {
      const { status, stdout, stderr } = run(name, ...args);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, told);
      assert(!/^ +at /m.test(stderr), stderr);
    });
  }
});

describe('values of options', () => {
  it('whole numbers are within their bounds, and written in digits', () => {
    assert.deepEqual(['3', '10', '007'].map(whole(3, 10)), [3, 10, 7]);
    for (const text of ['2', '11', '', 'abc', '-5', '5.0', '5e0', '0x5', ' 5', 'NaN', '1e400']) {
      assert.throws(() => whole(3, 10)(text), /Give a whole number from 3 to 10\./, text);
    }
    assert.throws(() => whole(1)('99999999999999999'), /1 or more/);
  });

  it('other numbers may have decimals', () => {
    assert.deepEqual(['0.5', '2', '10.0'].map(decimal(0.5, 10)), [0.5, 2, 10]);
    for (const text of ['0.4', '10.1', '.5', '1.', 'abc', '']) {
      assert.throws(() => decimal(0.5, 10)(text), /Give a number from 0\.5 to 10\./, text);
    }
  });

  it('lists are right when each of their items is', () => {
    assert.deepEqual(listOf(whole(1))('5,12'), [5, 12]);
    for (const text of ['', '5,', '5,x', '5 12', '0,5']) assert.throws(() => listOf(whole(1))(text), text);
  });

  it('options that are given several times are kept in their order', () => {
    assert.deepEqual(several('c', several('b', several('a'))), ['a', 'b', 'c']);
  });
});
