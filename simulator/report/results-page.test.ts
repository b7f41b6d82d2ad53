/** docs/results.md: what it says of the files is so, read by an implementation of Parquet that has not written them. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Table, tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import { madeRun } from '../testing/made-run.ts';
import { testClass } from '../testing/test-operators.ts';
import { wholeOf } from './file-set.ts';
import { stagesParquet } from './stages-parquet.ts';

const PAGE = readFileSync(new URL('../../docs/results.md', import.meta.url), 'utf8');
const RELAYS = 300;

/** Names of the table of stages.parquet on the page, and their types; those of scenarios with operators apart. */
function documented(): { name: string; type: string; hasOperators: boolean }[] {
  const rows = [...PAGE.matchAll(/^\| (`.+?`) \| (.+?) \| (.+?) \|$/gm)];
  return rows.flatMap(([, names = '', type = '', what = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({
      name,
      type: type.replace(/,.*/, ''),
      hasOperators: what.includes('with `operators` only'),
    })),
  );
}

async function tableOf(run: ReturnType<typeof madeRun>): Promise<Table> {
  return tableFromIPC(readParquet(await wholeOf(stagesParquet(run))).intoIPCStream());
}

const ARROW_TYPES: Readonly<Record<string, string>> = {
  uint32: 'Uint32',
  string: 'Utf8',
  double: 'Float64',
  boolean: 'Bool',
};

function columnsOf({ schema }: Table): string[][] {
  return schema.fields.map(({ name, type }) => [name, String(type)]);
}

test('results page: the columns of stages.parquet are the documented ones, of the documented types', async () => {
  const expected = documented().map(({ name, type, hasOperators }) => ({
    column: [name, ARROW_TYPES[type] ?? assert.fail(`no such type: ${type}`)],
    hasOperators,
  }));
  const plain = expected.flatMap(({ column, hasOperators }) => (hasOperators ? [] : [column]));
  assert.deepEqual(columnsOf(await tableOf(madeRun({ relays: RELAYS }))), plain);

  const run = madeRun({ relays: RELAYS });
  const operators = { classes: [testClass('auto', 1)], classOf: new Uint8Array(RELAYS), embeds: null };
  const arms = run.arms.map((arm) => ({ ...arm, operators }));
  const all = expected.map(({ column }) => column);
  assert.deepEqual(columnsOf(await tableOf({ ...run, arms })), all);
});

test('results page: another implementation of Parquet reads the same values', async () => {
  const run = madeRun({ relays: RELAYS });
  const table = await tableOf(run);
  assert.equal(table.numRows, RELAYS * run.arms.length);
  for (const [index, { arm, updates }] of run.arms.entries()) {
    for (let relay = 0; relay < RELAYS; relay++) {
      const row = table.get(index * RELAYS + relay)?.toJSON() ?? assert.fail('a row is missing');
      assert.equal(row.arm, arm.name);
      assert.equal(row.relay, relay);
      assert.equal(row.country, run.population.countries[run.population.country[relay] ?? -1]);
      assert.equal(row.consensus_weight, run.population.consensusWeight[relay]);
      const activated = updates[0]?.stages.activated[relay] as number;
      assert.equal(row.activated_s, Number.isNaN(activated) ? null : activated);
    }
  }
});

test('results page: every column that its snippets name is in the files', () => {
  const csv = readFileSync(new URL('./curves-csv.ts', import.meta.url), 'utf8');
  const known = new Set([
    ...documented().map(({ name }) => name),
    ...(/'(arm,seed[^']*)'/.exec(csv)?.[1] ?? '').split(','),
  ]);
  const named = [...PAGE.matchAll(/\["(\w+_\w+|arm|seed|seconds)"\]/g)].map(([, name]) => name as string);
  assert(named.length > 5, 'no snippet was found');
  for (const name of named) assert(known.has(name), name);
});
