/**
 * Circuit scheduling: which circuit's cells leave next.
 *
 * Each time a circuit has sent, the hook gives its new activity; of the circuits that have cells waiting, the one
 * with the lowest goes first. The default counts turns, which serves all in rotation; Tor weighs recent activity
 * (an exponentially weighted moving average), so that a bulk transfer does not hold up a quiet circuit.
 */

import { defineHook } from '../define-hook.ts';
import { f64, u32 } from '../parameter.ts';

export const circuitScheduling = defineHook({
  id: 'circuit-scheduling',
  interfaceVersion: 1,
  summary: 'Gives a circuit that has just sent its new activity; the lowest is served first.',
  entry: 'circuit_activity',
  parameters: [f64('activity'), u32('elapsedMs'), u32('cellsSent'), u32('cellsWaiting')],
  result: 'f64',
  stateBytes: 8,
  default: (_activity, _elapsedMs, _cellsSent, _cellsWaiting, state) => {
    // By bytes: a DataView for each cell costs more than the rest of the call.
    const turn = ((state[0] | (state[1] << 8) | (state[2] << 16) | (state[3] << 24)) >>> 0) + 1;
    state[0] = turn;
    state[1] = turn >>> 8;
    state[2] = turn >>> 16;
    state[3] = turn >>> 24;
    return turn;
  },
  check: (activity) => activity >= 0 && activity < Number.POSITIVE_INFINITY,
  fuel: 2000,
  vectors: [
    { args: [0, 0, 1, 0] },
    { args: [12.5, 1000, 32, 500] },
    { args: [1e6, 60_000, 0, 1] },
    { args: [3, 0xffffffff, 0xffffffff, 0xffffffff] },
  ],
});
