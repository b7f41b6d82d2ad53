import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call, findDrain, VirtualClock } from './virtual-clock.ts';
import { atNextWallTurn } from './wall.ts';

const nothing = (): void => {};
const never = (): boolean => false;

test('virtual clock: events of one instant are ordered by the relay that caused them', () => {
  const clock = new VirtualClock(3, 1);
  const order: string[] = [];
  const at = (timeUs: number, relay: number, name: string) =>
    clock.plan(timeUs, new Call(relay, () => order.push(name)));
  at(5, 2, 'two');
  at(5, 0, 'zero');
  at(5, 1, 'one');
  at(5, 0, 'zero again');
  at(4, 2, 'before');
  clock.runUntil(6, nothing, never);
  assert.deepEqual(order, ['before', 'zero', 'zero again', 'one', 'two']);
  assert.equal(clock.nowUs, 5);
  assert.equal(clock.eventsFired, 5);
});

test('virtual clock: the end is exclusive, and events remain for later', () => {
  const clock = new VirtualClock(1, 1);
  let fired = 0;
  clock.plan(10, new Call(0, () => fired++));
  clock.runUntil(10, nothing, never);
  assert.equal(fired, 0);
  assert.equal([...clock.waiting()].length, 1);
  clock.runUntil(10.5, nothing, never);
  assert.equal(fired, 1);
});

test('virtual clock: what an event draws depends on seed, relay and time, not on what was drawn before', () => {
  const draw = (seed: number, warmUp: number): number[] => {
    const clock = new VirtualClock(2, seed);
    const drawn: number[] = [];
    clock.plan(
      1,
      new Call(0, () => {
        for (let i = 0; i < warmUp; i++) clock.random.random();
      }),
    );
    clock.plan(2, new Call(1, () => drawn.push(clock.random.random(), clock.random.random())));
    clock.runUntil(10, nothing, never);
    return drawn;
  };
  assert.deepEqual(draw(1, 0), draw(1, 17));
  assert.notDeepEqual(draw(1, 0), draw(2, 0));
});

test('virtual clock: two events of one relay and instant draw different numbers where their kinds differ', () => {
  const clock = new VirtualClock(1, 1);
  const drawn: number[] = [];
  const draw = () => drawn.push(clock.random.random());
  clock.currentRelay = 0;
  clock.startTimer(draw, 5);
  clock.plan(5, new Call(0, draw));
  clock.runUntil(10, nothing, never);
  assert.equal(drawn.length, 2);
  assert.notEqual(drawn[0], drawn[1]);
});

test('virtual clock: intervals repeat until they are cancelled, timers fire once', () => {
  const clock = new VirtualClock(1, 1);
  const times: number[] = [];
  clock.currentRelay = 0;
  const interval = clock.startTimer(() => times.push(clock.nowUs), 100, 250);
  clock.startTimer(() => interval.cancel(), 700);
  clock.runUntil(5000, nothing, never);
  assert.deepEqual(times, [100, 350, 600]);
});

test('virtual clock: this Node can drain ticks and promises between two events', async () => {
  const drain = await findDrain();
  assert(drain !== null, 'process._tickCallback is gone: runs will be slow');
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    atNextWallTurn(() => {
      const clock = new VirtualClock(1, 1);
      const deep = async (): Promise<void> => {
        for (let i = 0; i < 5; i++) await null;
        await new Promise<void>((next) => process.nextTick(next));
        order.push('settled');
      };
      clock.plan(1, new Call(0, () => void deep()));
      clock.plan(2, new Call(0, () => order.push('second event')));
      clock.runUntil(10, drain, never);
      resolve();
    });
  });
  assert.deepEqual(order, ['settled', 'second event']);
});

test('virtual clock: without a drain, turns of the event loop do the same', async () => {
  const clock = new VirtualClock(1, 1);
  const order: string[] = [];
  clock.plan(1, new Call(0, () => void Promise.resolve().then(() => order.push('settled'))));
  clock.plan(2, new Call(0, () => order.push('second event')));
  await clock.runUntilByTurns(10, never);
  assert.deepEqual(order, ['settled', 'second event']);
});
