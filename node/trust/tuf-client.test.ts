import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRelay } from './testing/test-relay.ts';
import { moduleBytes } from './testing/test-repository.ts';

test('tuf client: a root leads to the targets that its repository lists, and to their bytes', async () => {
  const { relay, repository } = await startRelay();
  assert.deepEqual(relay.paths(), ['cell-admission/strict-cells-1.wasm']);
  const downloaded = await relay.client.download(relay.client.targets()[0]);
  assert('bytes' in downloaded);
  assert.deepEqual(downloaded.bytes, moduleBytes('module'));
  for (const [file, bytes] of repository.files) assert.deepEqual(relay.client.file(file), bytes, file);
  assert.equal(await relay.updated(), false, 'nothing new');
});
