import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { ArmOutcome } from '../measure/outcome.ts';
import { madeRun } from '../testing/made-run.ts';
import { withRemoval } from '../testing/made-trust.ts';
import { testClass } from '../testing/test-operators.ts';
import { wholeOf } from './file-set.ts';
import { encodeStagesAhead, stagesParquet } from './stages-parquet.ts';

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
];

async function readBack(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return parquetReadObjects({ file });
}

test('stages.parquet: one row per arm, update and relay, with the columns in the documented order', async () => {
  const bytes = await wholeOf(stagesParquet(madeRun({ relays: 30, modules: ['one', 'two'] })));
  const rows = await readBack(bytes);
  assert.equal(rows.length, 30 * 2 * 2);
  assert.deepEqual(Object.keys(rows[0] ?? {}), COLUMNS);
  assert.deepEqual(
    [0, 30, 60, 90].map((row) => `${rows[row]?.arm}/${rows[row]?.update}/${rows[row]?.relay}`),
    ['live/one/0', 'live/two/0', 'manual/one/0', 'manual/two/0'],
  );
});

test('stages.parquet: values come back as they were, null where a stage was not reached', async () => {
  const run = madeRun({ relays: 2000 });
  const rows = await readBack(await wholeOf(stagesParquet(run)));
  let nulls = 0;
  for (const [index, row] of rows.entries()) {
    const relay = index % 2000;
    const { population } = run;
    const stages = run.arms[index < 2000 ? 0 : 1]?.updates[0]?.stages ?? assert.fail();
    assert.equal(row.relay, relay);
    assert.equal(row.country, population.countries[population.country[relay] ?? -1]);
    assert.equal(row.operator, population.operator[relay]);
    assert.equal(row.consensus_weight, population.consensusWeight[relay]);
    for (const stage of ['heard', 'verified', 'staged', 'activated'] as const) {
      const seconds = stages[stage][relay] as number;
      assert.equal(row[`${stage}_s`], Number.isNaN(seconds) ? null : seconds);
      if (Number.isNaN(seconds)) nulls++;
    }
  }
  assert.ok(nulls >= 3 * 2000, 'a manual arm hears, verifies and stages nothing');
});

test('stages.parquet: removed_s is when a relay took the update out, null where it did not', async () => {
  const run = withRemoval(madeRun({ relays: 200 }), {
    ranShare: 0.5,
    haltedSeconds: null,
    removedSeconds: 60,
  });
  const rows = await readBack(await wholeOf(stagesParquet(run)));
  const { removed } = run.arms[0]?.updates[0] ?? assert.fail();
  let count = 0;
  for (const [relay, seconds] of removed.entries()) {
    if (!Number.isNaN(seconds)) count++;
    assert.equal(rows[relay]?.removed_s, Number.isNaN(seconds) ? null : Math.round(seconds * 1e6) / 1e6);
  }
  assert.ok(count > 50 && count < 150);
  assert.ok(rows.slice(200).every((row) => row.removed_s === null));
});

test('stages.parquet: seeds and AS numbers beyond 2^31 keep their sign', async () => {
  const run = madeRun({ relays: 5, seed: 4_294_967_295 });
  const rows = await readBack(await wholeOf(stagesParquet(run)));
  assert.equal(rows[0]?.seed, 4_294_967_295);
  assert.deepEqual(
    rows.slice(0, 5).map((row) => row.network),
    [...run.population.network],
  );
});

test('stages.parquet: what was encoded ahead of an arm that was done first is where it would be', async () => {
  const run = madeRun({ relays: 60_000, modules: ['one', 'two'] });
  const [live, manual] = run.arms as [ArmOutcome, ArmOutcome];
  const plain = await wholeOf(stagesParquet(run));
  await encodeStagesAhead({ ...run, arms: [manual] }, new AbortController().signal);
  assert.deepEqual(await wholeOf(stagesParquet(run)), plain);
  assert.deepEqual(await wholeOf(stagesParquet(run)), plain, 'once more');
  // The last rows are those of the arm by hand alone; of another arm they are not taken.
  const update = manual.updates[1] ?? assert.fail();
  const removed = update.removed.map(() => 7);
  const other = { ...manual, updates: [manual.updates[0], { ...update, removed }] } as ArmOutcome;
  const rows = await readBack(await wholeOf(stagesParquet({ ...run, arms: [live, other] })));
  assert.equal(rows.at(-1)?.removed_s, 7);
});

test('stages.parquet: the same run gives the same bytes, and the file names no date', async () => {
  const first = await wholeOf(stagesParquet(madeRun({ relays: 300 })));
  const second = await wholeOf(stagesParquet(madeRun({ relays: 300 })));
  assert.deepEqual(first, second);
  assert.equal(parquetMetadata(first.buffer as ArrayBuffer).created_by, 'relaywave');
});

test('stages.parquet: with operators it names the class of each relay, and whether it embeds the runtime', async () => {
  const run = madeRun({ relays: 4 });
  const [live, manual] = run.arms;
  const operators = {
    classes: [testClass('quick', 0.5), testClass('slow', 0.5)],
    classOf: Uint8Array.of(0, 1, 1, 0),
    embeds: Uint8Array.of(1, 1, 0, 0),
  };
  const rows = await readBack(
    await wholeOf(stagesParquet({ ...run, arms: [{ ...live!, operators }, manual!] })),
  );
  assert.deepEqual(Object.keys(rows[0] ?? {}), [...COLUMNS, 'operator_class', 'embeds_runtime']);
  assert.deepEqual(
    rows.map((row) => [row.operator_class, row.embeds_runtime]),
    [
      ['quick', true],
      ['slow', true],
      ['slow', false],
      ['quick', false],
      ...Array.from({ length: 4 }, () => [null, null]),
    ],
  );
});
