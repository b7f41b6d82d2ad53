import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadScenario } from '../../scenario/load.ts';
import type { AttackPlan, TrustPlan } from '../../scenario/scenario.ts';
import { TEST_TRUST, testScenario } from '../test-scenario.ts';
import { leavesMarks } from './convergence.ts';
import { tryScenario } from './try-scenario.ts';

const THEFT = fileURLToPath(new URL('./found/thieves-raise-the-floors.yaml', import.meta.url));

function marksOf(attack: Partial<AttackPlan>, rotations: TrustPlan['rotations'] = []): boolean {
  const plan = {
    attack: 'stolen-keys',
    fromSeconds: 10,
    toSeconds: 30,
    everySeconds: 1,
    keys: 0,
    module: '',
  } as const;
  const adversary = { share: 0.1, attacks: [{ ...plan, ...attack }] };
  return leavesMarks(testScenario({ adversary, trust: { ...TEST_TRUST, rotations } }));
}

test('convergence: thieves of online keys leave marks until those keys are others, of enough keys of targets for good', () => {
  const renewed: TrustPlan['rotations'] = [{ role: 'snapshot', atSeconds: 40 }];
  assert(marksOf({ keys: 1 }));
  assert(!marksOf({ keys: 1 }, renewed));
  assert(marksOf({ keys: 1, toSeconds: 50 }, renewed));
  assert(marksOf({ keys: 1 }, [{ role: 'targets', atSeconds: 40 }]));
  assert(marksOf({ keys: 2 }, renewed));
  assert(marksOf({ attack: 'fast-forward' }));
  assert(!marksOf({ attack: 'fast-forward' }, renewed));
  assert(!marksOf({ attack: 'replay' }));
});

test('convergence: relays that took versions from thieves run the newest update once the keys are others', async () => {
  const { scenario } = loadScenario(THEFT);
  const { convergedRelays: askedWithoutRotation } = await tryScenario(scenario);
  assert.equal(askedWithoutRotation, 0);
  const trust: TrustPlan = { ...scenario.trust, rotations: [{ role: 'snapshot', atSeconds: 60 }] };
  const { findings, convergedRelays } = await tryScenario({ ...scenario, trust, durationSeconds: 450 });
  assert.deepEqual(findings, []);
  assert.equal(convergedRelays, 2);
});
