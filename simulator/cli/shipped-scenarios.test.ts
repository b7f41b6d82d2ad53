/** The scenarios of the project from the command to the results: at full scale checked, at a reduced one run. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { missingFigures } from '../measure/answer-figures.ts';
import type { Summary } from '../measure/summary.ts';
import { loadScenario } from '../scenario/load.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url).pathname;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const SCALE = '2%';
/** What makes a scenario cheaper at any scale: twelve arms of floods cost as much as there are sybils. */
const CHEAPER: Readonly<Record<string, readonly string[]>> = {
  'gossip-attacks.yaml': ['--set', 'adversary.sybils.count=1000'],
};

describe('the scenarios of the project run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-shipped-'));
  after(() => rmSync(folder, { recursive: true }));

  async function command(...args: string[]) {
    const captured = capturedContext(folder);
    const code = await runCommandLine(args, captured.context);
    return { code, out: captured.out(), err: captured.err() };
  }

  for (const name of FILES) {
    const file = join(FOLDER, name);

    it(`${name} is valid at full scale`, async () => {
      const { code, err } = await command('validate', file);
      assert.equal(code, 0, err);
    });

    it(`${name} runs at ${SCALE} of its scale from end to end, breaks no invariant, and can be repeated`, async () => {
      const out = join(folder, name);
      // What is drawn as SVG is the same as a picture, and takes a third of the time.
      const words = ['--scale', SCALE, '--set', 'report.png=false', ...(CHEAPER[name] ?? [])];
      const { code, err } = await command('simulate', file, ...words, '--out', out, '--quiet');
      assert.equal(code, 0, err);
      const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as Summary;
      assert.equal(summary.violations, 0);
      assert.ok(
        Object.values(summary.arms).some(({ reachedFraction }) => reachedFraction > 0),
        'no arm reached anybody',
      );
      const { scenario } = loadScenario(file);
      if (scenario.sweep === null) assert.deepEqual(missingFigures(scenario.answer, summary), []);
      const resolved = join(out, 'scenario.resolved.yaml');
      assert.match(readFileSync(resolved, 'utf8'), /^# scaled to 0\.02: /);
      assert.equal((await command('validate', resolved)).code, 0);
      assert.match(readFileSync(join(out, 'report.html'), 'utf8'), /do not answer the scenario/);
    });
  }
});
