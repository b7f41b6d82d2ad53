/**
 * How many DATA cells an end of a circuit may have under way, and the proof that they arrived.
 *
 * Every so many cells the other end answers with a SENDME, which names the digest of the last of them: nobody can
 * acknowledge what they have not received (proposal 289). The window itself is the hook's: fixed by default, or by
 * round-trip time (proposal 324). tor-spec, "Flow control".
 */

import assert from 'node:assert/strict';
import type { Clock } from '../environment.ts';
import {
  FIXED_WINDOW_CELLS,
  type flowWindow,
  SLOW_START,
  WindowFlag,
  windowCells,
} from '../hooks/catalogue/flow-window.ts';
import type { SlotOf } from './hook-slots.ts';

/** What all relays and clients of a network agree on, as in Tor's consensus. */
export interface FlowParameters {
  /** The window of a new circuit. */
  readonly initialWindowCells: number;
  /** Cells that one SENDME of a circuit stands for. */
  readonly cellsPerSendme: number;
}

/** Tor before proposal 324. */
export const FIXED_FLOW: FlowParameters = { initialWindowCells: FIXED_WINDOW_CELLS, cellsPerSendme: 100 };
/** Proposal 324: cc_cwnd_init and cc_sendme_inc. Goes with a hook that does congestion control. */
export const CONGESTION_FLOW: FlowParameters = { initialWindowCells: 124, cellsPerSendme: 31 };

const MOST_US = 0xffffffff;

/** A cell whose arrival will be acknowledged. */
interface Mark {
  readonly digest: string;
  readonly sentAtMs: number;
}

export type SendmeFault = 'unexpected-sendme' | 'wrong-digest';

export class CircuitWindow {
  private readonly parameters: FlowParameters;
  private readonly clock: Clock;
  private readonly hook: SlotOf<typeof flowWindow>;
  private readonly marks: Mark[] = [];
  private sentSinceMark = 0;
  private minRttUs = MOST_US;
  private slowStart = true;
  /** Somebody wanted to send more than the window let through, since the last SENDME. */
  private full = false;
  cells: number;
  /** Sent and not acknowledged. */
  inFlight = 0;

  constructor(parameters: FlowParameters, clock: Clock, hook: SlotOf<typeof flowWindow>) {
    this.parameters = parameters;
    this.clock = clock;
    this.hook = hook;
    this.cells = Math.max(parameters.initialWindowCells, parameters.cellsPerSendme);
  }

  /** Whether one more cell may go; asking in vain counts as having wanted to. */
  maySend(): boolean {
    if (this.inFlight < this.cells) return true;
    this.full = true;
    return false;
  }

  onSent(digest: string): void {
    this.inFlight++;
    if (++this.sentSinceMark < this.parameters.cellsPerSendme) return;
    this.sentSinceMark = 0;
    this.marks.push({ digest, sentAtMs: this.clock.nowMs() });
  }

  /** A SENDME has come; `digest` is null if it names none. A fault means that the other end cheats. */
  onSendme(digest: string | null, blocked: boolean): SendmeFault | null {
    const mark = this.marks.shift();
    if (mark === undefined) return 'unexpected-sendme';
    if (digest !== mark.digest) return 'wrong-digest';
    this.inFlight -= this.parameters.cellsPerSendme;
    assert.ok(this.inFlight >= 0, 'more cells were acknowledged than sent');
    const rttUs = Math.min(Math.max(0, Math.round((this.clock.nowMs() - mark.sentAtMs) * 1000)), MOST_US);
    this.minRttUs = Math.min(this.minRttUs, rttUs);
    const flags =
      (this.slowStart ? WindowFlag.slowStart : 0) |
      (blocked ? WindowFlag.blocked : 0) |
      (this.full ? WindowFlag.full : 0);
    const answer = this.hook.call(this.cells, rttUs, this.minRttUs, flags);
    // Below what one SENDME stands for, none would ever come.
    this.cells = Math.max(windowCells(answer), this.parameters.cellsPerSendme);
    this.slowStart = (answer & SLOW_START) !== 0;
    this.full = false;
    return null;
  }
}
