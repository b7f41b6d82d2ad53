import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, SMALL, told } from '../testing/small-scenario.ts';
import { testUpdate } from '../testing/test-scenario.ts';
import type { UpdatePlan } from './scenario.ts';

/** The small scenario with more keys of its update. */
function withKeys(...keys: string[]): string {
  return SMALL.replace('strict-cells\n', `strict-cells\n${keys.map((key) => `    ${key}\n`).join('')}`);
}

function update(...keys: string[]): UpdatePlan {
  return load(withKeys(...keys)).scenario.updates[0];
}

describe('updates', () => {
  it('without further keys an update goes to everybody at once, by the developers, for good', () => {
    assert.deepEqual(update(), testUpdate({ atSeconds: 60 }));
    const words = ['notBefore: release', 'rollout: at-once', 'publisher: developers', 'revoke: never'];
    assert.deepEqual(update(...words), testUpdate({ atSeconds: 60 }));
  });

  it('a rollout has steps of a growing cohort, in percent or as numbers', () => {
    assert.deepEqual(
      update('rollout: { steps: [10%, 0.5, 100%], every: 2min, jitter: 5s, haltAbove: 2.5%, minReports: 4 }')
        .rollout,
      {
        steps: [0.1, 0.5, 1],
        everySeconds: 120,
        jitterSeconds: 5,
        haltAboveFailedShare: 0.025,
        minReports: 4,
      },
    );
    assert.deepEqual(update('rollout: { minReports: 1 }').rollout, {
      steps: [0.01, 0.1, 0.5, 1],
      everySeconds: 600,
      jitterSeconds: 60,
      haltAboveFailedShare: 0.05,
      minReports: 1,
    });
  });

  it('steps that do not rise, or let nobody in, are refused at the step', () => {
    assert.deepEqual(told(withKeys('rollout: { steps: [20%, 10%] }')), [
      '5:29 updates[0].rollout.steps[1]: step 0.1 does not exceed the step before it, 0.2 | a cohort only grows: let the shares rise, as in [1%, 10%, 50%, 100%]',
    ]);
    assert.match(told(withKeys('rollout: { steps: [20%, 20%] }'))[0], /does not exceed/);
    assert.match(told(withKeys('rollout: { steps: [0, 50%] }'))[0], /steps\[0\]: must be above 0, not 0/);
    assert.match(
      told(withKeys('rollout: { steps: [50] }'))[0],
      /must be at most 1, not 50 \| did you mean 50%\?/,
    );
    assert.match(told(withKeys('rollout: now'))[0], /must be at-once or a map of keys, not the text "now"/);
  });

  it('a first step too small to halt anything is refused with one that would do', () => {
    assert.deepEqual(told(withKeys('rollout: { steps: [1%, 100%] }')), [
      '5:14 updates[0].rollout: the first step is 1 relay, which can never send 10 reports: nothing would halt it | begin with 10%, or lower minReports to 1',
    ]);
    assert.deepEqual(update('rollout: { steps: [10%, 100%] }').rollout?.steps, [0.1, 1]);
  });

  it('a revocation comes after the release and before the end, a delay likewise', () => {
    assert.equal(update('revoke: 5min').revokeAtSeconds, 300);
    assert.equal(update('notBefore: 90s').notBeforeSeconds, 90);
    assert.match(
      told(withKeys('revoke: 60s'))[0],
      /^5:13 updates\[0\].revoke: revoked at 1min, but released at 1min/,
    );
    assert.match(
      told(withKeys('revoke: 10min'))[0],
      /10min comes when the run is over, at 10min \| make it earlier/,
    );
    assert.match(told(withKeys('notBefore: 30s'))[0], /30s comes before the release at 1min/);
    assert.match(told(withKeys('notBefore: 11min'))[0], /11min comes when the run is over/);
    assert.match(told(withKeys('revoke: soon'))[0], /"soon" is not a duration/);
  });

  it("a third party publishes for its delegation's hooks only", () => {
    const delegations = 'trust: { delegations: [{ name: lab, hooks: [cell-admission] }] }';
    const { scenario } = load(`${withKeys('publisher: lab')}${delegations}\n`);
    assert.equal(scenario.updates[0].publisher, 'lab');
    assert.match(
      told(withKeys('publisher: lab'))[0],
      /^5:16 updates\[0\].publisher: trust.delegations names no lab \| there are developers/,
    );
    const elsewhere = delegations.replace('cell-admission', 'padding-decision');
    assert.match(
      told(`${withKeys('publisher: lab')}${elsewhere}\n`)[0],
      /lab may publish for padding-decision; strict-cells is for cell-admission \| add cell-admission/,
    );
    assert.match(told(withKeys('publisher: A Lab'))[0], /not a name of small letters.*for example a-lab/);
  });

  it('checks between parts are told beside the mistakes of another part', () => {
    const lines = told(`${withKeys('revoke: 30s')}historical: [tor-2016]\n`);
    assert.equal(lines.length, 2);
    assert.match(lines[0], /revoked at 30s/);
    assert.match(lines[1], /historical\[0\]/);
    const timeless = told(`${withKeys('revoke: 11min')}duration: soon\n`);
    assert.deepEqual(timeless.length, 1, 'nothing is compared with a duration that is none');
  });
});
