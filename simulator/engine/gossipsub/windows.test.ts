import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call, VirtualClock } from '../virtual-clock.ts';
import type { Barrier } from './barrier.ts';
import { CONTROL, type SharedColumns } from './job.ts';
import type { Transport } from './transport.ts';
import { Windows } from './windows.ts';

const LOOK_AHEAD_US = 100;

/** Thread 0 of two with an event at `ownUs`; the other one says at the barrier that its next is at `otherUs`. */
function window(ownUs: number, otherUs: number, endUs = 10_000): number | undefined {
  const clock = new VirtualClock(1, 1);
  clock.plan(ownUs, new Call(0, () => {}));
  const shared = { control: new Int32Array(16), nextUs: new Float64Array(2) };
  const barrier = {
    wait: () => {
      shared.nextUs[1] = otherUs;
    },
  };
  const windows = new Windows(clock, {} as Transport, shared as unknown as SharedColumns, {
    thread: 0,
    threads: 2,
    lookAheadUs: LOOK_AHEAD_US,
    barrier: barrier as unknown as Barrier,
    outboxes: [],
    inboxes: [],
  });
  const next = windows.until(endUs).next();
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

test('windows: a run that was stopped has none, and one thread has one', () => {
  const control = new Int32Array(16);
  control[CONTROL.stop] = 1;
  const clock = new VirtualClock(1, 1);
  const alone = new Windows(clock, {} as Transport, { control } as unknown as SharedColumns, null);
  assert.deepEqual([...alone.until(7)], [7]);
  assert.equal(alone.stopped, true);
});
