import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NO_PADDING, PaddingEvent, paddingDecision } from '../../node/hooks/catalogue/padding-decision.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const machine = await slotWith(paddingDecision, 'padding-machine');
const { circuitOpened, cellSent, cellReceived, paddingSent } = PaddingEvent;

/** A circuit of so many real cells, and the padding that follows until the machine rests. */
function paddingAfter(slot: typeof machine, cells: number): number {
  const kept = new Uint8Array(16);
  slot.call(circuitOpened, 0, kept);
  let delay: number = NO_PADDING;
  for (let i = 0; i < cells; i++)
    delay = slot.call(i % 2 ? cellReceived : cellSent, Math.imul(i, 0x9e3779b1) >>> 0, kept);
  let padding = 0;
  while (delay !== NO_PADDING && padding < 100) {
    padding++;
    delay = slot.call(paddingSent, Math.imul(padding, 0x85ebca6b) >>> 0, kept);
  }
  return padding;
}

it('padding-machine: silence is filled with a burst that grows with the traffic, up to its tokens', () => {
  assert.equal(paddingAfter(machine, 0), 0, 'a circuit without traffic stays silent');
  assert.equal(paddingAfter(machine, 1), 2);
  assert.equal(paddingAfter(machine, 5), 6);
  assert.equal(paddingAfter(machine, 50), 13, 'twelve tokens and the first');
});

it('padding-machine: waits longer between bursts than within one', () => {
  const kept = new Uint8Array(16);
  const between = Array.from({ length: 8 }, (_, i) => machine.call(cellSent, i * 2 ** 29, kept));
  const within = Array.from({ length: 8 }, (_, i) => machine.call(paddingSent, i * 2 ** 29, kept));
  assert.deepEqual(between, [40, 70, 110, 160, 240, 380, 600, 1000]);
  assert.deepEqual(within, [1, 2, 3, 5, 8, 12, 18, 30]);
});

it('padding-decision by default: no padding, ever', () => {
  assert.equal(paddingAfter(slotOf(paddingDecision), 50), 0);
});
