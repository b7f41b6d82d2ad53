/** Splits a process's life into phases, and says what each has cost. */

import { type ProcessCost, processCost } from './process-cost.ts';

/** In their order: before the run, the run as the simulator divides it, and after. */
export const ROW_PHASES = ['start', 'prepare', 'import', 'build', 'connect', 'run', 'report'] as const;
export type RowPhase = (typeof ROW_PHASES)[number];

export interface PhaseCost {
  readonly phase: RowPhase;
  readonly wallSeconds: number;
  /** Of the process and its children. */
  readonly cpuSeconds: number;
  /** Highest resident memory of the process by the end of the phase, bytes. */
  readonly peakBytes: number;
  /** Events that took place in the phase; 0 in phases without any, and in real time. */
  readonly events: number;
}

/** What was there when a phase began. */
interface Mark extends ProcessCost {
  readonly phase: RowPhase;
  readonly events: number;
}

export class PhaseLog {
  private readonly costNow: () => ProcessCost;
  private readonly marks: Mark[];

  /** The process begins with the phase `start`; `costNow` is for tests. */
  constructor(costNow: () => ProcessCost = processCost) {
    this.costNow = costNow;
    this.marks = [{ phase: 'start', events: 0, wallMs: 0, cpuMs: 0, peakBytes: 0 }];
  }

  /** A phase begins after that many events. */
  enter(phase: RowPhase, events: number): void {
    this.marks.push({ phase, events, ...this.costNow() });
  }

  /** Every phase that was entered, until now. */
  costs(): PhaseCost[] {
    const { events } = this.marks.at(-1)!;
    const now: ProcessCost & { readonly events: number } = { ...this.costNow(), events };
    return this.marks.map((mark, index) => {
      const next = this.marks[index + 1] ?? now;
      return {
        phase: mark.phase,
        wallSeconds: (next.wallMs - mark.wallMs) / 1000,
        cpuSeconds: (next.cpuMs - mark.cpuMs) / 1000,
        peakBytes: next.peakBytes,
        events: next.events - mark.events,
      };
    });
  }
}
