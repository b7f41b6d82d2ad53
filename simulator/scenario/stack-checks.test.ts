import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';
import { resolvedYaml } from './scenario-yaml.ts';

const STACK = 'stack: libp2p';

function refused(...lines: string[]): string[] {
  return told(withLines(STACK, ...lines)).map((line) => line.replace(/^\S+ /, ''));
}

test('stack libp2p: is written out where it is not the default, and runs with what lies below it', () => {
  const { scenario } = load(withLines(STACK, 'presence: { late: { share: 10%, from: 1min, to: 2min } }'));
  assert.equal(scenario.stack, 'libp2p');
  assert.match(resolvedYaml(scenario), /^stack: libp2p$/m);
  assert.doesNotMatch(resolvedYaml(load(withLines()).scenario), /stack/);
});

test('stack libp2p: other engines run no such nodes', () => {
  assert.deepEqual(refused('engine: model'), [
    'stack: the engine model runs no libp2p nodes | remove the key, or use engine: gossipsub',
  ]);
});

test('stack libp2p: sybils, faults and churn are refused at their keys', () => {
  const sybils = '{ attack: eclipse, count: 10, degree: 5, from: 50s }';
  assert.deepEqual(refused(`adversary: { sybils: ${sybils} }`), [
    'adversary.sybils: sybils speak gossipsub without the rest of libp2p | stack: bare can',
  ]);
  const own = withLines(STACK).replace('gossip }', `gossip, adversary: ${sybils} }`);
  assert.deepEqual(told(own), [
    '6:39 arms.live.adversary: sybils speak gossipsub without the rest of libp2p | stack: bare can',
  ]);
  assert.deepEqual(refused('faults: [{ kind: crash, from: 50s, for: 1min, targets: { share: 10% } }]'), [
    'faults: faults are not simulated below whole libp2p nodes | stack: bare can',
  ]);
  assert.match(
    refused('churn: tor-2025-11')[0]!,
    /^churn: churn is not simulated .* \| stack: bare can; presence/,
  );
});
