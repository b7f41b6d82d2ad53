import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, SMALL, told, withLines } from '../testing/small-scenario.ts';
import { ATTACK_CHANNELS } from './adversary-schema.ts';
import type { AdversaryPlan } from './scenario.ts';

function adversary(keys: string, more = ''): AdversaryPlan | null {
  return load(withLines(`adversary: ${keys}`, more)).scenario.adversary;
}

function refused(keys: string): string[] {
  return told(withLines(`adversary: ${keys}`));
}

describe('adversary', () => {
  it('nobody attacks unless the file says so', () => {
    assert.equal(load(withLines()).scenario.adversary, null);
    assert.equal(adversary('none'), null);
  });

  it('an attack lasts from a minute on to the end, and steals as many keys as it takes', () => {
    const plain = { fromSeconds: 60, toSeconds: 600, everySeconds: 10 };
    assert.deepEqual(adversary('{ attacks: [{ attack: replay }, { attack: stolen-keys }] }'), {
      share: 0.05,
      attacks: [
        { attack: 'replay', ...plain, keys: 0, module: '' },
        { attack: 'stolen-keys', ...plain, keys: 2, module: 'hostile-backdoor' },
      ],
    });
    const three = adversary('{ attacks: [{ attack: stolen-keys }] }', 'trust: { keys: { targets: 3 of 4 } }');
    assert.equal(three?.attacks[0].keys, 3);
    const written = '{ attack: stolen-keys, keys: 1, module: padding, from: 2min, to: 3min, every: 500ms }';
    assert.deepEqual(adversary(`{ share: 0.2, attacks: [${written}] }`), {
      share: 0.2,
      attacks: [
        {
          attack: 'stolen-keys',
          fromSeconds: 120,
          toSeconds: 180,
          everySeconds: 0.5,
          keys: 1,
          module: 'padding',
        },
      ],
    });
  });

  it('keys and module are for stolen keys only, and no more than there are', () => {
    assert.deepEqual(refused('{ attacks: [{ attack: replay, keys: 2, module: padding }] }'), [
      '7:48 adversary.attacks[0].keys: means nothing for the attack replay | remove it, or make the attack stolen-keys or false-revocation',
      '7:59 adversary.attacks[0].module: means nothing for the attack replay | remove it, or make the attack stolen-keys',
    ]);
    assert.deepEqual(refused('{ attacks: [{ attack: stolen-keys, keys: 4 }] }'), [
      '7:53 adversary.attacks[0].keys: 4 keys cannot be stolen: the role targets has 3 | from 1 to 3, or raise trust.keys.targets',
    ]);
    assert.match(refused('{ attacks: [{ attack: stolen-keys, keys: 0 }] }')[0], /must be at least 1, not 0/);
    assert.match(
      refused('{ attacks: [{ attack: stolen-keys, module: nothing }] }')[0],
      /module: updates\/ has no module "nothing" \| there are strict-cells/,
    );
  });

  it('shares and times that make no attack are refused', () => {
    assert.match(
      refused('{ share: 100%, attacks: [{ attack: replay }] }')[0],
      /share: must be below 1, not 100%/,
    );
    assert.match(refused('{ share: 0, attacks: [{ attack: replay }] }')[0], /must be above 0, not 0/);
    assert.match(refused('{ attacks: [] }')[0], /at least 1 entry/);
    assert.match(refused('{ attacks: [{ attack: reply }] }')[0], /did you mean replay\?/);
    assert.match(
      refused('{ attacks: [{ attack: mixed, from: 5min, to: 2min }] }')[0],
      /attacks\[0\].to: 2min does not come after the beginning, 5min/,
    );
    assert.match(
      refused('{ attacks: [{ attack: mixed, from: 10min }] }')[0],
      /10min comes when the run is over/,
    );
    assert.match(
      refused('{ attacks: [{ attack: mixed, to: 11min }] }')[0],
      /11min comes when the run is over/,
    );
    assert.equal(adversary('{ attacks: [{ attack: mixed, to: 10min }] }')?.attacks[0].toSeconds, 600);
  });

  it('an attack that no arm could carry is refused with an arm that would', () => {
    const attacks = 'adversary: { attacks: [{ attack: freeze }, { attack: replay }] }\n';
    const by = (arm: string) => `${SMALL.replace('{ channel: gossip }', arm)}${attacks}`;
    assert.deepEqual(told(by('{ channel: directory }')), [
      `7:34 adversary.attacks[0].attack: freeze travels by ${ATTACK_CHANNELS.freeze.join(', ')}, and no arm has any of them | add an arm such as "live: { channel: gossip }", or remove the attack`,
      '7:54 adversary.attacks[1].attack: replay travels by gossip, and no arm has it | add an arm such as "live: { channel: gossip }", or remove the attack',
    ]);
    assert.equal(told(by('{ channel: circuit }')).length, 1);
    assert.equal(told(by('{ channel: manual, lag: tor-2016-17 }')).length, 2);
    assert.equal(load(by('{ channel: [directory, gossip] }')).scenario.adversary?.attacks.length, 2);
  });
});

describe('presence', () => {
  const presence = (keys: string) => load(withLines(`presence: ${keys}`)).scenario.presence;
  const wrong = (keys: string) => told(withLines(`presence: ${keys}`));

  it('all relays are there from the start unless the file says otherwise', () => {
    assert.deepEqual(load(withLines()).scenario.presence, { late: null, away: null });
    assert.deepEqual(presence('{ late: { share: 20%, from: 2min, to: 10min } }'), {
      late: { share: 0.2, fromSeconds: 120, toSeconds: 600 },
      away: null,
    });
    assert.deepEqual(presence('{ away: { share: 0.1, from: 30s, to: 90s, for: 2min } }').away, {
      share: 0.1,
      fromSeconds: 30,
      toSeconds: 90,
      forSeconds: 120,
    });
  });

  it('a span ends after it began and within the run, and somebody is always there', () => {
    assert.deepEqual(wrong('{ late: { share: 20%, from: 5min, to: 2min } }'), [
      '7:49 presence.late.to: 2min does not come after the beginning, 5min | let from come before to',
    ]);
    assert.match(
      wrong('{ late: { share: 20%, from: 5min, to: 11min } }')[0],
      /11min comes when the run is over/,
    );
    assert.match(
      wrong('{ away: { share: 100%, from: 5min, to: 6min, for: 1s } }')[0],
      /must be below 1, not 100%/,
    );
    assert.match(
      wrong('{ away: { share: 10%, from: 5min, to: 6min } }')[0],
      /for: is missing \| write a duration/,
    );
    assert.match(
      wrong('{ late: 20% }')[0],
      /must be none or a map of keys, not .* \| for example { share: 20%/,
    );
  });
});
