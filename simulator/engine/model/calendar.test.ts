import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../random.ts';
import { Calendar, QUIET_RING } from './calendar.ts';

interface Planned {
  readonly timeUs: number;
  readonly source: number;
  readonly number: number;
}

function inOrder(a: Planned, b: Planned): number {
  return a.timeUs - b.timeUs || a.source - b.source || a.number - b.number;
}

function all(calendar: Calendar, endUs = Number.POSITIVE_INFINITY): Planned[] {
  const taken: Planned[] = [];
  while (calendar.next(endUs)) {
    taken.push({ timeUs: calendar.timeUs, source: calendar.source, number: calendar.place });
  }
  return taken;
}

const SPANS: readonly (readonly [
  name: string,
  spanUs: number,
  ...terms: ConstructorParameters<typeof Calendar>,
])[] = [
  ['in one bucket', 4, 2 ** 20],
  ['in one wide bucket', 64, 1],
  ['in a second', 1e6, 2 ** 20],
  ['in a second, in wide buckets', 1e6, 1],
  ['in twenty seconds of quiet times', 2e7, 1, QUIET_RING],
  ['over an hour, beyond the ring', 3.6e9, 2 ** 20],
  ['over an hour, beyond the ring, in wide buckets', 3.6e9, 1],
  ['over an hour of quiet times', 3.6e9, 1, QUIET_RING],
];

for (const [name, spanUs, ...terms] of SPANS) {
  test(`calendar: 5,000 events ${name} come by time, then source, then as they were planned`, () => {
    const stream = randomStream(1, name);
    const calendar = new Calendar(...terms);
    const planned = Array.from({ length: 5000 }, (_unused, number): Planned => {
      const event = { timeUs: stream.integer(spanUs), source: stream.integer(3), number };
      calendar.push(event.timeUs, 0, number, event.source, 0);
      return event;
    });
    assert.equal(calendar.size, 5000);
    assert.deepEqual(all(calendar), planned.sort(inOrder));
    assert.equal(calendar.size, 0);
  });
}

test('calendar: what is planned meanwhile comes in its place, in the bucket of now as well', () => {
  const stream = randomStream(2, 'meanwhile');
  const calendar = new Calendar(1);
  const planned: Planned[] = [];
  const plan = (timeUs: number): void => {
    const event = { timeUs, source: stream.integer(5), number: planned.length };
    planned.push(event);
    calendar.push(timeUs, 0, event.number, event.source, 0);
  };
  for (let i = 0; i < 50; i++) plan(stream.integer(1000));
  const taken: Planned[] = [];
  while (calendar.next(Number.POSITIVE_INFINITY)) {
    const { timeUs, source, place: number } = calendar;
    taken.push({ timeUs, source, number });
    // Later than now, so that no order among equal times is asked of the calendar that it cannot give.
    if (planned.length < 5000) plan(timeUs + 1 + stream.integer([2, 50, 20_000_000][stream.integer(3)]!));
  }
  assert.deepEqual(taken, planned.sort(inOrder));
});

test('calendar: nothing is taken at the end or after it, and it goes on from there', () => {
  const calendar = new Calendar(1);
  for (const timeUs of [9_000_000, 10, 12, 11]) calendar.push(timeUs, 0, timeUs, 0, 0);
  assert.deepEqual(
    all(calendar, 12).map(({ timeUs }) => timeUs),
    [10, 11],
  );
  assert.equal(
    calendar.count(() => true),
    2,
  );
  assert.deepEqual(
    all(calendar).map(({ timeUs }) => timeUs),
    [12, 9_000_000],
  );
  assert.equal(
    calendar.count(() => true),
    0,
  );
});
