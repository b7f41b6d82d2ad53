import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testScenario, testUpdate } from '../testing/test-scenario.ts';
import { ModuleSizeError, prepareReleases } from './release.ts';

function sized(sizeBytes: number) {
  return testScenario({ updates: [testUpdate({ sizeBytes })] });
}

test('release: a size that every relay would refuse is refused before the run', async () => {
  await assert.rejects(prepareReleases(sized(1024 * 1024 + 1)), ModuleSizeError);
  const [release] = await prepareReleases(sized(1024 * 1024));
  assert.equal(release.moduleBytes, 1024 * 1024);
});
