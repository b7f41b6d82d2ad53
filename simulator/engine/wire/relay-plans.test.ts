import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPopulation } from '../../population/draw.ts';
import { buildTopology } from '../../population/topology.ts';
import { testLiveArm, testScenario } from '../../testing/test-scenario.ts';
import { SETUP_ROUND_TRIPS } from '../gossipsub/simulated-peers.ts';
import { linksComingUp } from '../start-plan.ts';
import { placeRelays } from './placement.ts';
import { planRelays } from './relay-plans.ts';

const RELAYS = 30;

test('relay plans: a link is up at its time in the plan of the start, in real time, however slow the run is', () => {
  const { network } = testScenario();
  const scenario = testScenario({ slowdown: 10, network: { ...network, relays: RELAYS, degree: 6 } });
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const input = { scenario, arm: testLiveArm('live', ['gossip']), population, topology, releases: [] };
  const parts = {
    placement: placeRelays(RELAYS, [], 2),
    degrees: new Uint32Array(RELAYS).fill(6),
    folder: '',
  };
  const plans = planRelays(input, parts);
  const nextUpUs = linksComingUp(scenario.seed, scenario.network.startSeconds);
  const left = plans.map(({ dials }) => [...dials]);
  for (let link = 0; link < topology.links; link++) {
    const { peer, atMs } = left[topology.dialer[link]!]!.shift()!;
    assert.equal(peer, topology.listener[link]);
    const setupUs = SETUP_ROUND_TRIPS * 2 * topology.latencyUs[link]!;
    const upUs = Math.max(nextUpUs(), setupUs); // nobody can dial before the start
    assert(Math.abs(atMs * 1000 + setupUs - upUs) < 1e-3, `link ${link} is dialled after ${atMs} ms`);
  }
  assert(
    left.every((dials) => dials.length === 0),
    'and no others are dialled',
  );
});
