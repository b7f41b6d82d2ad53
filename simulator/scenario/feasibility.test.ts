import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testLiveArm, testScenario } from '../testing/test-scenario.ts';
import { infeasibility, memoryEstimateBytes, thisMachine } from './feasibility.ts';
import type { Scenario } from './scenario.ts';
import { toSybils } from './sybil-yaml.ts';

const GIB = 1024 ** 3;

function scenario(relays: number, arms?: Scenario['arms']): Scenario {
  const plan = testScenario(arms === undefined ? {} : { arms });
  return { ...plan, network: { ...plan.network, relays } };
}

describe('feasibility', () => {
  it('7,500 relays fit into 2 GiB', () => {
    assert.equal(infeasibility(scenario(7500), { availableBytes: 2 * GIB }), null);
  });

  it('ten million relays are refused with the estimate, the memory there is and the engine for it', () => {
    const refusal = infeasibility(scenario(10_000_000), { availableBytes: 8e9 });
    assert.match(
      refusal?.message ?? '',
      /^10,000,000 relays need about [\d,]+ GB .* engine gossipsub; 8.0 GB is available/,
    );
    assert.match(
      refusal?.hint ?? '',
      /at most [\d,]+ relays fit here; even the engine model is meant for at most 1,000,000/,
    );
  });

  it('what the hint says fits does fit, and 100 more than half as much again does not', () => {
    const machine = { availableBytes: 3e9 };
    const { hint } = infeasibility(scenario(200_000), machine)!;
    const most = Number(/at most ([\d,]+) relays fit/.exec(hint)![1].replaceAll(',', ''));
    assert.match(hint, /the engine model is meant for networks of this size$/);
    assert.equal(infeasibility(scenario(most), machine), null);
    assert.notEqual(infeasibility(scenario(most * 1.5 + 100), machine), null);
  });

  it('sybils cost memory, the more the more they flood with', () => {
    const machine = { availableBytes: 1e9 };
    const attacked = (keys: object) => {
      const adversary = toSybils({ count: 4000, degree: 20, ...keys } as never, 100);
      assert(adversary !== undefined);
      return infeasibility(scenario(1000, [{ ...testLiveArm('live'), adversary }]), machine);
    };
    assert.equal(attacked({ attack: 'eclipse' }), null);
    assert.match(
      attacked({ attack: 'ihave-flood' })?.message ?? '',
      /^1,000 relays and the sybils need about 2/,
    );
  });

  it('the engine model carries a million relays in 1 GB or so, and is told by name where it does not', () => {
    const large = { ...scenario(1_000_000), engine: 'model' } as const;
    assert.equal(infeasibility(large, { availableBytes: 1.4e9 }), null);
    const refusal = infeasibility(large, { availableBytes: 0.8e9 });
    assert.match(
      refusal?.message ?? '',
      /^1,000,000 relays need about 1\.\d GB of memory with the engine model; /,
    );
    assert.match(refusal?.hint ?? '', /^at most [\d,]+ relays fit here$/);
  });

  it('links cost memory as well', () => {
    assert(memoryEstimateBytes(1000, 50, 'gossipsub') > memoryEstimateBytes(1000, 10, 'gossipsub'));
  });

  it('a scenario without a live arm needs no engine, and so no memory for one', () => {
    const manual = {
      name: 'manual',
      kind: 'manual',
      lag: { law: 'historical', name: 'tor-2016-17' },
      untilDays: 510,
      drainSeconds: 30,
      restartSeconds: 60,
    } as const;
    assert.equal(infeasibility(scenario(200_000, [manual]), { availableBytes: 1e9 }), null);
  });

  it('this machine has some memory, and not more than it has', () => {
    const { availableBytes } = thisMachine();
    assert(availableBytes > 0 && availableBytes < 2 ** 50);
  });
});
