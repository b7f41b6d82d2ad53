import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Campaign, type Verdict } from './campaign.ts';
import type { Fault } from './fault.ts';
import { faultPage } from './fault-table.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const SUM = `export const STEP = [1][0]!;
export function sum(a: number, b: number): number {
  return a + b;
}
export function never(): number {
  return 0;
}
`;
const SUM_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STEP, sum } from './sum.ts';
test('sum: adds what it is given', () => assert.equal(sum(2, STEP), 3));
test('sum: of a number and its negative is nothing', () => assert.equal(sum(2, -2), 0));
`;

const FAULT = { file: 'room/sums/sum.ts', tests: ['room/sums/sum.test.ts'] };
const FAULTS: readonly Fault[] = [
  { ...FAULT, wrong: 'takes away', find: 'a + b', replace: 'a - b' },
  { ...FAULT, wrong: 'is none', find: 'a + b', replace: 'a * b - 1', titles: ['its negative'] },
  { ...FAULT, wrong: 'answers what nobody asks', find: 'return 0;', replace: 'return 1;' },
  { ...FAULT, wrong: 'does not load', find: '[1][0]!', replace: '([][0]! as { x: number }).x' },
];

/** A project with one module and its tests, as Git knows it. */
const project = mkdtempSync(join(tmpdir(), 'relaywave-campaign-'));
after(() => rmSync(project, { recursive: true }));
const write = (file: string, content: string): void => {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), content);
};
write('package.json', '{ "type": "module" }');
write(FAULT.file, SUM);
write(FAULT.tests[0]!, SUM_TEST);
mkdirSync(join(project, 'bench/mutants'), { recursive: true });
copyFileSync(join(PROJECT, 'bench/mutants/told-tests.ts'), join(project, 'bench/mutants/told-tests.ts'));
symlinkSync(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
write('.gitignore', 'node_modules\n');
execFileSync('git', ['init', '--quiet', project]);

async function judge(faults: readonly Fault[]): Promise<readonly Verdict[]> {
  const campaign = new Campaign({ project, faults, jobs: 2, isNarrow: true, tell: () => {} });
  try {
    return await campaign.run();
  } finally {
    campaign.close();
  }
}

describe('a campaign', () => {
  it('says which test catches a fault, and what survives or proves nothing', async () => {
    const verdicts = await judge(FAULTS);
    assert.deepEqual(
      verdicts.map(({ where, caughtBy, invalid }) => [where, caughtBy, invalid]),
      [
        ['room/sums/sum.ts:3', 'sum: adds what it is given', null],
        ['room/sums/sum.ts:3', 'sum: of a number and its negative is nothing', null],
        ['room/sums/sum.ts:6', null, null],
        ['room/sums/sum.ts:1', null, 'proves nothing: room/sums/sum.test.ts does not run'],
      ],
    );
    assert.equal(readFileSync(join(project, FAULT.file), 'utf8'), SUM, 'the project is as it was');
    const page = faultPage(verdicts);
    assert.match(page, /\n4 faults, 2 caught\.\n/);
    assert.match(
      page,
      /\n\| answers what nobody asks \| `room\/sums\/sum\.ts:6` \| \*\*nothing\*\* \| \d+\.\d \|\n/,
    );
  });

  it('is none where a test fails without a fault, or is not there', async () => {
    const [fault] = FAULTS;
    await assert.rejects(judge([{ ...fault!, titles: ['multiplies'] }]), /sum\.test\.ts: no test ran/);
    write('room/sums/broken.test.ts', `${SUM_TEST}test('sum: is broken', () => assert.equal(sum(1, 1), 3));`);
    const broken = { ...fault!, tests: ['room/sums/broken.test.ts'] };
    await assert.rejects(judge([broken]), /broken\.test\.ts fails without a fault: sum: is broken/);
    assert.ok(existsSync(join(project, FAULT.file)));
  });
});
