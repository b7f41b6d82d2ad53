import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { countryCodes, countryNumber } from './country-codes.ts';
import { countryOutline } from './country-shapes.ts';

const POPULATION = new URL('../population/tor-2025-11.json', import.meta.url);
const COMBINING = /[\u0300-\u036f]/g;

function firstWord(name: string): string {
  const plain = name.normalize('NFD').replace(COMBINING, '').toLowerCase();
  const word = plain.split(/[^a-z]+/)[0] ?? '';
  return word === 'saint' ? 'st' : word;
}

test('countries: letters and numbers mean the same country', () => {
  const path = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
  const { objects } = JSON.parse(readFileSync(path, 'utf8'));
  const names = new Map<string, string[]>();
  for (const { id, properties } of objects.countries.geometries) {
    names.set(id, [...(names.get(id) ?? []), properties.name]);
  }
  const english = new Intl.DisplayNames('en', { type: 'region' });
  // Called by another first word here than there.
  const renamed = ['cv', 'cd', 'mk', 'tr', 'eh', 'vg', 'vi', 'ae', 'sz', 'tf', 'um', 'kn', 'fo', 'mp'];
  let compared = 0;
  for (const code of countryCodes()) {
    const known = names.get(countryNumber(code)!);
    if (known === undefined || renamed.includes(code) || code === 'uk') continue;
    const expected = firstWord(english.of(code.toUpperCase())!);
    // "S. Sudan" is "South Sudan".
    const isSame = (name: string) => {
      const word = firstWord(name).slice(0, 3);
      return word !== '' && expected.startsWith(word);
    };
    assert.ok(known.some(isSame), `${code}: ${known} is not ${english.of(code.toUpperCase())}`);
    compared++;
  }
  assert.ok(compared > 200);
});

test('countries: every country of the shipped population has a place, and only what is none has not', () => {
  const { countries } = JSON.parse(readFileSync(POPULATION, 'utf8')) as { countries: string[] };
  assert.ok(countries.includes('sg') && countries.includes('hk') && countries.includes('mt'));
  assert.deepEqual(
    countries.filter((code) => countryOutline(code) === undefined),
    ['eu'],
  );
  assert.deepEqual(
    countryCodes().filter((code) => countryOutline(code) === undefined),
    [],
  );
  for (const code of ['zz', '??', '', 'EU', '__proto__', 'constructor']) {
    assert.equal(countryOutline(code), undefined, code);
  }
});

test('countries: the largest piece of land is taken, also across the date line', () => {
  const span = (code: string) => {
    const longitudes = countryOutline(code)!.map(([longitude]) => longitude);
    return [Math.min(...longitudes), Math.max(...longitudes)].map(Math.round);
  };
  assert.deepEqual(span('us'), [-125, -67]);
  const [west, east] = span('ru');
  assert.ok(west! > 20 && east! > 180 && east! < 195, `${west} to ${east}`);
});
