import assert from 'node:assert/strict';
import { test } from 'node:test';
import { torAggregates } from './aggregates.ts';
import { COUNTRY_TIME, REGION_TIME, utcOffsetSeconds } from './utc-offset.ts';

/** Minutes that the zone is ahead of UTC on a day, by the database that came with Node. */
function minutesAhead(zone: string, date: string): number {
  const at = new Date(`${date}T12:00:00Z`);
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d+):(\d+))?/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

for (const [name, table] of Object.entries({ countries: COUNTRY_TIME, regions: REGION_TIME })) {
  test(`local time: the standard times of ${name} are those of the IANA database`, () => {
    for (const [place, [zone, minutes]] of Object.entries(table)) {
      const standard = Math.min(minutesAhead(zone, '2025-01-15'), minutesAhead(zone, '2025-07-15'));
      assert.equal(minutes, standard, `${place}, ${zone}`);
    }
  });
}

test('local time: every country of the population has one, those of several zones by region', () => {
  const { countries, places, regions } = torAggregates();
  assert.deepEqual(Object.keys(REGION_TIME).sort(), [...regions].sort());
  for (const country of countries) {
    for (const { region } of places[country]!) assert.ok(Number.isFinite(utcOffsetSeconds(country, region)));
  }
  assert.equal(utcOffsetSeconds('de', 'Germany West Central'), 3600);
  assert.equal(utcOffsetSeconds('us', 'West US'), -8 * 3600);
  assert.equal(utcOffsetSeconds('us', 'East US'), -5 * 3600);
  assert.throws(() => utcOffsetSeconds('xx', 'nowhere'), /no time is known for xx or nowhere/);
});
