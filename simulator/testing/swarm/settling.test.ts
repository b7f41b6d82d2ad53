import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testFault } from '../fault-runs.ts';
import { TEST_TRUST, testLiveArm, testScenario, testUpdate } from '../test-scenario.ts';
import { lastDisturbanceSeconds, settlingSeconds } from './settling.ts';

const gossip = testLiveArm('live');
const polled = testLiveArm('live', ['directory']);

test('settling: the last disturbance is the last thing that the plan has', () => {
  const revoked = testUpdate({ atSeconds: 10, revokeAtSeconds: 30 });
  assert.equal(lastDisturbanceSeconds(testScenario(), gossip), 10);
  assert.equal(lastDisturbanceSeconds(testScenario({ updates: [revoked] }), gossip), 30);
  const faults = [testFault({ kind: 'pause', fromSeconds: 20, forSeconds: 40 })];
  assert.equal(lastDisturbanceSeconds(testScenario({ faults }), gossip), 65);
});

test('settling: gossip of one message promises nothing once something goes wrong; a fresh timestamp or a poll does', () => {
  const faults = [testFault({ kind: 'loss', ratio: 0.5 })];
  assert.notEqual(settlingSeconds(testScenario(), gossip), null);
  assert.equal(settlingSeconds(testScenario({ faults }), gossip), null);
  const fresh = testScenario({ faults, trust: { ...TEST_TRUST, timestampEverySeconds: 20 } });
  assert.notEqual(settlingSeconds(fresh, gossip), null);
  // Two consensuses and half of one, at an hour each, and what relays wait for beside.
  const seconds = settlingSeconds(testScenario({ faults }), polled)!;
  assert(seconds > 2.5 * 3600 && seconds < 2.5 * 3600 + 500, `${seconds}`);
});

test('settling: what has expired before it comes is refused, so nothing is promised', () => {
  const faults = [testFault({ kind: 'crash' })];
  const trust = { ...TEST_TRUST, timestampEverySeconds: 20, timestampExpiresSeconds: 30 };
  assert.equal(settlingSeconds(testScenario({ faults, trust }), gossip), null);
});
