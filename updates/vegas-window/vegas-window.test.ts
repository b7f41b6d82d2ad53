import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  FIXED_WINDOW_CELLS,
  flowWindow,
  SLOW_START,
  WindowFlag,
  windowCells,
} from '../../node/hooks/catalogue/flow-window.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const vegas = await slotWith(flowWindow, 'vegas-window');
const { slowStart, blocked, full } = WindowFlag;

it('vegas-window: each branch moves the window as proposal 324 says', () => {
  const step = (window: number, rttUs: number, minRttUs: number, flags: number) => {
    const answer = vegas.call(window, rttUs, minRttUs, flags);
    return [windowCells(answer), (answer & SLOW_START) !== 0];
  };
  assert.deepEqual(
    step(124, 200, 200, slowStart | full),
    [155, true],
    'slow start adds what a SENDME stands for',
  );
  assert.deepEqual(step(1200, 200, 200, slowStart | full), [1207, true], 'beyond its cap more slowly');
  assert.deepEqual(
    step(400, 400, 200, slowStart | full),
    [386, false],
    'a queue of 200 ends it: 200 + gamma',
  );
  assert.deepEqual(step(400, 200, 200, slowStart | blocked), [586, false], 'a blocked connection ends it');
  assert.deepEqual(step(4999, 200, 200, slowStart | full), [5000, false], 'its cap ends it');
  assert.deepEqual(step(800, 200, 200, full), [801, false], 'no queue: one more');
  assert.deepEqual(step(800, 200, 200, 0), [800, false], 'not full: no reason to grow');
  assert.deepEqual(step(800, 280, 200, full), [800, false], 'a queue of 229, between alpha and beta');
  assert.deepEqual(step(800, 300, 200, full), [799, false], 'a queue of 267, above beta');
  assert.deepEqual(step(800, 800, 200, full), [509, false], 'a queue of 600, above delta: 200 + 310 - 1');
  assert.deepEqual(step(800, 200, 200, blocked), [799, false]);
  assert.deepEqual(step(3, 200, 200, 0), [124, false], 'never below four SENDMEs');
  assert.deepEqual(step(500, 0, 0, slowStart), [500, true], 'a clock that stood still teaches nothing');
});

/** Drives a window over a link that carries a cell in 100 us, with 100 ms of path; the queue at the end. */
function settle(slot: typeof vegas): { window: number; queued: number } {
  let window = 124;
  let flags: number = slowStart;
  for (let sendmes = 0; sendmes < 20_000; sendmes++) {
    const onPath = 1000; // 100 ms / 100 us
    const rttUs = Math.max(100_000, window * 100);
    const answer = slot.call(window, rttUs, 100_000, flags | full);
    window = windowCells(answer);
    flags = answer & SLOW_START ? slowStart : 0;
    if (sendmes === 19_999) return { window, queued: window - onPath };
  }
  throw new Error('unreachable');
}

it('vegas-window: settles where the queue is between alpha and beta', () => {
  const { queued } = settle(vegas);
  assert.ok(queued >= 186 && queued <= 248, `${queued} cells queued`);
});

it('flow-window by default: the fixed window of old', () => {
  assert.equal(slotOf(flowWindow).call(124, 1, 1, 0), FIXED_WINDOW_CELLS);
});
