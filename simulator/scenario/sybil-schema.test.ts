import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';
import type { LiveArm, Scenario } from './scenario.ts';
import { isAttacked, sybilsOfArm } from './scenario.ts';
import { GOSSIP_ATTACKS, type SybilPlan } from './sybil-plan.ts';

const HEAD = 'name: small\nnetwork: { relays: 100 }\nupdates: [{ module: strict-cells }]\n';

/** The small scenario with sybils of the scenario and arms of its own. */
function text(sybils: string | null, arms: string): string {
  const adversary = sybils === null ? '' : `adversary: { sybils: ${sybils} }\n`;
  return `${HEAD}arms: { ${arms} }\n${adversary}`;
}

function scenarioOf(sybils: string | null, arms = 'live: { channel: gossip }'): Scenario {
  return load(text(sybils, arms)).scenario;
}

/** The plans of the arms by name. */
function plansOf(scenario: Scenario): Record<string, SybilPlan | null> {
  return Object.fromEntries(scenario.arms.map((arm) => [arm.name, sybilsOfArm(scenario, arm as LiveArm)]));
}

const PLAIN = {
  target: 'network',
  count: 100,
  degree: 10,
  connectSeconds: 30,
  fromSeconds: 30,
  toSeconds: 600,
  everySeconds: 0,
  batch: 0,
  dropShare: 0,
  perAddress: 1,
  uplinkBitsPerSecond: 100e6,
};

describe('sybils in a file', () => {
  it('there are none unless the file says so', () => {
    const { scenario } = load(withLines());
    assert.deepEqual(plansOf(scenario), { live: null });
    assert.equal(isAttacked(scenario), false);
  });

  it('an attack has defaults of its own', () => {
    assert.deepEqual(scenarioOf('{ attack: eclipse }').adversary, {
      share: 0,
      attacks: [],
      sybils: { attack: 'eclipse', ...PLAIN },
    });
    const of = (attack: string) => plansOf(scenarioOf(`{ attack: ${attack} }`)).live;
    assert.deepEqual(of('cold-boot'), { attack: 'cold-boot', ...PLAIN, connectSeconds: 0, fromSeconds: 0 });
    assert.deepEqual(of('covert-flash'), { attack: 'covert-flash', ...PLAIN, connectSeconds: 0 });
    assert.deepEqual(of('degradation'), { attack: 'degradation', ...PLAIN, dropShare: 0.5 });
    assert.deepEqual(of('ihave-flood'), { attack: 'ihave-flood', ...PLAIN, everySeconds: 1, batch: 100 });
    assert.deepEqual(of('graft-flood'), { attack: 'graft-flood', ...PLAIN, everySeconds: 1 });
    assert.deepEqual(of('invalid-messages'), {
      attack: 'invalid-messages',
      ...PLAIN,
      everySeconds: 1,
      batch: 1,
    });
  });

  it('every attack is read, and written so that it reads back the same', () => {
    for (const attack of GOSSIP_ATTACKS) {
      const first = load(
        text(`{ attack: ${attack}, count: 7, from: 2s, perAddress: 3 }`, 'live: { channel: gossip }'),
      );
      const again = load(first.resolvedYaml);
      assert.deepEqual(again.scenario, first.scenario, attack);
      assert.equal(plansOf(again.scenario).live?.count, 7);
    }
  });

  it("an arm's keys stand over the scenario's, and `none` leaves it in peace", () => {
    const scenario = scenarioOf(
      '{ attack: eclipse, count: 40, from: 10s }',
      'peace: { channel: gossip, adversary: none }, same: { channel: gossip }, ' +
        'other: { channel: gossip, adversary: { attack: degradation, drop: 20% } }',
    );
    const { peace, same, other } = plansOf(scenario);
    assert.equal(peace, null);
    assert.deepEqual(same, { attack: 'eclipse', ...PLAIN, count: 40, connectSeconds: 10, fromSeconds: 10 });
    assert.deepEqual(other, { ...same, attack: 'degradation', dropShare: 0.2 });
    assert(isAttacked(scenario));
  });

  it('the scenario need not name the attack when its arms do', () => {
    const arms = 'one: { channel: gossip, adversary: { attack: eclipse } }, rest: { channel: gossip }';
    const scenario = scenarioOf('{ count: 40 }', arms);
    assert.equal(scenario.adversary, null);
    assert.deepEqual(plansOf(scenario), { one: { attack: 'eclipse', ...PLAIN, count: 40 }, rest: null });
    assert(isAttacked(scenario));
    assert.deepEqual(plansOf(scenarioOf(null, arms)).one?.count, 100);
  });

  it('relays that attack and sybils go together', () => {
    const { adversary } = load(
      withLines('adversary: { share: 10%, attacks: [{ attack: replay }], sybils: { attack: censoring } }'),
    ).scenario;
    assert.deepEqual(
      [adversary?.share, adversary?.attacks.length, adversary?.sybils?.attack],
      [0.1, 1, 'censoring'],
    );
  });

  it('how routers score is a key, left out where the file leaves it out', () => {
    const { scenario, resolvedYaml } = load(withLines());
    assert.equal('scoring' in scenario.gossipsub, false);
    assert.doesNotMatch(resolvedYaml, /scoring/);
    assert.equal(load(withLines('gossipsub: { scoring: full }')).scenario.gossipsub.scoring, 'full');
    assert.match(told(withLines('gossipsub: { scoring: fool }'))[0], /did you mean full\?/);
  });
});

describe('sybils that a file cannot have', () => {
  const wrong = (sybils: string | null, arms = 'live: { channel: gossip }') => told(text(sybils, arms));

  it('an adversary that does nothing, and sybils without an attack', () => {
    assert.match(told(withLines('adversary: {}'))[0], /says neither attacks nor sybils/);
    assert.match(wrong('{ count: 5 }')[0], /sybils: names no attack, and no arm does \| add one/);
    assert.match(
      wrong(null, 'live: { channel: gossip, adversary: { count: 5 } }')[0],
      /arms.live.adversary: names no attack/,
    );
    assert.match(wrong('{ attack: eclypse }')[0], /did you mean eclipse\?/);
  });

  it('keys that the attack has no use for', () => {
    assert.match(wrong('{ attack: eclipse, every: 1s }')[0], /every: means nothing for the attack eclipse/);
    assert.match(
      wrong('{ attack: graft-flood, batch: 5 }')[0],
      /batch: means nothing for the attack graft-flood/,
    );
    assert.match(wrong('{ attack: eclipse, drop: 5% }')[0], /drop: means nothing/);
    assert.match(wrong('{ attack: cold-boot, connect: 5s }')[0], /connect: means nothing/);
  });

  it('times out of order or past the run', () => {
    assert.match(wrong('{ attack: eclipse, from: 20s, to: 10s }')[0], /does not come after the beginning/);
    assert.match(
      wrong('{ attack: eclipse, from: 20s, connect: 30s }')[0],
      /begins before the sybils connect/,
    );
    assert.match(
      wrong('{ attack: eclipse, from: 11min }')[0],
      /begins when the run is over: at 11min of 10min/,
    );
    assert.match(wrong('{ attack: eclipse, to: 11min }')[0], /ends after the run, at 11min/);
    assert.match(wrong('{ attack: eclipse, to: 20s }')[0], /ends at 20s, before it begins at 30s/);
    assert.match(
      wrong('{ attack: eclipse, connect: 40s }')[0],
      /connect at 40s, after the attack begins at 30s/,
    );
    const arm = 'live: { channel: gossip, adversary: { from: 5s } }';
    assert.match(
      wrong('{ attack: eclipse, connect: 20s, from: 25s }', arm)[0],
      /arms.live.adversary: the sybils/,
    );
  });

  it('churn, faults and operators of live arms beside them', () => {
    const beside = (more: string) =>
      told(`${text('{ attack: eclipse }', 'live: { channel: gossip }')}${more}\n`);
    const fault = 'faults: [{ kind: pause, from: 1min, for: 10s, targets: { share: 10% } }]';
    for (const [more, what] of [
      ['churn: tor-2025-11', 'churn'],
      [fault, 'faults'],
      ['operators: tor-2025-26', 'operators of live arms'],
    ] as const) {
      const found = beside(more).filter((line) => line.includes(`sybils are not simulated beside ${what}`));
      assert.equal(found.length, 1, beside(more).join('\n'));
    }
  });

  it('more links than relays, and arms without gossip', () => {
    assert.match(wrong('{ attack: eclipse, degree: 101 }')[0], /a sybil cannot have 101 links to 100 relays/);
    assert.equal(plansOf(scenarioOf('{ attack: eclipse, degree: 101, target: relay }')).live?.degree, 101);
    assert.match(
      wrong('{ attack: eclipse }', 'live: { channel: directory }')[0],
      /no arm has the channel gossip/,
    );
    assert.match(
      wrong(null, 'live: { channel: directory, adversary: { attack: eclipse } }')[0],
      /this arm has not the channel gossip/,
    );
  });
});
