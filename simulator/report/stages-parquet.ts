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

const COLUMNS = [
  'relay',
  'arm',
  'update',
  'seed',
  'country',
  'network',
  'operator',
  'consensus_weight',
  'heard_s',
  'verified_s',
  'staged_s',
  'activated_s',
  'removed_s',
] as const;
/** In scenarios with operators only. */
const OPERATOR_COLUMNS = ['operator_class', 'embeds_runtime'] as const;
type Column = (typeof COLUMNS)[number] | (typeof OPERATOR_COLUMNS)[number];

/** Whole numbers of 32 bits without a sign: seeds and AS numbers go beyond 2^31. */
const UNSIGNED: readonly Column[] = ['relay', 'seed', 'network', 'operator'];
const TEXT: readonly Column[] = ['arm', 'update', 'country'];

function schemaOf(column: Column): SchemaElement {
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

interface KeptGroup extends ParquetGroup {
  readonly updates: readonly UpdateOutcome[];
  readonly hasOperators: boolean;
}

/** Groups that were encoded ahead, by their first rows. */
const keptGroups = new WeakMap<Scenario, Map<number, KeptGroup>>();

/** Encodes the groups of rows that arms which are done fill by themselves, while live ones are running. */
export async function encodeStagesAhead(outcome: RunOutcome, running: AbortSignal): Promise<void> {
  const { scenario, population, arms } = outcome;
  const parquet = await loadLate<typeof Parquet>('hyparquet-writer');
  const done = tablesOf(outcome);
  const tables = scenario.arms.flatMap(({ name }): readonly (Table | null)[] => {
    const own = done.filter(({ arm }) => arm.arm.name === name);
    return own.length > 0 ? own : scenario.updates.map(() => null);
  });
  const hasOperators =
    arms.some(({ operators }) => operators !== null) ||
    scenario.arms.some((arm) => arm.kind === 'live' && arm.operators !== null);
  const { columns, schema } = columnsOf(hasOperators);
  const kept = new Map<number, KeptGroup>();
  keptGroups.set(scenario, kept);
  for (const rows of groupsOf(tables.length * population.relays)) {
    const own = tablesIn(tables, rows, population);
    if (own.includes(null)) continue;
    await giveWay();
    if (running.aborted) return;
    const columnData = columnDataOf(outcome, tables as Table[], columns, rows);
    const group = encodeGroup(parquet, schema, columnData, rows.to - rows.from);
    kept.set(rows.from, { ...group, updates: own.map((table) => table!.update), hasOperators });
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
  if (kept === undefined || kept.hasOperators !== hasOperators) return null;
  return own.every(({ update }, index) => update === kept.updates[index]) ? kept : null;
}

/**
 * The bytes of the table of all arms and updates, a group of rows at a time: charts come first, and other threads draw
 * them. A million relays have 70 MB of it, which are never there at once.
 */
export async function* stagesParquet(outcome: RunOutcome): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await loadLate<typeof Parquet>('hyparquet-writer');
  const { scenario, population } = outcome;
  const hasOperators = outcome.arms.some(({ operators }) => operators !== null);
  const { columns, schema } = columnsOf(hasOperators);
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema, createdBy: 'relaywave' });
  const tables = tablesOf(outcome);
  let groups = 0;
  for (const rows of groupsOf(tables.length * population.relays)) {
    await giveWay();
    if (++groups % GROUPS_BETWEEN_COLLECTIONS === 0) await collectGarbage();
    const kept = keptGroup(scenario, rows, tablesIn(tables, rows, population), hasOperators);
    if (kept !== null) placeGroup(parquet, kept);
    else {
      const columnData = columnDataOf(outcome, tables, columns, rows);
      parquet.write({ columnData, rowGroupSize: rows.to - rows.from });
    }
    yield takenFrom(writer);
  }
  parquet.finish();
  yield takenFrom(writer);
}

function columnsOf(hasOperators: boolean): {
  readonly columns: readonly Column[];
  readonly schema: SchemaElement[];
} {
  const columns: readonly Column[] = hasOperators ? [...COLUMNS, ...OPERATOR_COLUMNS] : COLUMNS;
  return { columns, schema: [{ name: 'root', num_children: columns.length }, ...columns.map(schemaOf)] };
}

/** The tables that rows are of. */
function tablesIn<Of>(tables: readonly Of[], { from, to }: Rows, { relays }: Population): Of[] {
  return tables.slice(Math.floor(from / relays), Math.floor((to - 1) / relays) + 1);
}

function columnDataOf(
  outcome: RunOutcome,
  tables: readonly Table[],
  columns: readonly Column[],
  { from, to }: Rows,
): ColumnSource[] {
  return columns.map((name): ColumnSource => {
    // Times and weights hardly repeat: looking for a dictionary among them takes as long as all the rest.
    const encoding = name.endsWith('_s') || name === 'consensus_weight' ? { encoding: 'PLAIN' as const } : {};
    return { name, data: valuesOf(outcome, tables, name, from, to), ...encoding };
  });
}

/** What has been written since the last time. */
function takenFrom(writer: Parquet.ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/** The rows of one arm and update. */
interface Table {
  readonly arm: ArmOutcome;
  readonly update: UpdateOutcome;
  readonly name: string;
}

function tablesOf(outcome: RunOutcome): Table[] {
  const names = updateNames(outcome);
  return outcome.arms.flatMap((arm) =>
    arm.updates.map((update, index): Table => ({ arm, update, name: names[index] as string })),
  );
}

type Value = number | string | boolean | null;

/** A column's values in rows `from` to `to` - 1. */
function valuesOf(
  { population, scenario }: RunOutcome,
  tables: readonly Table[],
  column: Column,
  from: number,
  to: number,
): Value[] {
  const values = new Array<Value>(to - from);
  for (let row = from; row < to; ) {
    const table = tables[Math.floor(row / population.relays)] as Table;
    const read = reader(table, column, population, scenario.seed);
    let relay = row % population.relays;
    for (; relay < population.relays && row < to; relay++, row++) values[row - from] = read(relay);
  }
  return values;
}

/** What stands in a column for a relay. */
function reader(
  { arm, update, name }: Table,
  column: Column,
  population: Population,
  seed: number,
): (relay: number) => Value {
  const { classes, classOf, embeds } = arm.operators ?? NOBODY;
  const time = (seconds: Float64Array) => (relay: number) => timeOrNull(seconds[relay] as number);
  switch (column) {
    case 'relay':
      return (relay) => relay;
    case 'arm':
      return () => arm.arm.name;
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
