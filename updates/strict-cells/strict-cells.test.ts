import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  CellFlag,
  CellVerdict,
  CircuitState,
  cellAdmission,
  NO_RELAY_COMMAND,
} from '../../node/hooks/catalogue/cell-admission.ts';
import { CELL, isCellCommand, isRelayCommand, RELAY } from '../../node/hooks/catalogue/cell-commands.ts';
import { HookRuntime } from '../../node/hooks/hook-runtime.ts';
import { buildUpdate } from '../build.ts';

const update = await buildUpdate('strict-cells');
const runtime = new HookRuntime();
const admission = runtime.admit(cellAdmission, update.wasm);
assert.ok('admitted' in admission, JSON.stringify(admission));
const { admitted } = admission;

function slots() {
  const strict = runtime.slot(cellAdmission);
  strict.stage(admitted);
  return { strict, tolerant: runtime.slot(cellAdmission) };
}

it('strict-cells: an unknown relay command closes the circuit that the default keeps', () => {
  const { strict, tolerant } = slots();
  const call = [CELL.relay, 99, CircuitState.open, CellFlag.recognized] as const;
  assert.equal(tolerant.call(...call), CellVerdict.dropCell);
  assert.equal(strict.call(...call), CellVerdict.closeCircuit);
});

it('strict-cells: RELAY_DROP closes the circuit unless padding was negotiated', () => {
  const { strict } = slots();
  const { recognized, paddingNegotiated } = CellFlag;
  assert.equal(strict.call(CELL.relay, RELAY.drop, CircuitState.open, recognized), CellVerdict.closeCircuit);
  assert.equal(
    strict.call(CELL.relay, RELAY.drop, CircuitState.open, recognized | paddingNegotiated),
    CellVerdict.accept,
  );
});

it('strict-cells: RELAY_EARLY towards the client closes the circuit, from the client it passes', () => {
  const { strict, tolerant } = slots();
  const early = [CELL.relayEarly, NO_RELAY_COMMAND, CircuitState.open] as const;
  assert.equal(tolerant.call(...early, 0), CellVerdict.accept);
  assert.equal(strict.call(...early, 0), CellVerdict.closeCircuit);
  assert.equal(strict.call(...early, CellFlag.fromClient), CellVerdict.accept);
});

it('strict-cells: agrees with the default on everything that the default accepts, and closes the rest', () => {
  const { strict, tolerant } = slots();
  for (let cell = 0; cell < 256; cell++) {
    for (let relay = -1; relay < 256; relay++) {
      for (const state of Object.values(CircuitState)) {
        const verdict = tolerant.call(cell, relay, state, CellFlag.recognized | CellFlag.fromClient);
        const found = strict.call(cell, relay, state, CellFlag.recognized | CellFlag.fromClient);
        const onCircuit = state === CircuitState.open || state === CircuitState.building;
        const mark = verdict === CellVerdict.dropCell && (onCircuit || !isCellCommand(cell));
        assert.equal(
          found,
          mark ? CellVerdict.closeCircuit : verdict,
          `cell ${cell} relay ${relay} state ${state}`,
        );
      }
    }
  }
  assert.equal(strict.activeHash, update.sha256, 'and never failed');
  assert.ok(isRelayCommand(RELAY.xon) && !isRelayCommand(16));
});
