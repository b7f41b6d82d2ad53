/** How the networks of both engines start: links one after the other, and identify on each before anything else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareReleases } from '../../arms/release.ts';
import { drawPopulation } from '../../population/draw.ts';
import { buildTopology } from '../../population/topology.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { runGossipsub } from '../gossipsub/engine.ts';
import { IDENTIFY_ANSWER_BYTES, NEGOTIATION_BYTES } from '../gossipsub/negotiation.ts';
import { runModel } from './engine.ts';

const RELAYS = 60;
const DEGREE = 10;
/** `waySeconds` lie between any two relays; uplinks take no time worth mentioning. */
const SLOW_START = { startSeconds: 41.2, waySeconds: 0.1 };
/** What the two ends of a link send each other until both have a stream for gossip. */
const LINK_BYTES = 2 * (NEGOTIATION_BYTES + IDENTIFY_ANSWER_BYTES + 2 * NEGOTIATION_BYTES);
const SUBSCRIPTION_BYTES = 25;

/** Bytes for links and for subscriptions, over those of all links, when a run of that duration ends. */
async function sharesAfter(
  engine: 'gossipsub' | 'model',
  durationSeconds: number,
  { startSeconds, waySeconds } = SLOW_START,
) {
  const scenario = testScenario({
    engine,
    durationSeconds,
    updates: [testUpdate({ atSeconds: durationSeconds - 0.001 })],
    network: {
      ...testScenario().network,
      relays: RELAYS,
      degree: DEGREE,
      latency: { law: 'constant', latencyMs: waySeconds * 1000 },
      uplink: { law: 'constant', bitsPerSecond: 1e9 },
      startSeconds,
    },
  });
  const { network, traffic, seed } = scenario;
  const population = drawPopulation(network, traffic, seed);
  const topology = buildTopology(population, network, seed);
  const releases = await prepareReleases(scenario);
  const input = { scenario, arm: testLiveArm('live'), population, topology, releases };
  const { total } = await (engine === 'model'
    ? runModel(input, {}, { followedRelays: 0 })
    : runGossipsub(input, {}));
  assert.deepEqual(total.violations, []);
  return {
    links: total.bytesByKind.links / (topology.links * LINK_BYTES),
    subscriptions: total.bytesByKind.subscriptions / (topology.links * 2 * SUBSCRIPTION_BYTES),
  };
}

for (const engine of ['gossipsub', 'model'] as const) {
  test(`start: ${engine}: links come up evenly over the time that the scenario gives, each with its identify`, async () => {
    // From 1.2 s on, within 39.2 s.
    for (const share of [0.25, 0.5, 0.75]) {
      const { links } = await sharesAfter(engine, 1.2 + share * 39.2);
      assert(Math.abs(links - share) < 0.06, `after ${share} of the time ${links} of the bytes`);
    }
    assert.deepEqual(await sharesAfter(engine, SLOW_START.startSeconds + 3), { links: 1, subscriptions: 1 });
  });
}

test('start: a router tells a peer what it subscribes to two round trips after the link came up, not sooner', async () => {
  for (const engine of ['gossipsub', 'model'] as const) {
    // Links come up from 1.2 s on: identify takes two seconds here, the stream two more.
    const start = { startSeconds: 5, waySeconds: 1 };
    assert.equal((await sharesAfter(engine, 5.2, start)).subscriptions, 0, engine);
    assert((await sharesAfter(engine, 5.7, start)).subscriptions > 0, engine);
  }
});
