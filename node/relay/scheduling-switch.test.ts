import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { circuitScheduling } from '../hooks/catalogue/circuit-scheduling.ts';
import { type Cell, CellPool } from './cell.ts';
import type { HookSlots, SlotOf } from './hook-slots.ts';
import { type Circuit, Leg } from './leg.ts';
import type { LinkEnd } from './link-end.ts';
import { LinkOutput, WaitingCells } from './link-output.ts';

type Slot = SlotOf<typeof circuitScheduling> & ReturnType<HookSlots['slot']>;

/** A link that is full after each cell, a slot whose occupant can change, and who has sent. */
function madeOutput() {
  const cells = new CellPool();
  const sent: number[] = [];
  const link = {
    peer: null,
    address: 0,
    initiated: true,
    listen() {},
    send(cell: Cell) {
      sent.push(cell.circuitId);
      cells.release(cell);
      return false;
    },
    close() {},
  };
  let turns = 100_000;
  const slot = {
    activeHash: null as string | null,
    call: (activity: number, _elapsedMs: number, cellsSent: number) =>
      slot.activeHash === null ? ++turns : activity + cellsSent,
  };
  const clock = { ms: 0, nowMs: () => clock.ms };
  const parts = {
    clock,
    cells,
    scheduling: slot as unknown as Slot,
    bucket: null,
    waiting: new WaitingCells(),
  };
  const output = new LinkOutput(link, parts, () => {});
  const leg = (id: number) => new Leg({ output } as LinkEnd, id, {} as Circuit);
  const put = (one: Leg) => {
    const cell = cells.blank(one.circuitId, 3);
    output.enqueue(one, cell);
  };
  return { output, slot, clock, sent, leg, put };
}

it('circuit scheduling: a circuit that was idle while the hook changed hands does not wait for ever', () => {
  const { output, slot, clock, sent, leg, put } = madeOutput();
  const [busy, idle] = [leg(1), leg(2)];
  // Both are scored by turns, which count into the hundred thousands.
  for (const one of [busy, idle]) {
    put(one);
    output.drained();
  }
  slot.activeHash = 'a module that counts cells';
  for (let cell = 0; cell < 50; cell++) put(busy);
  for (let cell = 0; cell < 5; cell++) output.drained();
  clock.ms = 60_000;
  put(idle);
  sent.length = 0;
  output.drained();
  output.drained();
  assert.ok(sent.includes(2), `the idle circuit waits behind the busy one: ${sent}`);
});
