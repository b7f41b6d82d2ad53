/**
 * Holds a wave back while the wave before it does badly.
 *
 * The reports come from outside (a directory, or a simulation's own count); this only decides. Without reports
 * a wave goes by the clock alone.
 */

import type { SwitchGate } from '../hooks/staging.ts';
import { type HealthRecord, isWorse } from '../hooks/tenure.ts';
import type { SlotView } from '../hooks/transition.ts';

/** How an update fares on the relays of one wave. */
export interface CohortReport {
  /** Relays that have switched to it. */
  readonly activated: number;
  /** Of these, relays that took it out again. */
  readonly failed: number;
  /** Health on it, and on what ran before; null where the hook has no probe. */
  readonly health: HealthRecord | null;
  readonly healthBefore: HealthRecord | null;
}

/** Where reports come from. */
export interface CohortReports {
  /** The report of a wave, or null while there is none. */
  report(hash: string, wave: number): CohortReport | null;
}

export interface CohortPolicy {
  /** Relays that must have switched before the report counts. */
  readonly minActivated: number;
  /** The update is withdrawn if more than this share of them took it out. */
  readonly maxFailedShare: number;
}

export const DEFAULT_COHORT_POLICY: CohortPolicy = { minActivated: 10, maxFailedShare: 0.05 };

export class CohortGate implements SwitchGate {
  private readonly reports: CohortReports;
  private readonly previousWave: number;
  private readonly policy: CohortPolicy;

  /** The gate of a wave: it looks at the wave before. */
  constructor(reports: CohortReports, wave: number, policy: CohortPolicy = DEFAULT_COHORT_POLICY) {
    this.reports = reports;
    this.previousWave = wave - 1;
    this.policy = policy;
  }

  mayActivate(slot: SlotView, hash: string): 'go' | 'wait' | 'withdraw' {
    if (this.previousWave < 0) return 'go';
    const report = this.reports.report(hash, this.previousWave);
    if (report === null || report.activated < this.policy.minActivated) return 'wait';
    if (report.failed > report.activated * this.policy.maxFailedShare) return 'withdraw';
    const { health, healthBefore } = report;
    const probe = slot.hook.health;
    if (probe === null || health === null || healthBefore === null) return 'go';
    return isWorse(health, healthBefore, probe.tolerance) ? 'withdraw' : 'go';
  }
}
