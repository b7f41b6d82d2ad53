import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { FLOOD_BATCHES, GOSSIP_ATTACKS, type GossipAttackName } from '../../../scenario/sybil-plan.ts';
import { toSybils } from '../../../scenario/sybil-yaml.ts';
import { randomStream } from '../../random.ts';
import { FailureLog, RelayRegistrar, relayComponents } from '../components.ts';
import { syntheticIdentity } from '../identity.ts';
import { gossipSubClass } from '../internals.ts';
import { floodFrames, isAttacking, withholds } from './sybil-conduct.ts';
import { joinFrame } from './sybil-frames.ts';

const TOPIC = 'updates';
const components = relayComponents(
  syntheticIdentity(0, 1).peerId,
  null,
  new RelayRegistrar(),
  new FailureLog(),
);
const router = new (gossipSubClass(components))(components, {});

function planOf(attack: GossipAttackName, keys: object = {}) {
  return toSybils({ attack, ...keys } as never, 100) ?? assert.fail();
}

/** The frames of one flood, as a real router decodes them with its limits. */
function flood(attack: GossipAttackName, keys: object = {}, round = 0, recentIds: Uint8Array[] = []): RPC[] {
  const random = randomStream(1, 'sybil');
  const plan = planOf(attack, keys);
  return floodFrames({ plan, topic: TOPIC, random, sybil: 3, round, recentIds }).map(({ body }) =>
    router.decodeRpc(body),
  );
}

function ids(rpcs: RPC[], kind: 'ihave' | 'iwant' | 'idontwant'): Uint8Array[] {
  return rpcs.flatMap(({ control }) => (control?.[kind] ?? []).flatMap(({ messageIDs }) => messageIDs));
}

describe('sybils: floods are frames that a real router decodes', () => {
  it('IHAVE, IWANT and IDONTWANT hold as many different ids as asked for, up to the most there may be', () => {
    for (const [attack, kind] of [
      ['ihave-flood', 'ihave'],
      ['iwant-flood', 'iwant'],
      ['idontwant-flood', 'idontwant'],
    ] as const) {
      for (const batch of [1, 100, 5000]) {
        const sent = ids(flood(attack, { batch }), kind);
        assert.equal(sent.length, batch, attack);
        assert(sent.every((id) => id.length === 32));
        assert.equal(new Set(sent.map((id) => Buffer.from(id).toString('hex'))).size, batch);
      }
    }
    assert.equal(flood('ihave-flood')[0].control?.ihave[0].topicID, TOPIC);
  });

  it('IWANT asks for what was heard before it makes ids up', () => {
    const recent = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
    const sent = ids(flood('iwant-flood', { batch: 5 }, 0, recent), 'iwant');
    assert.deepEqual(
      sent.slice(0, 2).map((id) => [...id]),
      [[1, 2, 3], [4]],
    );
    assert.equal(sent.length, 5);
    assert.equal(ids(flood('iwant-flood', { batch: 1 }, 0, recent), 'iwant').length, 1);
  });

  it('a GRAFT comes with a PRUNE, so that the next one is within the backoff', () => {
    const [{ control, messages, subscriptions }] = flood('graft-flood');
    assert.deepEqual(
      control?.graft.map(({ topicID }) => topicID),
      [TOPIC],
    );
    assert.deepEqual(
      control?.prune.map(({ topicID }) => topicID),
      [TOPIC],
    );
    assert.deepEqual([messages.length, subscriptions.length], [0, 0]);
  });

  it('each flood of subscriptions leaves the topics of the one before', () => {
    const told = (round: number, subscribe: boolean) =>
      flood('subscription-flood', { batch: 4 }, round)[0]
        .subscriptions.filter((one) => one.subscribe === subscribe)
        .map(({ topic }) => topic);
    assert.equal(new Set(told(0, true)).size, 4);
    assert.deepEqual(told(0, false), []);
    assert.deepEqual(told(1, false), told(0, true));
    assert(!told(1, true).some((topic) => told(0, true).includes(topic)));
  });

  it('invalid messages are on the topic of updates and never the same', () => {
    const [{ messages }] = flood('invalid-messages', { batch: 3 });
    assert.deepEqual(
      messages.map(({ topic }) => topic),
      [TOPIC, TOPIC, TOPIC],
    );
    assert.equal(new Set(messages.map(({ data }) => Buffer.from(data ?? []).toString('hex'))).size, 3);
  });

  it('attacks that are no flood send nothing of their own', () => {
    for (const attack of GOSSIP_ATTACKS) {
      assert.equal(flood(attack).length > 0, FLOOD_BATCHES[attack] !== undefined, attack);
    }
  });

  it('a sybil joins as any peer does: subscribed, and with a GRAFT', () => {
    const { subscriptions, control } = router.decodeRpc(joinFrame(TOPIC).body);
    assert.deepEqual(subscriptions, [{ subscribe: true, topic: TOPIC }]);
    assert.deepEqual(control?.graft, [{ topicID: TOPIC }]);
  });
});

describe('sybils: what they keep to themselves', () => {
  const withheld = (attack: GossipAttackName, carriesModule: boolean, keys: object = {}) => {
    const random = randomStream(2, 'drops');
    const plan = planOf(attack, keys);
    return Array.from({ length: 1000 }, () => withholds(plan, carriesModule, random)).filter(Boolean).length;
  };

  it('four attacks keep everything back, floods nothing, and censors what carries a module', () => {
    for (const attack of ['eclipse', 'cold-boot', 'covert-flash', 'attack-at-dawn'] as const) {
      assert.equal(withheld(attack, false), 1000, attack);
    }
    for (const attack of Object.keys(FLOOD_BATCHES) as GossipAttackName[]) {
      assert.equal(withheld(attack, true), 0, attack);
    }
    assert.equal(withheld('censoring', true), 1000);
    assert.equal(withheld('censoring', false), 0);
  });

  it('degradation keeps back the share that it is told', () => {
    const share = withheld('degradation', true, { drop: 0.2 }) / 1000;
    assert(share > 0.15 && share < 0.25, `${share}`);
    assert.equal(withheld('degradation', true, { drop: 1 }), 1000);
  });

  it('an attack has a beginning and an end', () => {
    const plan = planOf('covert-flash', { from: 20, to: 40 });
    const at = (seconds: number) => isAttacking(plan, seconds * 1e6);
    assert.deepEqual([at(0), at(19.999), at(20), at(39.999), at(40)], [false, false, true, true, false]);
  });
});
