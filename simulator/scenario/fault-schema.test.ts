import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';
import type { FaultPlan } from './fault-plan.ts';

function faults(list: string): readonly FaultPlan[] {
  return load(withLines(`faults: [${list}]`)).scenario.faults;
}

function refused(list: string): string[] {
  return told(withLines(`faults: [${list}]`));
}

describe('faults', () => {
  it('nothing goes wrong unless the file says so', () => {
    assert.deepEqual(load(withLines()).scenario.faults, []);
  });

  it('what a kind needs and the file leaves out is filled in', () => {
    const nobody = { countries: [], networks: [], operators: [], ids: [] };
    const plain = {
      fromSeconds: 90,
      forSeconds: 60,
      targets: { role: 'all', share: 1, ...nobody },
      step: null,
      times: 1,
      direction: 'both',
      bridges: 0,
      ratio: 0,
      retransmitted: false,
      bySeconds: 0,
      factor: 1,
    };
    const [crash, loss, skew, lost, cut] = faults(
      '{ kind: crash, from: 90s, for: 1min }, { kind: loss, from: 90s, for: 1min },' +
        '{ kind: clock-skew, from: 90s, for: ever, clock: behind }, { kind: publisher-lost, from: 90s, for: 1min },' +
        '{ kind: partition, from: 90s, for: 1min, targets: { country: [de], share: 50% }, bridges: 2 }',
    );
    assert.deepEqual(crash, { ...plain, kind: 'crash' });
    assert.deepEqual(loss, { ...plain, kind: 'loss', ratio: 0.1 });
    assert.deepEqual(skew, {
      ...plain,
      kind: 'clock-skew',
      bySeconds: -8 * 86_400,
      forSeconds: Number.POSITIVE_INFINITY,
    });
    assert.deepEqual(lost?.targets, { role: 'publishers', share: 1, ...nobody });
    assert.deepEqual(cut?.targets, { role: 'all', share: 0.5, ...nobody, countries: ['de'] });
    assert.equal(cut?.bridges, 2);
  });

  it('a key that means nothing for a kind is refused, with the kinds that it is for', () => {
    assert.deepEqual(refused('{ kind: pause, from: 1min, for: 1s, ratio: 5%, at: staged }'), [
      '7:53 faults[0].ratio: means nothing for the fault pause | remove it, or make the kind loss or reordering or duplication',
      '7:61 faults[0].at: means nothing for the fault pause | remove it, or make the kind crash',
    ]);
  });

  it('faults that change nothing, hit nobody or come too late are refused', () => {
    assert.match(refused('{ kind: latency, from: 1min, for: 1s }')[0]!, /changes nothing .* by: 200ms/);
    assert.match(refused('{ kind: latency, from: 1min, for: 1s, factor: 0.5 }')[0]!, /cannot be cut to 0.5/);
    assert.match(refused('{ kind: crash, from: 1min, for: 1s, targets: {} }')[0]!, /selects nobody/);
    assert.match(refused('{ kind: crash, from: 1min, for: 1s, times: 2 }')[0]!, /there is no step/);
    assert.match(refused('{ kind: crash, from: 10min, for: 1s }')[0]!, /10min comes when the run is over/);
    assert.match(
      refused('{ kind: crash, from: 1min, for: 1s, targets: { ids: [3, 100] } }')[0]!,
      /targets.ids\[1\]: there is no relay 100: they are numbered 0 to 99/,
    );
    assert.match(
      refused('{ kind: partition, from: 1min, for: 1s, bridges: 100 }')[0]!,
      /leave nobody to be cut off/,
    );
    assert.match(refused('{ kind: authority-lost, from: 1min, for: 1s }')[0]!, /no arm has authorities/);
    assert.match(refused('{ kind: crash, from: 1min, for: 1s, targets: authorities }')[0]!, /does not hit/);
    const cells = 'traffic: { clients: { count: 10 } }';
    assert.match(
      told(withLines('faults: [{ kind: loss, from: 1min, for: 1s }]', cells))[0]!,
      /cells of clients do not feel it/,
    );
    assert.match(refused('{ kind: crush, from: 1min, for: 1s }')[0]!, /did you mean crash\?/);
    assert.match(refused('{ kind: crash, from: 4s, for: 1s }')[0]!, /before the network stands, at/);
    assert.match(refused('{ kind: crash, from: 1min }')[0]!, /for: is missing/);
  });
});
