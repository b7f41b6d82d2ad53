import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Population } from '../population/population.ts';
import { madeRun } from '../testing/made-run.ts';
import { relayPlaces } from './relay-places.ts';

function populationOf(...codes: readonly string[]): Population {
  const { population } = madeRun({ relays: codes.length });
  const countries = [...new Set(codes)];
  return { ...population, countries, country: Uint16Array.from(codes, (code) => countries.indexOf(code)) };
}

test('places: relays stand in their country', () => {
  const codes = ['de', 'us', 'sg', 'ru', 'nz', 'gi', 'xk'];
  const { longitude, latitude, placeless } = relayPlaces(populationOf(...codes));
  assert.equal(placeless, 0);
  const boxes: readonly (readonly [number, number, number, number])[] = [
    [5.8, 47.2, 15.1, 55.1],
    [-125, 24, -66, 50],
    [103.5, 1.1, 104.1, 1.5],
    [27, 41, 191, 78],
    [166, -48, 179, -34],
    [-5.6, 35.9, -5.1, 36.4],
    [20, 41.8, 21.9, 43.3],
  ];
  for (const [row, [west, south, east, north]] of boxes.entries()) {
    const [x, y] = [longitude[row]!, latitude[row]!];
    const turned = x < west ? x + 360 : x;
    assert.ok(turned >= west && turned <= east && y >= south && y <= north, `${codes[row]} at ${x}, ${y}`);
    assert.ok(x >= -180 && x <= 180);
  }
});

test('places: no two relays of a country share one, and the same relays always have the same', () => {
  const population = populationOf(...Array<string>(500).fill('nl'));
  const once = relayPlaces(population);
  const pairs = new Set(Array.from(once.longitude, (east, row) => `${east} ${once.latitude[row]}`));
  assert.equal(pairs.size, 500);
  assert.deepEqual(relayPlaces(population), once);
});

test('places: relays of no country stand at sea, or everywhere where most are such', () => {
  const some = relayPlaces(populationOf('de', 'eu', 'de'));
  assert.equal(some.placeless, 1);
  assert.ok(some.longitude[1]! < -7 && some.latitude[1]! < -30);
  const all = relayPlaces(populationOf(...Array<string>(100).fill('zz')));
  assert.equal(all.placeless, 100);
  assert.ok(Math.max(...all.longitude) > 120 && Math.min(...all.longitude) < -120);
});
