/**
 * stages.parquet: one row per relay, arm and update, with the virtual second of each stage.
 *
 * Seconds count from the release of the update; null where the relay never got there. `removed_s` is when it took
 * the update out again, rolled back or revoked. Where an arm has operators, `operator_class` names a relay's class, and
 * `embeds_runtime` says whether it takes part in gossip at all; both are null in arms without them. The row order is
 * arm, update, relay, and the file holds no date, so the same run gives the same bytes.
 */

import type * as Parquet from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { OperatorsOutcome, RunOutcome, Stage } from '../measure/outcome.ts';
import { STAGES } from '../measure/outcome.ts';
import { roundTime } from '../measure/rounding.ts';
import { updateNames } from '../measure/update-names.ts';
import { loadLate } from './late-library.ts';

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
  const hasOperators = outcome.arms.some(({ operators }) => operators !== null);
  const columns: readonly Column[] = hasOperators ? [...COLUMNS, ...OPERATOR_COLUMNS] : COLUMNS;
  const values = Object.fromEntries(columns.map((column) => [column, []])) as unknown as Record<
    Column,
    (number | string | boolean | null)[]
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
        if (!hasOperators) continue;
        const { classes, classOf, embeds } = arm.operators ?? NOBODY;
        values.operator_class.push(classes[classOf[relay] as number]?.name ?? null);
        values.embeds_runtime.push(embeds === null ? null : embeds[relay] === 1);
      }
    });
  }
  const columnData: ColumnSource[] = columns.map((name) => ({
    name,
    data: values[name],
    // Times and weights hardly repeat: looking for a dictionary among them takes as long as all the rest.
    ...(name.endsWith('_s') || name === 'consensus_weight' ? { encoding: 'PLAIN' as const } : {}),
  }));
  const schema = [{ name: 'root', num_children: columns.length }, ...columns.map(schemaOf)];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, createdBy: 'relaywave' }));
}
