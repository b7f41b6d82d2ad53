import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';
import { TEST_TRUST } from '../testing/test-scenario.ts';
import type { TrustPlan } from './scenario.ts';

function trust(keys: string): TrustPlan {
  return load(withLines(`trust: ${keys}`)).scenario.trust;
}

function refused(keys: string): string[] {
  return told(withLines(`trust: ${keys}`));
}

describe('trust', () => {
  it('by default: 2 of 3 keys for root and targets, no third party, nothing sent without news', () => {
    assert.deepEqual(load(withLines()).scenario.trust, TEST_TRUST);
    assert.deepEqual(trust('{}'), TEST_TRUST);
    assert.equal(TEST_TRUST.timestampEverySeconds, 0);
  });

  it('every key is understood', () => {
    const delegations = '[{ name: lab, hooks: [cell-admission, cell-padding], keys: 2 of 2 }]';
    const rotations = '[{ role: targets, at: 5min }, { role: root, at: 1min }]';
    const text = `{ keys: { root: 3 of 5, timestamp: 1 of 2 }, delegations: ${delegations}, thirdParties: 60%, timestampEvery: 30s, timestampExpires: 2min, rotations: ${rotations} }`;
    assert.deepEqual(trust(text), {
      roles: {
        ...TEST_TRUST.roles,
        root: { threshold: 3, keys: 5 },
        timestamp: { threshold: 1, keys: 2 },
      },
      delegations: [
        { name: 'lab', hooks: ['cell-admission', 'cell-padding'], threshold: { threshold: 2, keys: 2 } },
      ],
      thirdPartyShare: 0.6,
      timestampEverySeconds: 30,
      timestampExpiresSeconds: 120,
      rotations: [
        { role: 'targets', atSeconds: 300 },
        { role: 'root', atSeconds: 60 },
      ],
    });
  });

  it('thresholds that nobody could meet, or that nobody would have to, are refused', () => {
    assert.deepEqual(
      refused('{ keys: { root: 3 of 2, targets: 0 of 3, snapshot: 17 of 17, timestamp: 1/1 } }'),
      [
        '7:24 trust.keys.root: 3 signatures cannot come from 2 keys | from 1 of 1 to 16 of 16, such as 2 of 3',
        '7:41 trust.keys.targets: nobody would have to sign | from 1 of 1 to 16 of 16, such as 2 of 3',
        '7:59 trust.keys.snapshot: 17 keys are more than the 16 that a role may have | from 1 of 1 to 16 of 16, such as 2 of 3',
        '7:80 trust.keys.timestamp: must be a threshold of keys | write how many of how many keys must sign, such as 2 of 3',
      ],
    );
    assert.match(refused('{ keys: { root: 2 } }')[0], /must be a threshold of keys/);
    assert.match(refused('{ keys: { targts: 2 of 3 } }')[0], /unknown key \| did you mean targets\?/);
  });

  it('a delegation has a name of its own and hooks that exist', () => {
    assert.deepEqual(
      refused('{ delegations: [{ name: targets, hooks: [] }, { name: lab, hooks: [cell-admision] }] }').map(
        (line) => line.replace(/must be one of .*, not/, 'must be another, not'),
      ),
      [
        '7:32 trust.delegations[0].name: targets is a role of the developers | choose a name of its own, such as research-lab',
        '7:48 trust.delegations[0].hooks: must have at least 1 entry, not 0 | for example [ padding-decision ]',
        '7:75 trust.delegations[1].hooks[0]: must be another, not the text "cell-admision" | did you mean cell-admission?',
      ],
    );
    const twice = '{ name: lab, hooks: [cell-admission] }';
    assert.match(
      refused(`{ delegations: [${twice}, ${twice}] }`)[0],
      /delegations\[1\].name: lab stands here twice/,
    );
    assert.match(
      refused('{ delegations: [{ name: lab, hooks: [cell-padding, cell-padding] }] }')[0],
      /hooks\[1\]: cell-padding stands here twice/,
    );
    assert.match(refused('{ delegations: [{ name: developers, hooks: [cell-padding] }] }')[0], /is a role/);
  });

  it('a rotation names a role and a time of the run', () => {
    assert.match(refused('{ rotations: [{ role: target, at: 5min }] }')[0], /did you mean targets\?/);
    assert.match(
      refused('{ rotations: [{ role: root, at: 10min }] }')[0],
      /rotations\[0\].at: 10min comes when the run is over/,
    );
    assert.match(refused('{ timestampEvery: 0s }')[0], /must be at least 1s/);
    assert.match(refused('{ thirdParties: 1.2 }')[0], /must be at most 1, not 1.2/);
  });
});
