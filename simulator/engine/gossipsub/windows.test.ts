import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call, VirtualClock } from '../virtual-clock.ts';
import type { Barrier } from './barrier.ts';
import { CONTROL, type SharedColumns } from './job.ts';
import type { Outbox } from './mailbox.ts';
import type { Transport } from './transport.ts';
import { Windows } from './windows.ts';

const LOOK_AHEAD_US = 100;

const THREADS = 2;
const NEVER = Number.POSITIVE_INFINITY;

/** What thread 1 tells at a meeting: when its own next event is due, and its earliest letter to thread 0. */
interface Told {
  readonly ownUs: number;
  readonly letterUs?: number;
}

/** Thread 0 of two with an event at `ownUs`; it sends letters of these times, and meets the other as often as that tells. */
function threadOf(ownUs: number, told: readonly Told[], letters: readonly number[] = []) {
  const clock = new VirtualClock(1, 1);
  clock.plan(ownUs, new Call(0, () => {}));
  const shared = { control: new Int32Array(16), nextUs: new Float64Array(2 * THREADS ** 2).fill(Number.NaN) };
  const outbox = { waiting: 0, earliestUs: Math.min(...letters), turn: () => {} };
  let meetings = 0;
  const barrier = {
    wait: () => {
      const row = (meetings % 2) * THREADS ** 2 + THREADS;
      const { ownUs: otherUs, letterUs = NEVER } = told[meetings++] ?? assert.fail('one meeting too many');
      shared.nextUs.set([letterUs, otherUs], row);
    },
  };
  const windows = new Windows(clock, {} as Transport, shared as unknown as SharedColumns, {
    thread: 0,
    threads: THREADS,
    lookAheadUs: LOOK_AHEAD_US,
    barrier: barrier as unknown as Barrier,
    outboxes: [outbox as unknown as Outbox],
    inboxes: [],
  });
  return { windows, outbox, meetings: () => meetings };
}

/** The first window of thread 0; undefined where there is none. */
function window(ownUs: number, otherUs: number, endUs = 10_000): number | undefined {
  const next = threadOf(ownUs, [{ ownUs: otherUs }])
    .windows.until(endUs)
    .next();
  return next.done === true ? undefined : next.value;
}

test('windows: a thread meets the others first, and all run a look-ahead beyond the first event of any', () => {
  assert.equal(window(1_000, 1_050), 1_100, 'as far as the other, which must not wait for it');
  assert.equal(window(1_000, 500), 600, 'no event of its own lies in it');
});

test('windows: while the others have nothing to do it runs a look-ahead beyond their next event', () => {
  assert.equal(window(1_000, 1_100), 1_200);
  assert.equal(window(1_000, 1_099), 1_100);
});

test('windows: alone it runs two look-aheads beyond its own next event, since what it sends may be answered', () => {
  assert.equal(window(1_000, 5_000), 1_200);
  assert.equal(window(1_000, Number.POSITIVE_INFINITY), 1_200);
});

test('windows: none goes beyond the end, and there is none without an event before it', () => {
  assert.equal(window(1_000, 1_000, 1_050), 1_050);
  assert.equal(window(1_000, 1_000, 1_000), undefined);
});

test('windows: a letter under way is an event of who gets it, told by who sends it', () => {
  const sends = threadOf(1_000, [{ ownUs: 5_000 }], [1_040]).windows;
  assert.equal(sends.until(10_000).next().value, 1_100, 'the other has something to do from 1,040 on');
  const gets = threadOf(1_000, [{ ownUs: 5_000, letterUs: 700 }]).windows;
  assert.equal(gets.until(10_000).next().value, 900, 'alone until 5,000, from 700 on');
  const neither = threadOf(20_000, [{ ownUs: 20_000, letterUs: 700 }]).windows;
  assert.equal(neither.until(10_000).next().value, 900, 'a letter alone is reason enough to go on');
});

test('windows: nobody runs before letters that found no room are read', () => {
  const waiting = threadOf(1_000, [{ ownUs: 1_000, letterUs: Number.NEGATIVE_INFINITY }, { ownUs: 1_010 }]);
  assert.equal(waiting.windows.until(10_000).next().value, 1_100);
  assert.equal(waiting.meetings(), 2);
  const own = threadOf(1_000, [{ ownUs: 1_000 }, { ownUs: 1_000 }]);
  own.outbox.waiting = 1;
  own.outbox.turn = () => {
    own.outbox.waiting = 0;
  };
  assert.equal(own.windows.until(10_000).next().value, 1_100);
  assert.equal(own.meetings(), 2);
});

test('windows: a run that was stopped has none, and one thread has one', () => {
  const control = new Int32Array(16);
  control[CONTROL.stop] = 1;
  const clock = new VirtualClock(1, 1);
  const alone = new Windows(clock, {} as Transport, { control } as unknown as SharedColumns, null);
  assert.deepEqual([...alone.until(7)], [7]);
  assert.equal(alone.stopped, true);
});
