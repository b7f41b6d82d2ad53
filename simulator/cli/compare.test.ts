import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { formatSummary, type Summary, summarize } from '../measure/summary.ts';
import { madeRun } from '../testing/made-run.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';

describe('compare', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-compare-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Writes the summaries of runs whose live arm is `factor` times as slow as made. */
  function write(name: string, seeds: readonly number[], factor: number): void {
    for (const seed of seeds) {
      const made = summarize(madeRun({ relays: 40, seed }), []);
      const live = made.arms.live as Summary['arms'][string];
      const slower = { ...live, t50Seconds: (live.t50Seconds as number) * factor };
      mkdirSync(join(folder, name, `seed-${seed}`), { recursive: true });
      const summary = { ...made, arms: { ...made.arms, live: slower } };
      writeFileSync(join(folder, name, `seed-${seed}`, 'summary.json'), formatSummary(summary));
    }
  }
  const six = [1, 2, 3, 4, 5, 6];
  write('plain', six, 1);
  write('slow', six, 1.5);

  async function run(args: readonly string[]) {
    const { context, out, err } = capturedContext(folder, {});
    const code = await runCommandLine(['compare', ...args], context);
    return { code, out: out(), err: err() };
  }

  it('says by how much one side is slower, with an interval and a verdict', async () => {
    const { code, out } = await run(['plain', 'slow']);
    assert.equal(code, 0);
    assert.match(out, /6 pairs of runs, by seed/);
    assert.match(out, /live +time to 50 %.*\+.*\(\+.* to \+.*\) +B is slower/);
    assert.match(out, /manual +time to 50 %.* 0 +the same/);
  });

  it('one run against another: figures, and no verdict', async () => {
    const { out } = await run([join('plain', 'seed-1'), join('slow', 'seed-1')]);
    assert.match(out, /live +time to 50 %.*no verdict/);
    assert.match(out, /Too few runs for a verdict/);
  });

  it('--json: figures as numbers', async () => {
    const { out } = await run(['plain', 'slow', '--json']);
    const { figures, seeds } = JSON.parse(out) as {
      figures: { figure: string; verdict: string }[];
      seeds: number[];
    };
    assert.deepEqual(seeds, six);
    assert.equal(figures[0]?.verdict, 'higher');
  });

  it('folders without results, and runs without a common seed, are refused with 2', async () => {
    const missing = await run(['plain', 'nowhere']);
    assert.equal(missing.code, 2);
    assert.match(missing.err, /cannot read .*nowhere \(ENOENT\)/);
    const empty = await run(['plain', '.']);
    assert.equal(empty.code, 2);
    assert.match(empty.err, /neither summary.json nor a folder seed-<n>/);
    const unpaired = await run([join('plain', 'seed-1'), join('slow', 'seed-2')]);
    assert.equal(unpaired.code, 2);
    assert.match(unpaired.err, /no seed in common/);
  });
});
