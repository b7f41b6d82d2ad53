/**
 * Relays as a user's file has them: what the file says of each, and null for what is left to be drawn.
 *
 * No name, fingerprint or address is in them: of an address only the /24 is kept, as a key that the population
 * turns into a number. docs/populations.md describes both kinds of file.
 */

import { torAggregates } from './aggregates.ts';
import { hashedFingerprint, parseConsensus, runningRelays } from './consensus-document.ts';
import { LocatedTable, type TableRow } from './located-table.ts';
import { PlacesTable, placeOfRow } from './places-table.ts';

export interface KnownRelay {
  readonly advertisedBytesPerSecond: number;
  /** In any unit, the same for all relays of the file; null: as the bandwidth. */
  readonly weight: number | null;
  readonly country: string | null;
  /** AS number; 0 where the file names none. */
  readonly network: number;
  /** Relays of one key share a /24; null: the relay has its own. */
  readonly subnet: string | null;
  /** Relays of one key have one operator; null: the relay has its own, if the file knows operators at all. */
  readonly operator: string | null;
  /** Share of time up. */
  readonly uptimeRatio: number | null;
  /** Whether it is an exit; null if the file says nothing of flags. */
  readonly isExit: boolean | null;
}

export interface KnownRelays {
  readonly relays: readonly KnownRelay[];
  /** False: operators are drawn for all relays. */
  readonly hasOperators: boolean;
}

/** `Bandwidth=` of a consensus is "currently" in kilobytes per second by dir-spec; taken as 1,000 bytes. */
const CONSENSUS_UNIT_BYTES = 1000;
const BYTES_PER_SECOND_MAX = 1e12;
const WEIGHT_MAX = 1e15;

function placedCountries(): ReadonlySet<string> {
  return new Set(Object.keys(torAggregates().places));
}

/**
 * The running relays of a consensus document, placed by a table where one is given. Throws ScenarioError with
 * every mistake of either.
 */
export function relaysOfConsensus(
  consensus: { readonly text: string; readonly file: string },
  places: { readonly text: string; readonly file: string } | null,
): KnownRelays {
  const document = parseConsensus(consensus.text, consensus.file);
  const table = places === null ? null : new PlacesTable(places.text, places.file, placedCountries());
  const relays = runningRelays(document).map(({ identity, address, flags, bandwidth }): KnownRelay => {
    const place = table?.find(hashedFingerprint(identity), address) ?? null;
    return {
      advertisedBytesPerSecond: (bandwidth ?? 0) * CONSENSUS_UNIT_BYTES,
      weight: null,
      country: place?.country ?? null,
      network: place?.network ?? 0,
      subnet: String(Math.floor(address / 256)),
      operator: null,
      uptimeRatio: null,
      isExit: flags.includes('Exit') && !flags.includes('BadExit'),
    };
  });
  table?.check();
  return { relays, hasOperators: false };
}

function flagsOf(table: LocatedTable, row: TableRow): string[] | null {
  if (!table.has('flags')) return null;
  return table
    .cell(row, 'flags')
    .split(/[\s;|]+/)
    .filter((flag) => flag !== '');
}

/** The relays of a CSV; those that have flags but not Running are left out. Throws ScenarioError. */
export function relaysOfTable(text: string, file: string): KnownRelays {
  const table = new LocatedTable(text, file);
  table.need('bandwidth');
  const countries = placedCountries();
  const relays = table.rows.flatMap((row): KnownRelay[] => {
    const bandwidth = table.number(row, 'bandwidth', 0, BYTES_PER_SECOND_MAX);
    if (table.has('bandwidth') && table.cell(row, 'bandwidth') === '') {
      table.fault(row, 'bandwidth', 'is empty', 'advertised bandwidth in bytes per second');
    }
    const weight = table.number(row, 'weight', 0, WEIGHT_MAX);
    if (table.has('weight') && table.cell(row, 'weight') === '') {
      table.fault(row, 'weight', 'is empty', 'give every relay a weight, or leave the column out');
    }
    const flags = flagsOf(table, row);
    const place = placeOfRow(table, row, countries);
    if (flags !== null && !flags.includes('Running')) return [];
    return [
      {
        advertisedBytesPerSecond: bandwidth ?? 0,
        weight: table.has('weight') ? weight : null,
        ...place,
        subnet: table.cell(row, 'subnet') || null,
        operator: table.cell(row, 'operator') || null,
        uptimeRatio: table.number(row, 'uptime', 0, 1),
        isExit: flags === null ? null : flags.includes('Exit') && !flags.includes('BadExit'),
      },
    ];
  });
  if (table.isSound && relays.length < 2) {
    const found = table.rows.length === 0 ? 'has no rows' : `has ${relays.length} running relays`;
    table.fault(null, null, found, 'a network needs two; flags, if there are any, hold Running');
  }
  if (table.isSound && table.has('weight') && relays.every(({ weight }) => weight === 0)) {
    table.fault(
      null,
      'weight',
      'is 0 for every relay',
      'leave the column out to have weight follow bandwidth',
    );
  }
  table.check();
  return { relays, hasOperators: table.has('operator') };
}
