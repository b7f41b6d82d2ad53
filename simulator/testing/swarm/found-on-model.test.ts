/** What the swarm has found out about the engine model: it must come to the times of the engine gossipsub, relay by relay. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { runScenario } from '../../arms/run.ts';
import { loadTree } from './drawn-scenario.ts';

const FILES = [
  'third-party-missing-on-circuits',
  'down-in-the-middle-of-a-trial',
  'out-while-older-news-are-taken',
];

for (const file of FILES) {
  test(`found on the model: ${file.replaceAll('-', ' ')}`, async () => {
    const tree = parse(readFileSync(new URL(`./found/${file}.yaml`, import.meta.url), 'utf8'));
    const [real, own] = [await updatesOn('gossipsub'), await updatesOn('model')];
    assert.deepEqual(own, real);

    async function updatesOn(engine: string): Promise<unknown> {
      const { outcome } = await runScenario(loadTree({ ...tree, engine }).scenario);
      return outcome.arms.map(({ updates }) => updates);
    }
  });
}
