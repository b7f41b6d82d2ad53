import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPopulation } from '../../population/draw.ts';
import { madePlan } from '../../population/made-plan.ts';
import { OnionDirectory } from './onion-directory.ts';

const DRAWN = drawPopulation(madePlan({ relays: 50 }), { utilization: 0.4 }, 1);

test('onion directory: exits are drawn in their share, unless the population knows them', () => {
  const exits = (population: typeof DRAWN) =>
    new OnionDirectory(population, 1, 0.2).descriptors.filter(({ exit }) => exit).map(({ relay }) => relay);
  const drawn = exits(DRAWN);
  assert.equal(drawn.length, 10);
  const exit = Uint8Array.from({ length: 50 }, (_, relay) => (relay % 7 === 0 ? 1 : 0));
  assert.deepEqual(exits({ ...DRAWN, exit }), [0, 7, 14, 21, 28, 35, 42, 49]);
});
