/**
 * Padding decision: whether and when a circuit sends a cell that carries nothing.
 *
 * The core keeps 16 bytes for each circuit, which a module may use as it likes; they are zero for a new circuit.
 * The default never pads. A machine that fills the gaps hides the timing by which a page, or a user, is told.
 */

import { defineHook } from '../define-hook.ts';
import { mutableBytes, u32 } from '../parameter.ts';

export const PaddingEvent = {
  circuitOpened: 0,
  cellSent: 1,
  cellReceived: 2,
  /** The delay that the hook asked for is over, and a padding cell went out. */
  paddingSent: 3,
} as const;

/** "No padding": whatever was planned is called off. */
export const NO_PADDING = -1;
const LONGEST_DELAY_MS = 600_000;

export const paddingDecision = defineHook({
  id: 'padding-decision',
  interfaceVersion: 1,
  summary:
    'Says after each cell of a circuit in how many milliseconds a padding cell follows, if no other does.',
  entry: 'next_padding',
  parameters: [u32('event'), u32('random'), mutableBytes('machine', 16)],
  result: 'i32',
  default: () => NO_PADDING,
  check: (delayMs) => delayMs >= NO_PADDING && delayMs <= LONGEST_DELAY_MS,
  fuel: 3000,
  confirmAfter: 500,
  vectors: [
    { args: [PaddingEvent.circuitOpened, 0, new Uint8Array(16)] },
    { args: [PaddingEvent.cellSent, 0x12345678, new Uint8Array(16)] },
    { args: [PaddingEvent.cellReceived, 0xffffffff, new Uint8Array(16)] },
    // Bytes that another machine left there must not bring a module down.
    { args: [PaddingEvent.paddingSent, 1, new Uint8Array(16).fill(0xff)] },
  ],
});
