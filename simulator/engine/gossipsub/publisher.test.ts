import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metadataFile, TIMESTAMP_FILE } from '../../../node/trust/file-name.ts';
import { prepareReleases } from '../../arms/release.ts';
import { TEST_TRUST, testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { Publisher, plannedOperations } from './publisher.ts';

const scenario = testScenario({
  updates: [testUpdate(), testUpdate({ module: 'reduced-exit', atSeconds: 20 })],
  trust: { ...TEST_TRUST, rotations: [{ role: 'timestamp', atSeconds: 15 }] },
});
const job = {
  scenario,
  arm: testLiveArm('live'),
  releases: await prepareReleases(scenario),
  hostileModules: [],
};

test('hand-over: the repository as of the publication, however far this copy has gone on since', async () => {
  const planned = plannedOperations(job);
  const [behind, ahead] = [new Publisher(job, planned), new Publisher(job, planned)];
  const last = planned.length - 1;
  ahead.bundleOf(last);
  const [early, late] = [behind.handOver(0), ahead.handOver(0)];
  assert.deepEqual(late.bundle, early.bundle);
  assert.equal(late.timestamp, early.timestamp);
  const files = [TIMESTAMP_FILE, metadataFile('root', 1), metadataFile('root', 2)];
  for (const file of files) {
    const limits = { maxBytes: 1e6, timeoutMs: 1000 };
    assert.deepEqual(await late.source.fetch(file, limits), await early.source.fetch(file, limits), file);
  }
  assert.notEqual(ahead.file(metadataFile('root', 2)), null, 'the root after the rotation');
  assert(ahead.handOver(last).timestamp > late.timestamp);
});

test('issues: an authority on a thread where nobody publishes has what was planned until the last consensus', () => {
  const planned = plannedOperations(job);
  const [elsewhere, here] = [new Publisher(job, planned), new Publisher(job, planned)];
  const before = elsewhere.issueAt(planned[0]!.atUs - 1).versions.timestamp;
  for (const [index, { atUs }] of planned.entries()) {
    const { timestamp } = here.handOver(index);
    assert(timestamp > before);
    assert.equal(elsewhere.issueAt(atUs).versions.timestamp, timestamp);
  }
});
