import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULT_KINDS } from '../../scenario/fault-plan.ts';
import { scenarioFromText } from '../../scenario/load.ts';
import { drawScenario, textOf } from './drawn-scenario.ts';

const SEEDS = Array.from({ length: 250 }, (_unused, place) => place + 1);

test('drawn scenarios: a number has one scenario, and its text says all of it', () => {
  for (const seed of SEEDS.slice(0, 20)) {
    const { text, tree, loaded } = drawScenario(seed);
    assert.equal(drawScenario(seed).text, text);
    assert.equal(textOf(tree), text);
    assert.deepEqual(scenarioFromText('swarm.yaml', text).scenario, loaded.scenario);
    assert.equal(loaded.scenario.seed, seed);
  }
});

test('drawn scenarios: every kind of fault, every company, small networks; few draws are refused', () => {
  const drawn = SEEDS.map((seed) => drawScenario(seed));
  const scenarios = drawn.map(({ loaded }) => loaded.scenario);
  const kinds = new Set(scenarios.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  assert.deepEqual(
    [...FAULT_KINDS].filter((kind) => !kinds.has(kind)),
    [],
  );
  assert(scenarios.some(({ churn }) => churn !== null));
  assert(scenarios.some(({ adversary }) => adversary?.sybils !== undefined));
  assert(scenarios.some(({ traffic }) => traffic.clients !== null));
  assert(scenarios.some(({ arms }) => arms.some((arm) => arm.kind === 'live' && arm.operators !== null)));
  assert(scenarios.every(({ network }) => network.relays >= 10 && network.relays <= 40));
  assert(drawn.filter(({ refused }) => refused.length > 0).length < SEEDS.length / 5);
});

test('drawn scenarios: a size of network can be asked for', () => {
  assert.equal(drawScenario(3, { relays: 500 }).loaded.scenario.network.relays, 500);
});
