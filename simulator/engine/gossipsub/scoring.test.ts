import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTopicScoreParams } from '@chainsafe/libp2p-gossipsub/score';
import { UPDATE_TOPIC } from '../../../node/channels/gossip.ts';
import { prepareReleases } from '../../arms/release.ts';
import { drawPopulation } from '../../population/draw.ts';
import { drawPresence } from '../../population/presence.ts';
import { buildTopology } from '../../population/topology.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { randomStream } from '../random.ts';
import { type EngineResult, runGossipsub } from './engine.ts';
import type { Release } from './job.ts';
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
});

/** Garbage in bursts, and some of it a second time when relays have just forgotten it. */
function garbage(): Release[] {
  const stream = randomStream(1, 'garbage');
  const releases: Release[] = [];
  const publish = (text: string, publisher: number, seconds: number): void => {
    const data = Uint8Array.from(Buffer.from(text.repeat(40)));
    releases.push({ data, moduleSha256: text, publisher, atUs: Math.round(seconds * 1e6) });
  };
  for (let attacker = 0; attacker < ATTACKERS; attacker++) {
    for (const start of [8, 30, 33, 34, 110]) {
      for (let shot = 0; shot < 4; shot++) {
        publish(`${attacker} ${start} ${shot}`, attacker, start + 2.5 * stream.uniform());
      }
    }
    publish(`${attacker} twice`, attacker, 10 + stream.uniform());
    publish(`${attacker} twice`, (attacker + 1) % ATTACKERS, 129.8 + 1.6 * stream.uniform());
  }
  return releases;
}

async function run(variant: Partial<Scenario>, scoring: ScoringOptions | null): Promise<EngineResult> {
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const releases = [...(await prepareReleases(scenario)), ...garbage()];
  const publishers = new Set(releases.map(({ publisher }) => publisher));
  const away = { share: 0.2, fromSeconds: 20, toSeconds: 120, forSeconds: 25 };
  const presence = drawPresence(RELAYS, { late: null, away }, publishers, scenario.seed);
  return runGossipsub(
    { scenario: { ...scenario, ...variant }, population, topology, releases, presence, scoring },
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
  for (const variant of [
    { fidelity: 'fast', threads: 1 },
    { fidelity: 'fast', threads: 2 },
  ] as const) {
    const other = await run(variant, SCORING);
    assert.equal(other.traceHash, reference.traceHash, JSON.stringify(variant));
    assert.deepEqual(other.total.refusals, reference.total.refusals);
  }
});
