/**
 * stages.parquet: one row per relay, arm and update, with the virtual second of each stage.
 *
 * Seconds count from the release of the update; null where the relay never got there. `removed_s` is when it took
 * the update out again, rolled back or revoked. Where an arm has operators, `operator_class` names a relay's class, and
 * `embeds_runtime` says whether it takes part in gossip at all; both are null in arms without them. The row order is
 * arm, update, relay, and the file holds no date, so the same run gives the same bytes.
 */

import { setImmediate as giveWay } from 'node:timers/promises';
import type * as Parquet from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { ArmOutcome, OperatorsOutcome, RunOutcome, UpdateOutcome } from '../measure/outcome.ts';
import { roundTime } from '../measure/rounding.ts';
import { updateNames } from '../measure/update-names.ts';
import type { Population } from '../population/population.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { collectGarbage } from './collect-garbage.ts';
import { loadLate } from './late-library.ts';
import { encodeGroup, type ParquetGroup, placeGroup } from './parquet-group.ts';

/** Known before any relay has heard of an update. */
const FACTS = [
  'relay',
  'arm',
  'update',
  'seed',
  'country',
  'network',
  'operator',
  'consensus_weight',
] as const;
type Fact = (typeof FACTS)[number];
const COLUMNS = [...FACTS, 'heard_s', 'verified_s', 'staged_s', 'activated_s', 'removed_s'] as const;
/** In scenarios with operators only. */
const OPERATOR_COLUMNS = ['operator_class', 'embeds_runtime'] as const;
type Column = (typeof COLUMNS)[number] | (typeof OPERATOR_COLUMNS)[number];

/** Whole numbers of 32 bits without a sign: seeds and AS numbers go beyond 2^31. */
const UNSIGNED: readonly Column[] = ['relay', 'seed', 'network', 'operator'];
const TEXT: readonly Column[] = ['arm', 'update', 'country'];

function elementOf(column: Column): SchemaElement {
  const required = { name: column, repetition_type: 'REQUIRED' } as const;
  if (UNSIGNED.includes(column)) return { ...required, type: 'INT32', converted_type: 'UINT_32' };
  if (TEXT.includes(column)) return { ...required, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  const optional = { name: column, repetition_type: 'OPTIONAL' } as const;
  if (column === 'operator_class') return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  if (column === 'embeds_runtime') return { ...optional, type: 'BOOLEAN' };
  if (column === 'consensus_weight') return { ...required, type: 'DOUBLE' };
  return { ...optional, type: 'DOUBLE' };
}

const NOBODY: OperatorsOutcome = { classes: [], classOf: new Uint8Array(0), embeds: null };

function timeOrNull(seconds: number): number | null {
  return Number.isNaN(seconds) ? null : roundTime(seconds);
}

/** Rows that are made and written at one time: a table of a million relays is never held as a whole. */
const FIRST_GROUP_ROWS = 1_000;
const GROUP_ROWS = 100_000;
/** Each leaves some 50 MB of arrays, which V8 would let add up to hundreds. */
const GROUPS_BETWEEN_COLLECTIONS = 4;

interface Rows {
  readonly from: number;
  readonly to: number;
}

function* groupsOf(rows: number): Generator<Rows> {
  for (let from = 0; from < rows; ) {
    const to = Math.min(rows, from + (from === 0 ? FIRST_GROUP_ROWS : GROUP_ROWS));
    yield { from, to };
    from = to;
  }
}

/** Of rows that live arms fill as well, the facts alone. */
interface KeptGroup extends ParquetGroup {
  readonly labels: readonly string[];
  /** Null where it is the facts alone. */
  readonly updates: readonly UpdateOutcome[] | null;
  readonly hasOperators: boolean;
}

/** Groups that were encoded ahead, by their first rows. */
const keptGroups = new WeakMap<Scenario, Map<number, KeptGroup>>();

/** Encodes what is known of the groups of rows before live arms are done. */
export async function encodeStagesAhead(outcome: RunOutcome, running: AbortSignal): Promise<void> {
  const { scenario, population, arms } = outcome;
  const parquet = await loadLate<typeof Parquet>('hyparquet-writer');
  const done = tablesOf(outcome);
  const names = updateNames(outcome);
  const tables = scenario.arms.flatMap(({ name: armName }): readonly (Table | Label)[] => {
    const own = done.filter((table) => table.armName === armName);
    return own.length > 0 ? own : names.map((name) => ({ armName, name }));
  });
  const hasOperators =
    arms.some(({ operators }) => operators !== null) ||
    scenario.arms.some((arm) => arm.kind === 'live' && arm.operators !== null);
  const all = columnsOf(hasOperators);
  const kept = new Map<number, KeptGroup>();
  keptGroups.set(scenario, kept);
  for (const rows of groupsOf(tables.length * population.relays)) {
    await giveWay();
    if (running.aborted) return;
    const own = tablesIn(tables, rows, population);
    const labels = own.map(labelOf);
    const count = rows.to - rows.from;
    if (own.every(isTable)) {
      const group = encodeGroup(
        parquet,
        schemaOf(all),
        columnDataOf(outcome, tables as Table[], all, rows),
        count,
      );
      kept.set(rows.from, { ...group, labels, updates: own.map(({ update }) => update), hasOperators });
    } else {
      const group = encodeGroup(parquet, schemaOf(FACTS), factsOf(outcome, tables, rows), count);
      kept.set(rows.from, { ...group, labels, updates: null, hasOperators });
    }
  }
}

/** A group that was encoded ahead, of the very tables that its rows are of now. */
function keptGroup(
  scenario: Scenario,
  { from }: Rows,
  own: readonly Table[],
  hasOperators: boolean,
): KeptGroup | null {
  const kept = keptGroups.get(scenario)?.get(from);
  if (kept === undefined) return null;
  const { updates, labels } = kept;
  if (updates === null) return own.every((table, index) => labelOf(table) === labels[index]) ? kept : null;
  const isTheSame = kept.hasOperators === hasOperators;
  return isTheSame && own.every(({ update }, index) => update === updates[index]) ? kept : null;
}

/**
 * The bytes of the table of all arms and updates, a group of rows at a time: charts come first, and other threads draw
 * them. A million relays have 70 MB of it, which are never there at once.
 */
export async function* stagesParquet(outcome: RunOutcome): AsyncGenerator<Uint8Array> {
  const library = await loadLate<typeof Parquet>('hyparquet-writer');
  const { scenario, population } = outcome;
  const hasOperators = outcome.arms.some(({ operators }) => operators !== null);
  const columns = columnsOf(hasOperators);
  const later = columns.slice(FACTS.length);
  const writer = new library.ByteWriter();
  const parquet = new library.ParquetWriter({ writer, schema: schemaOf(columns), createdBy: 'relaywave' });
  const tables = tablesOf(outcome);
  let groups = 0;
  for (const rows of groupsOf(tables.length * population.relays)) {
    await giveWay();
    if (++groups % GROUPS_BETWEEN_COLLECTIONS === 0) await collectGarbage();
    const kept = keptGroup(scenario, rows, tablesIn(tables, rows, population), hasOperators);
    const rowGroupSize = rows.to - rows.from;
    if (kept === null)
      parquet.write({ columnData: columnDataOf(outcome, tables, columns, rows), rowGroupSize });
    else if (kept.updates !== null) placeGroup(parquet, [kept]);
    else {
      const columnData = columnDataOf(outcome, tables, later, rows);
      placeGroup(parquet, [kept, encodeGroup(library, schemaOf(later), columnData, rowGroupSize)]);
    }
    yield takenFrom(writer);
  }
  parquet.finish();
  yield takenFrom(writer);
}

function columnsOf(hasOperators: boolean): readonly Column[] {
  return hasOperators ? [...COLUMNS, ...OPERATOR_COLUMNS] : COLUMNS;
}

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)];
}

/** The tables that rows are of. */
function tablesIn<Of>(tables: readonly Of[], { from, to }: Rows, { relays }: Population): Of[] {
  return tables.slice(Math.floor(from / relays), Math.floor((to - 1) / relays) + 1);
}

function columnDataOf(
  { population, scenario }: RunOutcome,
  tables: readonly Table[],
  columns: readonly Column[],
  rows: Rows,
): ColumnSource[] {
  return columns.map((name) =>
    columnOf(name, tables, population, rows, (table) =>
      isFact(name) ? factReader(table, name, population, scenario.seed) : reader(table, name),
    ),
  );
}

/** Columns that do not depend on what comes of the updates. */
function factsOf({ population, scenario }: RunOutcome, tables: readonly Label[], rows: Rows): ColumnSource[] {
  return FACTS.map((name) =>
    columnOf(name, tables, population, rows, (table) => factReader(table, name, population, scenario.seed)),
  );
}

function isFact(column: Column): column is Fact {
  return FACTS.includes(column as Fact);
}

/** What has been written since the last time. */
function takenFrom(writer: Parquet.ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/** Names an arm and an update. */
interface Label {
  readonly armName: string;
  readonly name: string;
}

function labelOf({ armName, name }: Label): string {
  return `${armName}/${name}`;
}

/** The rows of one arm and update. */
interface Table extends Label {
  readonly arm: ArmOutcome;
  readonly update: UpdateOutcome;
}

function isTable(table: Table | Label): table is Table {
  return 'update' in table;
}

function tablesOf(outcome: RunOutcome): Table[] {
  const names = updateNames(outcome);
  return outcome.arms.flatMap((arm) =>
    arm.updates.map(
      (update, index): Table => ({ arm, update, armName: arm.arm.name, name: names[index] as string }),
    ),
  );
}

type Value = number | string | boolean | null;

/** A column's values in some rows; `readerOf` tells what stands there for a relay of a table. */
function columnOf<Of>(
  name: Column,
  tables: readonly Of[],
  { relays }: Population,
  { from, to }: Rows,
  readerOf: (table: Of) => (relay: number) => Value,
): ColumnSource {
  const data = new Array<Value>(to - from);
  for (let row = from; row < to; ) {
    const read = readerOf(tables[Math.floor(row / relays)] as Of);
    for (let relay = row % relays; relay < relays && row < to; relay++, row++) data[row - from] = read(relay);
  }
  // Times and weights hardly repeat: looking for a dictionary among them takes as long as all the rest.
  const hardlyRepeats = name.endsWith('_s') || name === 'consensus_weight';
  return { name, data, ...(hardlyRepeats ? { encoding: 'PLAIN' as const } : {}) };
}

function factReader(
  { armName, name }: Label,
  column: Fact,
  population: Population,
  seed: number,
): (relay: number) => Value {
  switch (column) {
    case 'relay':
      return (relay) => relay;
    case 'arm':
      return () => armName;
    case 'update':
      return () => name;
    case 'seed':
      return () => seed;
    case 'country':
      return (relay) => population.countries[population.country[relay] as number] ?? '';
    case 'network':
      return (relay) => population.network[relay] as number;
    case 'operator':
      return (relay) => population.operator[relay] as number;
    case 'consensus_weight':
      return (relay) => population.consensusWeight[relay] as number;
  }
}

function reader({ arm, update }: Table, column: Exclude<Column, Fact>): (relay: number) => Value {
  const { classes, classOf, embeds } = arm.operators ?? NOBODY;
  const time = (seconds: Float64Array) => (relay: number) => timeOrNull(seconds[relay] as number);
  switch (column) {
    case 'heard_s':
      return time(update.stages.heard);
    case 'verified_s':
      return time(update.stages.verified);
    case 'staged_s':
      return time(update.stages.staged);
    case 'activated_s':
      return time(update.stages.activated);
    case 'removed_s':
      return time(update.removed);
    case 'operator_class':
      return (relay) => classes[classOf[relay] as number]?.name ?? null;
    case 'embeds_runtime':
      return (relay) => (embeds === null ? null : embeds[relay] === 1);
  }
}
