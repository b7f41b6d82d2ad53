/**
 * Flow window: how many cells of a circuit may be under way.
 *
 * Called at each SENDME, which tells that cells have arrived. The default is the fixed window that Tor had from
 * its beginning until proposal 324; a module may bring congestion control.
 */

import { defineHook } from '../define-hook.ts';
import { u32 } from '../parameter.ts';

/** Tor's circuit window before proposal 324 (tor-spec, "Flow control"). */
export const FIXED_WINDOW_CELLS = 1000;
export const MIN_WINDOW_CELLS = 31;
export const MAX_WINDOW_CELLS = 1_000_000;

/** Bits of the parameter `flags`. */
export const WindowFlag = {
  /** The circuit is in slow start. */
  slowStart: 1,
  /** The connection to the next relay takes no more. */
  blocked: 2,
  /** The circuit had cells waiting for the window: it is full. */
  full: 4,
} as const;

/** Bit of the answer: the circuit stays, or is, in slow start. */
export const SLOW_START = 0x80000000;

/** The window of an answer, without the bit. */
export function windowCells(answer: number): number {
  return (answer & 0x7fffffff) >>> 0;
}

export const flowWindow = defineHook({
  id: 'flow-window',
  interfaceVersion: 1,
  summary: 'Sets the congestion window of a circuit when a SENDME arrives.',
  entry: 'next_window',
  parameters: [u32('windowCells'), u32('rttUs'), u32('minRttUs'), u32('flags')],
  result: 'u32',
  default: () => FIXED_WINDOW_CELLS,
  check: (answer) => windowCells(answer) >= MIN_WINDOW_CELLS && windowCells(answer) <= MAX_WINDOW_CELLS,
  fuel: 2000,
  confirmAfter: 500,
  vectors: [
    { args: [124, 200_000, 200_000, WindowFlag.slowStart | WindowFlag.full] },
    { args: [600, 400_000, 200_000, WindowFlag.slowStart | WindowFlag.full] },
    { args: [800, 250_000, 200_000, WindowFlag.blocked] },
    // A clock that stood still, and figures from nowhere.
    { args: [1000, 0, 0, 0] },
    { args: [0xffffffff, 1, 0xffffffff, 0xffffffff] },
    { args: [0, 0xffffffff, 1, 0] },
  ],
});
