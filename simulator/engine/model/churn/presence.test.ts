/** Relays that come late or go away once, on the model and on the real routers: the links are the topology's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveChannel, Scenario } from '../../../scenario/scenario.ts';
import { runOnBoth } from '../../../testing/both-engines.ts';
import { testScenario, testUpdate, torNetwork } from '../../../testing/test-scenario.ts';
import { stageColumn } from '../../gossipsub/job.ts';

const DIRECTORY = { authorities: 2, uplinkBitsPerSecond: 100e6, intervalSeconds: 120, jitterShare: 0.5 };

/** A fifth comes late, nearly a third goes away for a minute, around two releases. */
function restless(seed: number): Scenario {
  return testScenario({
    seed,
    durationSeconds: 600,
    updates: [
      testUpdate({ atSeconds: 60, sizeBytes: 20_480 }),
      testUpdate({ atSeconds: 300, module: 'padding-machine', sizeBytes: 90_000 }),
    ],
    network: torNetwork(100),
    presence: {
      late: { share: 0.2, fromSeconds: 30, toSeconds: 200 },
      away: { share: 0.3, fromSeconds: 20, toSeconds: 300, forSeconds: 60 },
    },
  });
}

const CHANNELS: readonly (readonly LiveChannel[])[] = [
  ['gossip'],
  ['gossip', 'catch-up'],
  ['directory'],
  ['circuit'],
  ['gossip', 'directory', 'circuit', 'catch-up'],
];

for (const channels of CHANNELS) {
  test(`model with presence: by ${channels.join('+')} every relay comes to every stage when the real one does`, async () => {
    for (const seed of [1, 2]) {
      const { real, own, relays } = await runOnBoth(restless(seed), channels, { directory: DIRECTORY });
      assert.deepEqual(own.shared.stageTimesUs, real.shared.stageTimesUs, `seed ${seed}`);
      assert.deepEqual(own.total.bytesByKind, real.total.bytesByKind, `seed ${seed}`);
      assert.equal(own.total.onlineInTheEnd, 100, `seed ${seed}`);
      assert.equal(own.total.linkEndsInTheEnd, real.total.linkEndsInTheEnd, `seed ${seed}`);
      const heard = stageColumn(own.shared, relays, 0, 'heard').filter((timeUs) => timeUs > 70e6);
      assert(heard.length > 10, `seed ${seed}: ${heard.length} relays were not there`);
    }
  });
}
