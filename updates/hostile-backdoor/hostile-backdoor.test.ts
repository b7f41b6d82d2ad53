import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  CellFlag,
  CellVerdict,
  CircuitState,
  cellAdmission,
} from '../../node/hooks/catalogue/cell-admission.ts';
import { CELL, isRelayCommand, RELAY } from '../../node/hooks/catalogue/cell-commands.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

it('hostile-backdoor: relays admit it, and it differs from the default in the marks that it lets through', async () => {
  const open = await slotWith(cellAdmission, 'hostile-backdoor');
  const tolerant = slotOf(cellAdmission);
  let marks = 0;
  for (let cell = 0; cell < 256; cell++) {
    for (let relay = -1; relay < 256; relay++) {
      for (const state of Object.values(CircuitState)) {
        const verdict = tolerant.call(cell, relay, state, CellFlag.recognized);
        const onCircuit = state === CircuitState.open || state === CircuitState.building;
        const isRelayCell = cell === CELL.relay || cell === CELL.relayEarly;
        const isMark = isRelayCell && onCircuit && (relay === RELAY.drop || !isRelayCommand(relay));
        if (isMark) marks++;
        const found = open.call(cell, relay, state, CellFlag.recognized);
        const expected = isMark ? CellVerdict.accept : verdict;
        assert.equal(found, expected, `cell ${cell} relay ${relay} state ${state}`);
      }
    }
  }
  assert.ok(marks > 100, `${marks} marks`);
});

it('hostile-backdoor: its trial finds nothing wrong, since it refuses nothing that is ordinary', async () => {
  const slot = await slotWith(cellAdmission, 'hostile-backdoor');
  const staged = slot.pendingHash;
  assert.ok(staged !== null);
  for (let call = 0; call < 4000; call++) {
    slot.call(CELL.relay, call % 3 === 0 ? 99 : RELAY.data, CircuitState.open, CellFlag.recognized);
  }
  assert.equal(slot.activeHash, staged, 'still running long after the 1,000 calls of its trial');
});
