/**
 * Cell padding: what fills the unused end of a relay cell.
 *
 * Tor zeroed it for years; since proposal 289 it is random, so that nobody can acknowledge cells without having
 * received them. The default is the old way, and a module can bring the new one.
 */

import { defineHook } from '../define-hook.ts';
import { mutableBytes, u32 } from '../parameter.ts';
import { CELL_BYTES } from './cell-commands.ts';

export const cellPadding = defineHook({
  id: 'cell-padding',
  interfaceVersion: 1,
  summary: 'Fills the bytes of a relay cell behind its data.',
  entry: 'pad_cell',
  parameters: [u32('usedBytes'), u32('random'), mutableBytes('cell', CELL_BYTES)],
  result: 'none',
  default: (usedBytes, _random, cell) => {
    cell.fill(0, usedBytes);
    return undefined;
  },
  // The data itself is not padding's to touch.
  checkBuffers: ([usedBytes, , given], [, , changed]) => {
    const used = Math.min(usedBytes, CELL_BYTES);
    return Buffer.compare(given.subarray(0, used), changed.subarray(0, used)) === 0;
  },
  fuel: 40_000,
  confirmAfter: 500,
  vectors: [
    { args: [514, 1, new Uint8Array(CELL_BYTES).fill(7)] },
    { args: [100, 0x12345678, new Uint8Array(CELL_BYTES).fill(7)] },
    { args: [0, 0, new Uint8Array(CELL_BYTES)] },
    { args: [0xffffffff, 0xffffffff, new Uint8Array(CELL_BYTES)] },
  ],
});
