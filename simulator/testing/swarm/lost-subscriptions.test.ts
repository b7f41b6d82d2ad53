import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FaultPlan } from '../../scenario/fault-plan.ts';
import { loadScenario } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { testFault } from '../fault-runs.ts';
import { testScenario } from '../test-scenario.ts';
import { maySubscriptionsBeLost } from './lost-subscriptions.ts';
import { tryScenario } from './try-scenario.ts';

const FOUND = fileURLToPath(new URL('./found/subscriptions-lost-for-good.yaml', import.meta.url));
const LINKS_SECONDS = 100;

function loss(fromSeconds: number, changes: Partial<FaultPlan> = {}): FaultPlan {
  return testFault({ kind: 'loss', ratio: 0.5, fromSeconds, forSeconds: 10, ...changes });
}

function mayBeLost(faults: readonly FaultPlan[], changes: Partial<Scenario> = {}): boolean {
  const calm = testScenario();
  const network = { ...calm.network, startSeconds: 5 };
  return maySubscriptionsBeLost(testScenario({ network, faults, ...changes }), LINKS_SECONDS);
}

test('lost subscriptions: only where a loss that nobody makes good meets links that come up', () => {
  const crash = testFault({ kind: 'crash', fromSeconds: 50, forSeconds: 4 });
  assert(!mayBeLost([crash]));
  assert(mayBeLost([crash, loss(45)]));
  assert(mayBeLost([crash, loss(150)]));
  assert(!mayBeLost([crash, loss(45, { retransmitted: true })]));
  assert(!mayBeLost([crash, loss(39)]));
  assert(!mayBeLost([crash, loss(160)]));
  assert(!mayBeLost([{ ...crash, kind: 'clock-skew' }, loss(45)]));
  assert(mayBeLost([{ ...crash, step: 'heard' }, loss(1000)]));
});

test('lost subscriptions: the links of the start, of late relays and of those that are back count too', () => {
  assert(mayBeLost([loss(7)]));
  assert(!mayBeLost([loss(8)]));
  const late = { share: 0.1, fromSeconds: 20, toSeconds: 40 };
  assert(mayBeLost([loss(30)], { presence: { late, away: null } }));
  const away = { share: 0.1, fromSeconds: 20, toSeconds: 40, forSeconds: 60 };
  assert(mayBeLost([loss(190)], { presence: { late: null, away } }));
});

test('lost subscriptions: nothing that gossip brings later reaches such relays, and they hear all where TCP sends again', async () => {
  const { scenario } = loadScenario(FOUND);
  const updates = scenario.updates.map((update) => ({ ...update, revokeAtSeconds: 70 }));
  const left = async (faults: readonly FaultPlan[]): Promise<number> => {
    const { outcome } = await tryScenario({ ...scenario, updates, faults, durationSeconds: 600 });
    const { stages, removed } = outcome!.arms[0]!.updates[0]!;
    return stages.activated.filter((us, relay) => !Number.isNaN(us) && Number.isNaN(removed[relay]!)).length;
  };
  assert.equal(await left(scenario.faults), 2);
  assert.equal(await left(scenario.faults.map((fault) => ({ ...fault, retransmitted: true }))), 0);
});
