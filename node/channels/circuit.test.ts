import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CircuitChannel } from './circuit.ts';
import { CIRCUIT_COMPARISONS } from './limits.ts';
import type { Exchanged } from './state-exchange.ts';
import { ScriptedExchange } from './testing/scripted-exchange.ts';

function startChannel() {
  const exchange = new ScriptedExchange();
  const channel = new CircuitChannel(exchange);
  channel.start();
  const answers: ((outcome: Exchanged) => void)[] = [];
  const wait = (): void => {
    exchange.outcome = () => new Promise((answer) => answers.push(answer));
  };
  return { channel, exchange, answers, wait };
}

test('circuit: each circuit is a comparison with the relay at its other end', async () => {
  const { channel, exchange } = startChannel();
  await channel.onCircuit('a');
  await channel.onCircuit('b');
  await channel.onCircuit('a');
  assert.deepEqual(exchange.peers, ['a', 'b', 'a']);
  assert(exchange.compared.every((compared) => compared.channel === 'circuit'));
});

test('circuit: circuits to one peer at the same time are one comparison', async () => {
  const { channel, exchange, answers, wait } = startChannel();
  wait();
  const first = channel.onCircuit('a');
  await channel.onCircuit('a');
  assert.deepEqual(exchange.peers, ['a']);
  answers[0]!('equal');
  await first;
  void channel.onCircuit('a');
  assert.deepEqual(exchange.peers, ['a', 'a']);
});

test('circuit: CIRCUIT_COMPARISONS holds, and places become free', async () => {
  const { channel, exchange, answers, wait } = startChannel();
  wait();
  const all = Array.from({ length: 100 }, (_unused, index) => channel.onCircuit(`peer ${index}`));
  assert.equal(exchange.compared.length, CIRCUIT_COMPARISONS);
  answers[3]!('no-answer');
  await all[3];
  void channel.onCircuit('late');
  assert.equal(exchange.peers.at(-1), 'late');
  assert.equal(exchange.compared.length, CIRCUIT_COMPARISONS + 1);
});

test('circuit: a comparison that fails keeps no place', async () => {
  const { channel, exchange } = startChannel();
  exchange.outcome = () => Promise.reject(new Error('a bug'));
  for (let count = 0; count <= CIRCUIT_COMPARISONS; count++) {
    await assert.rejects(channel.onCircuit('a'), /a bug/);
  }
  assert.equal(exchange.compared.length, CIRCUIT_COMPARISONS + 1);
});

test('circuit: before the start and after the stop circuits mean nothing', async () => {
  const exchange = new ScriptedExchange();
  const channel = new CircuitChannel(exchange);
  await channel.onCircuit('a');
  channel.start();
  channel.stop();
  await channel.onCircuit('a');
  assert.deepEqual(exchange.peers, []);
});
