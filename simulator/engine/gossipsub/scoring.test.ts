import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTopicScoreParams } from '@chainsafe/libp2p-gossipsub/score';
import { UPDATE_TOPIC } from '../../../node/channels/gossip-channel.ts';
import { prepareHostileModules, prepareReleases } from '../../arms/release.ts';
import { drawPopulation } from '../../population/draw.ts';
import { drawPresence } from '../../population/presence.ts';
import { buildTopology } from '../../population/topology.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { type EngineResult, runGossipsub } from './engine.ts';
import type { ScoringOptions } from './router.ts';

const RELAYS = 150;
const ATTACKERS = 12;

/** Invalid messages alone count, and so much that two within seconds get a peer graylisted. */
const SCORING = {
  scoreParams: {
    topics: {
      [UPDATE_TOPIC]: createTopicScoreParams({
        topicWeight: 1,
        timeInMeshWeight: 0,
        firstMessageDeliveriesWeight: 0,
        meshMessageDeliveriesWeight: 0,
        meshFailurePenaltyWeight: 0,
        invalidMessageDeliveriesWeight: -50,
        invalidMessageDeliveriesDecay: 0.8,
      }),
    },
  },
};

const scenario = testScenario({
  durationSeconds: 200,
  updates: [12, 30, 60, 61, 140, 160].map((atSeconds, index) =>
    testUpdate({ atSeconds, sizeBytes: 20_000 + index }),
  ),
  network: { ...testScenario().network, relays: RELAYS },
  adversary: {
    share: ATTACKERS / RELAYS,
    attacks: [20, 40, 110].map((fromSeconds) => ({
      attack: 'invalid-modules',
      fromSeconds,
      toSeconds: fromSeconds + 3,
      everySeconds: 0.7,
      keys: 0,
      module: '',
    })),
  },
});

async function run(variant: Partial<Scenario>, scoring: ScoringOptions | null): Promise<EngineResult> {
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const releases = await prepareReleases(scenario);
  const publishers = new Set(releases.map(({ publisher }) => publisher));
  const away = { share: 0.2, fromSeconds: 20, toSeconds: 120, forSeconds: 25 };
  const presence = drawPresence(RELAYS, { late: null, away }, publishers, scenario.seed, 5);
  const hostileRelays = new Set(
    Array.from({ length: RELAYS }, (_unused, relay) => relay)
      .filter((relay) => !publishers.has(relay))
      .slice(0, ATTACKERS),
  );
  return runGossipsub(
    {
      scenario: { ...scenario, ...variant },
      arm: testLiveArm('live'),
      population,
      topology,
      releases,
      hostileRelays,
      hostileModules: await prepareHostileModules(scenario),
      presence,
      scoring,
      asksAnybody: true, // hostile relays share what they know
    },
    {},
  );
}

test('scoring: full and fast fidelity leave the same trace while peers lose and regain their scores', async () => {
  const reference = await run({ fidelity: 'full', threads: 1 }, SCORING);
  const unscored = await run({ fidelity: 'fast', threads: 1 }, null);
  assert.notEqual(unscored.traceHash, reference.traceHash, 'scores matter');
  const refused = (result: EngineResult): number =>
    Object.values(result.total.refusals).reduce((sum, count) => sum + count, 0);
  assert(refused(reference) > 500, `${refused(reference)} refused`);
  assert(
    refused(reference) < 0.8 * refused(unscored),
    `${refused(reference)} of ${refused(unscored)} refused`,
  );
  const fast = await run({ fidelity: 'fast', threads: 1 }, SCORING);
  assert.equal(fast.traceHash, reference.traceHash);
  assert.deepEqual(fast.total.refusals, reference.total.refusals);
});
