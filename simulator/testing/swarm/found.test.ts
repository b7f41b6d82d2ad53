/**
 * What the swarm has found, as small scenarios: each failed once, and says in its first lines how.
 *
 * Every file of found/ is run and asked all that a seed is asked, and run again without shortcuts.
 */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runScenario } from '../../arms/run.ts';
import { loadScenario } from '../../scenario/load.ts';
import { tryScenario } from './try-scenario.ts';

const FOLDER = fileURLToPath(new URL('./found', import.meta.url));
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

test('found: there is something to ask', () => assert(files.length >= 5));

for (const file of files) {
  test(`found: ${file.replace('.yaml', '').replaceAll('-', ' ')}`, async () => {
    const { scenario } = loadScenario(join(FOLDER, file));
    const { findings, outcome } = await tryScenario(scenario);
    assert.deepEqual(findings, [], `reproduce with: npm run swarm -- --file ${join(FOLDER, file)}`);
    const full = await runScenario({ ...scenario, fidelity: 'full' });
    const traces = [outcome, full.outcome].map((run) => run?.arms.map(({ traceHash }) => traceHash));
    assert.deepEqual(traces[0], traces[1], 'without shortcuts the trace is another');
  });
}
