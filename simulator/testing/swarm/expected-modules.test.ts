import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmOutcome, UpdateOutcome } from '../../measure/outcome.ts';
import { testLiveArm, testScenario, testUpdate } from '../test-scenario.ts';
import { candidatesByHook, wrongAt } from './expected-modules.ts';

interface Told {
  readonly heard?: number;
  readonly verified?: number;
  readonly activated?: number;
  readonly removed?: number;
  readonly misbehaves?: boolean;
  readonly plan?: Parameters<typeof testUpdate>[0];
}

/** What is wrong on one relay with these updates of one hook. */
function wrong(...told: readonly Told[]): string | null {
  const scenario = testScenario({ updates: told.map(({ plan }) => testUpdate(plan)) });
  const never = Number.NaN;
  const updates = told.map(
    ({ heard = never, verified = never, activated = never, removed = never, misbehaves = false }) => ({
      hook: 'cell-admission',
      stages: {
        heard: Float64Array.of(heard),
        verified: Float64Array.of(verified),
        activated: Float64Array.of(activated),
      },
      removed: Float64Array.of(removed),
      haltedSeconds: null,
      verdicts: { misbehaves },
    }),
  ) as unknown as UpdateOutcome[];
  const arm = { arm: testLiveArm('live'), updates } as unknown as ArmOutcome;
  return wrongAt(candidatesByHook(scenario, arm)[0]!, 0);
}

test('expected modules: the newest good one must run, by priority and then by time', () => {
  assert.equal(wrong({ activated: 1 }), null);
  assert.match(wrong({})!, /does not run update 0/);
  assert.match(wrong({ activated: 1, removed: 2 })!, /does not run update 0/);
  assert.match(wrong({ activated: 1 }, { plan: { atSeconds: 20 } })!, /does not run update 1/);
  assert.equal(wrong({ activated: 1 }, { plan: { atSeconds: 5 } }), null);
  assert.match(wrong({ activated: 1 }, { plan: { atSeconds: 5, priority: 1 } })!, /does not run update 1/);
});

test('expected modules: what is revoked, or bad, must be gone, and what came before it is back', () => {
  const bad = { misbehaves: true, plan: { module: 'bad-trap', atSeconds: 20 } };
  assert.match(
    wrong({ activated: 1 }, { ...bad, activated: 1 })!,
    /runs update 1 \(bad-trap\), which is gone/,
  );
  assert.equal(wrong({ activated: 1 }, { ...bad, activated: 1, removed: 2 }), null);
  assert.match(wrong({}, { ...bad, activated: 1, removed: 2 })!, /does not run update 0/);
  assert.match(wrong({ activated: 1, plan: { revokeAtSeconds: 30 } })!, /which is gone/);
  assert.equal(wrong({ activated: 1, removed: 3, plan: { revokeAtSeconds: 30 } }), null);
});

test('expected modules: who hears of a bad one that all others have taken out may wait for it', () => {
  const bad = { misbehaves: true, plan: { module: 'bad-trap', atSeconds: 20 } };
  assert.equal(wrong({}, { ...bad, heard: 1 }), null);
  assert.match(wrong({}, { ...bad, heard: 1, verified: 2 })!, /does not run update 0/);
  assert.match(wrong({}, bad)!, /does not run update 0/);
  assert.match(
    wrong({ activated: 1, plan: { revokeAtSeconds: 30 } }, { ...bad, heard: 1 })!,
    /which is gone/,
  );
});

test('expected modules: what came out when something better was there may be nowhere to be had', () => {
  const better = { plan: { atSeconds: 20, rollout: { steps: [0.5] } as never } };
  assert.match(
    wrong({ heard: 0, plan: { atSeconds: 10 } }, { ...better, heard: 0 })!,
    /does not run update 0/,
  );
  assert.equal(wrong({ heard: 10.5, plan: { atSeconds: 10 } }, { ...better, heard: 0 }), null);
  assert.match(wrong({ heard: 30, plan: { atSeconds: 10 } })!, /does not run update 0/);
});

test('expected modules: nobody finds out about a module that goes wrong after its trial only', () => {
  const leak = { misbehaves: true, plan: { module: 'bad-leak', atSeconds: 20 } };
  assert.equal(wrong({}, { ...leak, activated: 1 }), null);
});

test('expected modules: one that counts to a thousand may count on from where another has left the state', () => {
  const late = { activated: 1, misbehaves: true, plan: { module: 'bad-call-1000', atSeconds: 20 } };
  assert.match(wrong({ activated: 1 }, late)!, /runs update 1 \(bad-call-1000\), which is gone/);
  const leak = { activated: 1, misbehaves: true, plan: { module: 'bad-leak' } };
  assert.equal(wrong(leak, late), null);
});
