/**
 * Derives `tor-2025-11.json`: `npx tsx simulator/population/derive.ts DATA_DIR`.
 *
 * DATA_DIR holds `network/` and `historical/` as README.md describes them. The same tables give the same
 * bytes; the last stage is the house's formatter, so that the file passes the style check.
 */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PopulationAggregates } from './aggregates.ts';
import { derivePlaces } from './derive-places.ts';
import { readRelays, relayCells, relayMarginals, uptimeByBandwidth } from './derive-relays.ts';
import { readSourceTable } from './source-table.ts';

/** Relays without a contact in the snapshot of operators; stated with the table, not a row of it. */
const RELAYS_WITHOUT_CONTACT = 1891;

function readOperatorGroups(path: string): [size: number, operators: number][] {
  const table = readSourceTable(path);
  return Array.from({ length: table.rows }, (_, row) => {
    const size = table.number(row, 'group_size');
    const operators = table.number(row, 'groups');
    if (size === null || operators === null) throw new Error(`${path}:${row + 2}: an empty cell`);
    return [size, operators];
  });
}

function aggregate(dataDir: string): PopulationAggregates {
  const network = (file: string) => readSourceTable(join(dataDir, 'network', file));
  const relays = readRelays(network('relays-2025-11-09.csv'));
  const { placeRttMs, sameCountryRttMs, ...placed } = derivePlaces(relays, {
    regions: network('rtt-azure-regions-p50-2023.csv'),
    assigned: network('country-to-azure-region-ASSUMED.csv'),
    countries: network('rtt-country-ripe-atlas-2025.csv'),
  });
  const groups = readOperatorGroups(join(dataDir, 'historical', 'operator-group-sizes-2025-07-25.csv'));
  const operatorSizes = groups.map(
    ([size, operators]) => [size, size === 1 ? operators + RELAYS_WITHOUT_CONTACT : operators] as const,
  );
  return {
    name: 'tor-2025-11',
    relays: relays.length,
    ...relayCells(relays),
    ...uptimeByBandwidth(relays),
    operators: { groups, relaysWithoutContact: RELAYS_WITHOUT_CONTACT },
    ...placed,
    source: { ...relayMarginals(relays), operatorSizes, placeRttMs, sameCountryRttMs },
  };
}

const dataDir = process.argv[2];
if (dataDir === undefined) {
  process.stderr.write('usage: npx tsx simulator/population/derive.ts DATA_DIR\n');
  process.exit(2);
}
const target = fileURLToPath(new URL('./tor-2025-11.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(aggregate(dataDir))}\n`);
execFileSync('npx', ['biome', 'format', '--write', target], { stdio: 'inherit' });
