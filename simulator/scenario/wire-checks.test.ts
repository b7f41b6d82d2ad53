import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';

const WIRE = 'engine: wire';
const CAN = 'engine: gossipsub can';

function refused(...lines: string[]): string[] {
  return told(withLines(WIRE, ...lines)).map((line) => line.replace(/^\S+ /, ''));
}

test('engine wire: gossip and catch-up with the faults of real processes and sockets are what it runs', () => {
  const faults = ['crash', 'pause', 'partition', 'bandwidth']
    .map((kind) => `{ kind: ${kind}, from: 50s, for: 9s${kind === 'bandwidth' ? ', factor: 0.5' : ''} }`)
    .join(', ');
  const { scenario } = load(withLines(WIRE, 'slowdown: 4', `faults: [${faults}]`));
  assert.deepEqual([scenario.engine, scenario.slowdown, scenario.faults.length], ['wire', 4, 4]);
  assert.equal(
    load(withLines(WIRE), { set: ['arms.live.channel=[gossip, catch-up]'] }).scenario.engine,
    'wire',
  );
});

test('engine wire: a network beyond its size is told with the engines that carry it', () => {
  const [line] = told(withLines(WIRE), { set: ['network.relays=20000'] });
  assert.match(
    line ?? '',
    /network\.relays: 20000 relays are too many for the engine wire.*engine: model a million/,
  );
});

test('engine wire: a run that would take too long in real time is told at its duration', () => {
  const [line] = told(withLines(WIRE, 'slowdown: 10'), { set: ['duration=10min'] });
  assert.match(line ?? '', /duration: the engine wire runs in real time, and would take 95\.5min/);
});

test('engine wire: what would be published before the network stands is told at its moment', () => {
  const stands = { set: ['network.startWithin=90s', 'trust.timestampEvery=1min'] };
  const before = 'the engine wire publishes nothing before the network stands, at 1.5min';
  const hint = 'make it 1.5min or more, or make network.startWithin less';
  assert.deepEqual(
    told(withLines(WIRE), stands).map((line) => line.replace(/^.* (?=\S+: )/, '')),
    ['updates[0].at', 'trust.timestampEvery'].map((place) => `${place}: ${before} | ${hint}`),
  );
  assert.equal(
    load(withLines(WIRE), { set: ['network.startWithin=1min'] }).scenario.network.startSeconds,
    60,
  );
});

test('engine wire: what it has not is refused at its key, all at once, with the engine that has it', () => {
  const lines = refused(
    'adversary: { share: 5%, attacks: [{ attack: replay, from: 1min, every: 10s }] }',
    'traffic: { clients: { count: 10, from: 30s, to: 2min } }',
    'operators: tor-2025-26',
    'presence: { late: { share: 10%, from: 1min, to: 2min } }',
    'faults: [{ kind: loss, from: 50s, for: 1min }, { kind: crash, from: 50s, for: 1min, at: staged }]',
  );
  for (const what of [
    `operators: the engine wire has no operators in live arms | ${CAN}`,
    `presence.late: the engine wire has no relays that come and go | ${CAN}`,
    `adversary: the engine wire has no adversary | ${CAN}`,
    `traffic.clients: the engine wire has no clients | ${CAN}`,
    `faults[0].kind: the engine wire has no fault loss | ${CAN}; here there are crash`,
    'faults[1].at: the engine wire has no crashes at a step of an update',
  ]) {
    assert(
      lines.some((line) => line.startsWith(what)),
      `${what}\n${lines.join('\n')}`,
    );
  }
  assert.match(
    refused('churn: tor-2025-11').join('\n'),
    /churn: the engine wire has no relays that come and go/,
  );
  assert.match(
    told(withLines(WIRE), { set: ['arms.live.channel=directory'] }).join('\n'),
    /arms\.live\.channel: the engine wire has no channel directory/,
  );
  assert.match(
    told(withLines(WIRE), { set: ['updates[0].rollout={ steps: [50%, 100%], every: 10s }'] }).join('\n'),
    /updates\[0\]\.rollout: the engine wire has no rollouts in steps/,
  );
});
