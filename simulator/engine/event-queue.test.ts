import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventQueue, eventRank, SOURCES_MAX } from './event-queue.ts';

test('event queue: events leave by time, then source, then sequence, planned or not, whatever the order of insertion', () => {
  // Equal keys may leave in either order, so equal events must not be told apart by their prototypes.
  const key = fc.record(
    { timeUs: fc.nat(5), source: fc.nat(4), sequence: fc.nat(1000) },
    { noNullPrototype: true },
  );
  const keys = fc.array(key, { maxLength: 200 });
  fc.assert(
    fc.property(keys, (events) => {
      const queue = new EventQueue<(typeof events)[number]>();
      for (const event of events) {
        const rank = eventRank(event.source, event.sequence);
        if (event.sequence % 2 === 0) queue.plan(event.timeUs, rank, event);
        else queue.push(event.timeUs, rank, event);
      }
      assert.deepEqual(new Set(queue.waiting()), new Set(events));
      const left = events.map(() => queue.pop());
      const sorted = [...events].sort(
        (x, y) => x.timeUs - y.timeUs || x.source - y.source || x.sequence - y.sequence,
      );
      assert.deepEqual(left, sorted);
      assert.equal(queue.size, 0);
    }),
  );
});

test('event queue: pops between pushes keep the order', () => {
  const queue = new EventQueue<number>();
  for (let i = 0; i < 5000; i++) queue.push((i * 7919) % 5000, i, i);
  let previous = -1;
  for (let i = 0; i < 2500; i++) {
    const time = queue.nextTimeUs;
    queue.pop();
    assert(time >= previous);
    previous = time;
    queue.push(time + 10_000, 5000 + i, i);
  }
  assert.equal(queue.size, 5000);
});

test('event queue: what is planned when events take place already is among them', () => {
  const queue = new EventQueue<string>();
  assert.equal(queue.nextTimeUs, Number.POSITIVE_INFINITY);
  queue.plan(2, 2, 'second');
  queue.plan(1, 1, 'first');
  assert.equal(queue.size, 2);
  assert.deepEqual([queue.nextTimeUs, queue.nextRank], [1, 1]);
  assert.deepEqual([queue.pop(), queue.pop()], ['first', 'second']);
});

test('event queue: ranks of the largest source stay exact', () => {
  const rank = eventRank(SOURCES_MAX - 1, 2 ** 32 - 1);
  assert(Number.isSafeInteger(rank));
  assert.notEqual(rank, eventRank(SOURCES_MAX - 1, 2 ** 32 - 2));
});

test('event queue: an empty queue says so', () => {
  const queue = new EventQueue<number>();
  assert.equal(queue.nextTimeUs, Number.POSITIVE_INFINITY);
  assert.throws(() => queue.pop(), /empty/);
});
