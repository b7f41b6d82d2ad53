import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pubsub, PubsubMessage, Verdict } from '../../../node/environment.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { HostRandom } from './host-random.ts';
import { HostTimers } from './host-timers.ts';
import { WakingPubsub } from './waking-pubsub.ts';

const nothing = (): void => {};
const never = (): boolean => false;

test('host timers: fire after the delay in the name of the host, without asking whether a router sleeps', () => {
  const clock = new VirtualClock(2, 1);
  const fired: [relay: number, timeUs: number][] = [];
  clock.timerGate = () => assert.fail('the gate is for the router');
  const timers = new HostTimers(clock, 1);
  clock.plan(
    1000,
    new Call(1, () => {
      timers.after(1.5, () => fired.push([clock.currentRelay, clock.nowUs]));
      timers.after(1, () => assert.fail('called off')).cancel();
    }),
  );
  clock.runUntil(1e6, nothing, never);
  assert.deepEqual(fired, [[1, 2500]]);
});

test('host timers: a timer started in the name of another host is a bug', () => {
  const clock = new VirtualClock(2, 1);
  clock.plan(0, new Call(0, () => new HostTimers(clock, 1).after(1, nothing)));
  assert.throws(() => clock.runUntil(1, nothing, never), /in the name of 0/);
});

test('host random: draws depend on the seed and the host alone', () => {
  const draws = (seed: number, host: number): number[] => {
    const random = new HostRandom(seed, host);
    return [random.uniform(), random.uniform(), random.uniform()];
  };
  const alone = draws(1, 7);
  const [one, other] = [new HostRandom(1, 7), new HostRandom(1, 8)];
  const mixed = alone.map(() => {
    other.uniform();
    return one.uniform();
  });
  assert.deepEqual(mixed, alone);
  assert.notDeepEqual(draws(1, 8), alone);
  assert.notDeepEqual(draws(2, 7), alone);
  assert.equal(new Set(alone).size, 3);
  for (const draw of alone) assert(draw >= 0 && draw < 1);
});

test('waking pubsub: the router is woken before it publishes, subscribes, or hears a verdict', async () => {
  const log: string[] = [];
  let deliver: (message: PubsubMessage) => void = nothing;
  const pubsub: Pubsub = {
    subscribe: (topic, listener) => {
      log.push(`subscribe ${topic}`);
      deliver = listener;
    },
    publish: async (topic) => {
      log.push(`publish ${topic}`);
    },
  };
  const waking = new WakingPubsub(
    pubsub,
    () => log.push('wake'),
    ({ id }) => log.push(`message ${id}`),
  );
  waking.subscribe('a', ({ report }) => report('accept'));
  await waking.publish('b', new Uint8Array());
  const report = (verdict: Verdict): number => log.push(verdict);
  deliver({ topic: 'a', from: 'x', data: new Uint8Array(), id: '1', report });
  assert.deepEqual(log, ['wake', 'subscribe a', 'wake', 'publish b', 'message 1', 'wake', 'accept']);
});
