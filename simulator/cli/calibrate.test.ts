import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { load, withLines } from '../testing/small-scenario.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'relaywave-calibrate-verb-'));
const CURVE = join(folder, 'curve.csv');
const ROWS = Array.from(
  { length: 40 },
  (_, i) => `${i + 1},${(0.7 * (1 - 2 ** (-(i + 1) / 10))).toFixed(4)}`,
);
writeFileSync(CURVE, `day,fraction\n${ROWS.join('\n')}\n`);

async function run(...args: string[]) {
  const captured = capturedContext(folder);
  const code = await runCommandLine(['calibrate', ...args], captured.context);
  return { code, out: captured.out(), err: captured.err() };
}

describe('calibrate', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('prints a law that a scenario takes as it is, and writes it with its chart', async () => {
    const { code, out, err } = await run(CURVE, '--parts', '1', '--bootstrap', '30');
    assert.equal(code, 0, err);
    const yaml = out.slice(out.indexOf('lag:\n'));
    const folded = yaml
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`);
    const { scenario } = load(withLines('  manual:', '    channel: manual', ...folded));
    const [, arm] = scenario.arms;
    assert.ok(arm?.kind === 'manual' && arm.lag.law === 'mixture');
    assert.equal(arm.untilDays, 40);
    // The curve is an exponential with a half-life of 10 days among 70 %: a Weibull law of shape 1.
    const [part] = arm.lag.parts;
    assert.ok(part?.law === 'weibull');
    assert.ok(Math.abs(part.shape - 1) < 0.01 && Math.abs(part.scaleDays - 14.43) < 0.2);
    assert.ok(Math.abs(arm.lag.never - 0.3) < 0.01);
    assert.match(out, /RMSE 0\.000\d, KS distance 0\.00/);
    assert.match(out, /suppose --relays/);
    const results = join(folder, 'results', 'calibration', 'curve');
    assert.equal(readFileSync(join(results, 'lag.yaml'), 'utf8').trim(), yaml.trim());
    assert.match(readFileSync(join(results, 'charts', 'calibration.svg'), 'utf8'), /^<svg [\s\S]*fitted law/);
    assert.ok(existsSync(join(results, 'charts', 'calibration.png')));
    assert.match(err, /wrote .*calibration\/curve/);
  });

  it('--json prints JSON and nothing else, the same for the same seed', async () => {
    const options = [
      '--parts',
      '1',
      '--laws',
      'weibull',
      '--bootstrap',
      '30',
      '--json',
      '--quiet',
      '--force',
    ];
    const [first, second] = [await run(CURVE, ...options), await run(CURVE, ...options)];
    assert.equal(first.err, '');
    assert.equal(first.out, second.out);
    const found = JSON.parse(first.out) as {
      composition: string;
      parameters: { low: number; high: number }[];
    };
    assert.equal(found.composition, 'weibull + never');
    assert.equal(found.parameters.length, 4);
    for (const { low, high } of found.parameters) assert.ok(low < high);
  });

  it('results that are there are kept without --force', async () => {
    const { code, err } = await run(CURVE, '--parts', '1');
    assert.equal(code, 2);
    assert.match(err, /exists; --force replaces it/);
  });

  it('mistakes of options and data are told, and give exit code 2', async () => {
    for (const [args, words] of [
      [['--method', 'magic'], /--method magic is not known[\s\S]*one of ls, ml/],
      [['--parts', '4'], /--parts 4 is not a whole number from 1 to 3/],
      [['--laws', 'pareto'], /--laws pareto is not known/],
      [['--bootstrap', '-1'], /--bootstrap -1/],
      [['--criterion', 'held-out'], /needs two releases/],
      [['--by', 'hand'], /--by hand is not known/],
    ] as const) {
      const { code, out, err } = await run(CURVE, ...args, '--force');
      assert.equal(code, 2, err);
      assert.equal(out, '');
      assert.match(err, words);
    }
    const broken = join(folder, 'broken.csv');
    writeFileSync(broken, 'day,fraction\n1,0.1\n2,half\n3,0.5\n');
    const { code, err } = await run(broken);
    assert.equal(code, 2);
    assert.match(err, /broken.csv:3:3 {2}fraction: "half" is not a number\n {5}3 \| 2,half/);
  });
});
