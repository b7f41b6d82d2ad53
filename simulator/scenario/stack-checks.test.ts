import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';
import { resolvedYaml } from './scenario-yaml.ts';

const STACK = 'stack: libp2p';

function refused(...lines: string[]): string[] {
  return told(withLines(STACK, ...lines)).map((line) => line.replace(/^\S+ /, ''));
}

test('stack libp2p: is written out where it is not the default, and runs with what lies below it', () => {
  const { scenario } = load(
    withLines(STACK, 'faults: [{ kind: crash, from: 50s, for: 1min, targets: { share: 10% } }]'),
  );
  assert.equal(scenario.stack, 'libp2p');
  assert.match(resolvedYaml(scenario), /^stack: libp2p$/m);
  assert.doesNotMatch(resolvedYaml(load(withLines()).scenario), /stack/);
});

test('stack libp2p: other engines run no such nodes', () => {
  assert.deepEqual(refused('engine: model'), [
    'stack: the engine model runs no libp2p nodes | remove the key, or use engine: gossipsub',
  ]);
});

test('stack libp2p: sybils and faults of single frames are refused at their keys, all at once', () => {
  const sybils = '{ attack: eclipse, count: 10, degree: 5, from: 50s }';
  const loss = 'from: 50s, for: 1min, targets: all';
  assert.deepEqual(refused(`adversary: { sybils: ${sybils} }`), [
    'adversary.sybils: sybils speak gossipsub without the rest of libp2p | stack: bare can',
  ]);
  const own = withLines(STACK).replace('gossip }', `gossip, adversary: ${sybils} }`);
  assert.deepEqual(told(own), [
    '6:39 arms.live.adversary: sybils speak gossipsub without the rest of libp2p | stack: bare can',
  ]);
  assert.deepEqual(
    refused(
      `faults: [{ kind: loss, ${loss} }, { kind: loss, retransmitted: true, ${loss} }, { kind: duplication, ${loss} }, { kind: reordering, by: 1s, ${loss} }]`,
    ),
    [
      'faults[0].kind: loss that nobody makes good is of single frames, and breaks a connection of libp2p | retransmitted: true, or stack: bare can',
      'faults[2].kind: duplication is of single frames, and breaks a connection of libp2p | stack: bare can',
      'faults[3].kind: reordering is of single frames, and breaks a connection of libp2p | stack: bare can',
    ],
  );
});
