import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { bundleThread } from './bundle.mjs';

const file = await bundleThread(new URL('./bundle.fixture.ts', import.meta.url));

test('bundle: the code has one byte a letter, and its map lies beside it', () => {
  const text = readFileSync(file, 'utf8');
  assert.equal(text.length, Buffer.byteLength(text));
  assert(text.includes('on purpose'));
  assert(!text.includes('sourceMappingURL=data:'));
});

test('bundle: an error names the line of the source that it came from', async () => {
  const worker = new Worker(file, { execArgv: ['--enable-source-maps'] });
  const [error] = (await once(worker, 'error').catch((thrown: unknown) => [thrown])) as [Error];
  assert.match(String(error.stack), /bundle\.fixture\.ts:3/);
});
