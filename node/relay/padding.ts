/**
 * The padding of one circuit at one of its ends: asks the hook after each cell, and sends what it planned.
 *
 * The hook is asked on every circuit, and obeyed only where client and relay have negotiated padding (padding-spec,
 * "Circuit-level padding"): an unexpected padding cell is a mark. Plans move with every cell, timers do not: one is
 * left running, and looks at its end whether the plan is later by now.
 */

import type { Environment, Timer } from '../environment.ts';
import { NO_PADDING, PaddingEvent, type paddingDecision } from '../hooks/catalogue/padding-decision.ts';
import type { SlotOf } from './hook-slots.ts';

const MACHINE_BYTES = 16;

/** padding-spec: commands and answers of PADDING_NEGOTIATE and PADDING_NEGOTIATED. */
export const PaddingCommand = { stop: 1, start: 2 } as const;
export const PaddingAnswer = { ok: 1, error: 2 } as const;

export class CircuitPadding {
  private readonly environment: Pick<Environment, 'clock' | 'timers' | 'random'>;
  private readonly hook: SlotOf<typeof paddingDecision>;
  private readonly send: () => void;
  private readonly machine = new Uint8Array(MACHINE_BYTES);
  private timer: Timer | null = null;
  private timerAtMs = 0;
  private dueAtMs = Number.POSITIVE_INFINITY;
  negotiated = false;
  /** The hook has wanted to pad. */
  wanted = false;

  constructor(
    environment: Pick<Environment, 'clock' | 'timers' | 'random'>,
    hook: SlotOf<typeof paddingDecision>,
    send: () => void,
  ) {
    this.environment = environment;
    this.hook = hook;
    this.send = send;
  }

  /** Something has happened on the circuit. */
  after(event: (typeof PaddingEvent)[keyof typeof PaddingEvent]): void {
    const random = Math.floor(this.environment.random.uniform() * 0x100000000);
    const delayMs = this.hook.call(event, random, this.machine);
    if (delayMs === NO_PADDING) {
      this.dueAtMs = Number.POSITIVE_INFINITY;
      return;
    }
    this.wanted = true;
    if (!this.negotiated) return;
    this.dueAtMs = this.environment.clock.nowMs() + delayMs;
    if (this.timer !== null && this.timerAtMs <= this.dueAtMs) return;
    this.timer?.cancel();
    this.arm(delayMs);
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
    this.negotiated = false;
    this.dueAtMs = Number.POSITIVE_INFINITY;
  }

  private arm(delayMs: number): void {
    this.timerAtMs = this.environment.clock.nowMs() + delayMs;
    this.timer = this.environment.timers.after(delayMs, () => this.onTimer());
  }

  private onTimer(): void {
    this.timer = null;
    if (this.dueAtMs === Number.POSITIVE_INFINITY) return;
    const left = this.dueAtMs - this.environment.clock.nowMs();
    if (left > 0) {
      // A whole one at least: less than a timer can measure would come back at once.
      this.arm(Math.max(1, left));
      return;
    }
    this.dueAtMs = Number.POSITIVE_INFINITY;
    this.send();
    this.after(PaddingEvent.paddingSent);
  }
}
