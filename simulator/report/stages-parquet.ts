/**
 * stages.parquet: one row per relay, arm and update, with the virtual second of each stage.
 *
 * Seconds count from the release of the update; null where the relay never got there. `removed_s` is when it took
 * the update out again, rolled back or revoked. The row order is
 * arm, update, relay, and the file holds no date, so the same run gives the same bytes.
 */

import type * as Parquet from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { RunOutcome, Stage } from '../measure/outcome.ts';
import { STAGES } from '../measure/outcome.ts';
import { roundTime } from '../measure/rounding.ts';
import { loadLate } from './late-library.ts';
import { updateNames } from './update-names.ts';

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
type Column = (typeof COLUMNS)[number];

/** Whole numbers of 32 bits without a sign: seeds and AS numbers go beyond 2^31. */
const UNSIGNED: readonly Column[] = ['relay', 'seed', 'network', 'operator'];
const TEXT: readonly Column[] = ['arm', 'update', 'country'];

function schemaOf(column: Column): SchemaElement {
  const required = { name: column, repetition_type: 'REQUIRED' } as const;
  if (UNSIGNED.includes(column)) return { ...required, type: 'INT32', converted_type: 'UINT_32' };
  if (TEXT.includes(column)) return { ...required, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  if (column === 'consensus_weight') return { ...required, type: 'DOUBLE' };
  return { name: column, type: 'DOUBLE', repetition_type: 'OPTIONAL' };
}

function stageColumn(stage: Stage): Column {
  return `${stage}_s`;
}

function timeOrNull(seconds: number): number | null {
  return Number.isNaN(seconds) ? null : roundTime(seconds);
}

/** Writes the table of all arms and updates. */
export async function stagesParquet(outcome: RunOutcome): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await loadLate<typeof Parquet>('hyparquet-writer');
  const { population, scenario } = outcome;
  const names = updateNames(outcome);
  const values = Object.fromEntries(COLUMNS.map((column) => [column, []])) as unknown as Record<
    Column,
    (number | string | null)[]
  >;
  for (const arm of outcome.arms) {
    arm.updates.forEach((update, index) => {
      for (let relay = 0; relay < population.relays; relay++) {
        values.relay.push(relay);
        values.arm.push(arm.arm.name);
        values.update.push(names[index] as string);
        values.seed.push(scenario.seed);
        values.country.push(population.countries[population.country[relay] as number] ?? '');
        values.network.push(population.network[relay] as number);
        values.operator.push(population.operator[relay] as number);
        values.consensus_weight.push(population.consensusWeight[relay] as number);
        for (const stage of STAGES) {
          values[stageColumn(stage)].push(timeOrNull(update.stages[stage][relay] as number));
        }
        values.removed_s.push(timeOrNull(update.removed[relay] as number));
      }
    });
  }
  const columnData: ColumnSource[] = COLUMNS.map((name) => ({
    name,
    data: values[name],
    // Times and weights hardly repeat: looking for a dictionary among them takes as long as all the rest.
    ...(name.endsWith('_s') || name === 'consensus_weight' ? { encoding: 'PLAIN' as const } : {}),
  }));
  const schema = [{ name: 'root', num_children: COLUMNS.length }, ...COLUMNS.map(schemaOf)];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, createdBy: 'relaywave' }));
}
