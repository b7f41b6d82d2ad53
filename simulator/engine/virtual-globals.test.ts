import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { bundleThread } from './gossipsub/bundle.mjs';

interface Report {
  readonly seen: Readonly<Record<string, unknown>>;
  readonly order: readonly string[];
}

async function observe(): Promise<Report> {
  const worker = new Worker(await bundleThread(new URL('./virtual-globals.fixture.ts', import.meta.url)));
  const [report] = (await once(worker, 'message')) as [Report];
  return report;
}

test('virtual globals: time, timers and chance come from the virtual clock', async () => {
  const { seen, order } = await observe();
  assert.equal(seen.now, Date.UTC(2025, 10, 9, 1) + 3000);
  assert.equal(seen.date, '2025-11-09T01:00:03.000Z');
  assert.equal(seen.fixedDate, '1970-01-01T00:00:00.000Z');
  assert.equal(seen.isDate, true);
  assert.equal(seen.performance, 3000.5);
  assert.match(String(seen.subtle), /crypto\.subtle\.digest would break/);
  assert.deepEqual(order, [
    'immediate 3000500',
    'least 3001500',
    'timeout 3020500',
    'interval 3030500',
    'interval 3060500',
    'aborted 3100500',
  ]);
  const again = await observe();
  assert.deepEqual(again, { seen, order }, 'and is the same every time');
});
