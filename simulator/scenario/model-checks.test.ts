import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';

const MODEL = 'engine: model';
const CAN = 'engine: gossipsub can';

function refused(...lines: string[]): string[] {
  return told(withLines(MODEL, ...lines)).map((line) => line.replace(/^\S+ /, ''));
}

test('engine model: a file or the command line names it, and gossip among honest relays runs on it', () => {
  const { scenario } = load(withLines(MODEL, '  # nothing else'));
  assert.equal(scenario.engine, 'model');
  assert.equal(load(withLines(), { engine: 'model' }).scenario.engine, 'model');
});

test('engine model: relays come and go on it by churn and by presence, with or without catch-up', () => {
  const churn = 'churn: tor-2025-11';
  const presence =
    'presence: { late: { share: 10%, from: 1min, to: 2min }, away: { share: 10%, from: 1min, to: 2min, for: 1min } }';
  for (const lives of [churn, presence]) {
    const asking = withLines(MODEL, lives).replace('channel: gossip', 'channel: [gossip, catch-up]');
    for (const text of [withLines(MODEL, lives), asking]) assert.equal(load(text).scenario.engine, 'model');
  }
});

test('engine model: operators decide in live arms, and relays may do without the runtime', () => {
  const arm = withLines(MODEL, 'operators: tor-2025-26').replace(
    'channel: gossip',
    'channel: gossip, embeds: 50%',
  );
  assert.equal(load(arm).scenario.engine, 'model');
});

test('engine model: adversaries, faults, clients and scores are refused, all at once', () => {
  const lines = refused(
    'adversary: { share: 5%, attacks: [{ attack: replay, from: 1min, every: 10s }] }',
    'faults: [{ kind: crash, from: 50s, for: 1min, targets: { share: 10% } }]',
    'traffic: { clients: { count: 10, from: 30s, to: 2min } }',
    'gossipsub: { scoring: full }',
    'fidelity: full',
  );
  for (const what of [
    'fidelity: the engine model has no shortcuts that could be left out',
    'adversary: the engine model has no adversary',
    'faults: the engine model has no faults',
    'traffic.clients: the engine model has no clients',
    'gossipsub.scoring: the engine model has no scores of peers',
  ]) {
    assert(
      lines.some((line) => line.startsWith(what)),
      `${what}\n${lines.join('\n')}`,
    );
  }
});

test('engine model: it has every channel, but no directory where keys are rotated', () => {
  const by = (channel: string, ...lines: string[]): string =>
    withLines(MODEL, ...lines).replace('channel: gossip', `channel: ${channel}`);
  assert.equal(load(by('directory')).scenario.engine, 'model');
  assert.equal(load(by('[gossip, directory, circuit, catch-up]')).scenario.engine, 'model');
  const rotated = 'trust: { rotations: [{ role: targets, at: 2min }] }';
  assert.match(
    told(by('directory', rotated))[0]!,
    /arms\.live\.channel: the engine model has no channel directory where keys are rotated/,
  );
  assert.equal(load(by('[circuit, catch-up]', 'churn: tor-2025-11')).scenario.engine, 'model');
});

test('engine model: rollouts, large modules, and revocations that bring another back are refused', () => {
  const text = withLines(MODEL).replace(
    '  - module: strict-cells\n',
    '  - { module: strict-cells, size: 200KiB, rollout: { steps: [10%, 100%], every: 1min } }\n' +
      '  - { module: hostile-backdoor, at: 2min, revoke: 4min }\n',
  );
  assert.deepEqual(
    told(text).map((line) => line.replace(/^\S+ /, '').replace(/ \| .*/, '')),
    [
      'updates[0].size: the engine model has no modules of more than 128 KiB, which peers are asked for',
      'updates[0].rollout: the engine model has no rollouts in steps',
      'updates[1].revoke: the engine model has no module that comes back when another one of its hook is revoked',
    ],
  );
});

test('engine model: relays that refuse third parties are those that miss nothing', () => {
  const lab = 'delegations: [{ name: lab, hooks: [cell-admission] }]';
  const byLab = (text: string): string =>
    text.replace('  - module: strict-cells\n', '  - { module: strict-cells, publisher: lab }\n');
  const half = `trust: { thirdParties: 50%, ${lab} }`;
  const wary = 'operators: { classes: [{ name: wary, share: 100%, lag: at-once, thirdParties: false }] }';
  const asks = (text: string): string => text.replace('channel: gossip', 'channel: [gossip, catch-up]');
  assert.doesNotThrow(() => load(byLab(withLines(MODEL, half))));
  assert.doesNotThrow(() => load(byLab(withLines(MODEL, `trust: { ${lab} }`, wary))));
  assert.doesNotThrow(() => load(asks(byLab(withLines(MODEL, `trust: { ${lab} }`)))));
  for (const text of [
    asks(withLines(MODEL, half)),
    asks(withLines(MODEL, `trust: { ${lab} }`, wary)),
    withLines(MODEL, half, 'churn: tor-2025-11'),
  ]) {
    assert.deepEqual(
      told(byLab(text)).map((line) => line.replace(/^\S+ /, '')),
      [
        `trust.delegations: the engine model has no relays that refuse third parties where relays come and go, or ask for what they have missed | ${CAN}`,
      ],
    );
  }
});

test('engine model: publications come apart, those of timestamps too', () => {
  const two = withLines(MODEL).replace(
    '  - module: strict-cells\n',
    '  - { module: strict-cells, at: 60s }\n  - { module: padding, at: 65s }\n',
  );
  assert.match(told(two)[0]!, /updates\[1\]\.at: .* less than 10s apart \| leave 10s between publications/);
  assert.doesNotThrow(() => load(two.replace('65s', '70s')));
  assert.match(refused('trust: { timestampEvery: 5s }')[0]!, /^trust\.timestampEvery: .* signed every 5s/);
  assert.match(refused('trust: { timestampEvery: 30s }')[0]!, /^trust\.timestampEvery: .* signed every 30s/);
  assert.doesNotThrow(() => load(withLines(MODEL, 'trust: { timestampEvery: 45s }')));
});

test('engine model: arms by hand need no engine, so anything may stand beside them', () => {
  const manual = withLines(MODEL, 'churn: tor-2025-11').replace(
    'live: { channel: gossip }',
    'manual: { channel: manual, lag: tor-2016-17 }',
  );
  assert.doesNotThrow(() => load(manual));
});
