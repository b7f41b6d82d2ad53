/**
 * A table that says where relays are: the country and network of an IPv4 prefix, or of one relay by its hashed
 * fingerprint. Of prefixes that hold an address the longest counts. Rows for IPv6 are left alone, since a
 * consensus names relays by their IPv4 address.
 */

import { ipv4Number } from './consensus-document.ts';
import { LocatedTable, type TableRow } from './located-table.ts';

export interface Place {
  /** ISO 3166 code in lower case; null where the table has none. */
  readonly country: string | null;
  /** Autonomous system number; 0 where the table has none. */
  readonly network: number;
}

const NETWORK_MAX = 0xffffffff;
const COUNTRY = /^[a-z]{2}$/;
/** How tables write that they do not know. */
const UNKNOWN = new Set(['', '??', 'zz', 'xz']);

/** Reads the columns country and network of a row; mistakes are noted in the table. */
export function placeOfRow(table: LocatedTable, row: TableRow, known: ReadonlySet<string>): Place {
  const written = table.cell(row, 'country').toLowerCase();
  const country = UNKNOWN.has(written) ? null : written;
  if (country !== null && !COUNTRY.test(country)) {
    table.fault(row, 'country', 'is no country', 'two letters, as in de; empty if not known');
  } else if (country !== null && !known.has(country)) {
    const hint = 'leave the cell empty to have a country drawn, or name a neighbour';
    table.fault(row, 'country', `no latency is known of the country ${country}`, hint);
  }
  const digits = table.cell(row, 'network').replace(/^AS/i, '');
  const network = digits === '' ? 0 : Number(digits);
  if (!/^\d*$/.test(digits) || network > NETWORK_MAX) {
    table.fault(row, 'network', 'is no AS number', 'as in 24940 or AS24940; empty if not known');
  } else if (network > 0 && country === null) {
    const hint = 'give its country, or leave both to be drawn';
    table.fault(row, 'country', 'is not known, though the network is', hint);
  }
  return { country, network };
}

export class PlacesTable {
  private readonly table: LocatedTable;
  private readonly byRelay = new Map<string, TableRow>();
  /** For each length of prefix, the rows by the address's first bits. */
  private readonly byPrefix = new Map<number, Map<number, TableRow>>();
  private readonly known: ReadonlySet<string>;
  private readonly read = new Map<TableRow, Place>();

  /** Throws ScenarioError with what keys and columns have wrong; places are checked when they are used. */
  constructor(text: string, file: string, known: ReadonlySet<string>) {
    this.table = new LocatedTable(text, file);
    this.known = known;
    if (!this.table.has('relay')) this.table.need('prefix', 'country');
    else this.table.need('relay', 'country');
    for (const row of this.table.rows) {
      const relay = this.table.cell(row, 'relay').toLowerCase();
      const prefix = this.table.cell(row, 'prefix');
      if (relay !== '') this.addRelay(row, relay);
      else if (prefix !== '') this.addPrefix(row, prefix);
      else this.table.fault(row, null, 'names neither a prefix nor a relay', 'as in 192.0.2.0/24,de,64500');
    }
    this.table.check();
  }

  private addRelay(row: TableRow, relay: string): void {
    if (/^[0-9a-f]{40}$/.test(relay)) this.byRelay.set(relay, row);
    else this.table.fault(row, 'relay', 'is no hashed fingerprint', 'SHA-1 of the fingerprint, 40 digits');
  }

  private addPrefix(row: TableRow, prefix: string): void {
    if (prefix.includes(':')) return;
    const [address = '', length = '32'] = prefix.split('/');
    const number = ipv4Number(address);
    const bits = /^\d{1,2}$/.test(length) ? Number(length) : 99;
    if (number === null || bits > 32) {
      this.table.fault(row, 'prefix', 'is no IPv4 prefix', 'as in 192.0.2.0/24');
      return;
    }
    const rows = this.byPrefix.get(bits) ?? new Map<number, TableRow>();
    rows.set(Math.floor(number / 2 ** (32 - bits)), row);
    this.byPrefix.set(bits, rows);
  }

  /** Where a relay is; null if the table does not say. Mistakes of the row are told by `check`. */
  find(hashedFingerprint: string, address: number): Place | null {
    const row = this.byRelay.get(hashedFingerprint) ?? this.rowOfAddress(address);
    if (row === undefined) return null;
    let place = this.read.get(row);
    if (place === undefined) {
      place = placeOfRow(this.table, row, this.known);
      this.read.set(row, place);
    }
    return place;
  }

  private rowOfAddress(address: number): TableRow | undefined {
    for (let bits = 32; bits >= 0; bits--) {
      const row = this.byPrefix.get(bits)?.get(Math.floor(address / 2 ** (32 - bits)));
      if (row !== undefined) return row;
    }
    return undefined;
  }

  /** Throws ScenarioError with the mistakes of the rows that were used. */
  check(): void {
    this.table.check();
  }
}
