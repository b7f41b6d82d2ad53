/**
 * The time of one module in one slot: its calls, its strikes, its health, its trial.
 *
 * All counts are of calls, never of time, so that the same calls lead to the same decisions anywhere.
 */

import type { ModuleVersion } from '../wasm/module-version.ts';
import type { StrikePolicy } from './define-hook.ts';

/** Penalties over a number of calls. */
export interface HealthRecord {
  readonly calls: number;
  readonly penalties: number;
}

/** The health of whatever answers in a slot, in windows of calls. */
export class Health implements HealthRecord {
  calls = 0;
  penalties = 0;
  /** The last whole window. */
  private last: HealthRecord | null = null;

  observe(penalty: number, windowCalls: number): void {
    this.calls++;
    this.penalties += penalty;
    if (this.calls < windowCalls) return;
    this.last = { calls: this.calls, penalties: this.penalties };
    this.calls = 0;
    this.penalties = 0;
  }

  /** The latest figures that cover a whole window, or what there is. */
  get record(): HealthRecord {
    return this.last ?? { calls: this.calls, penalties: this.penalties };
  }
}

/**
 * Whether the mean penalty exceeds that of `before` by more than `tolerance`.
 *
 * Compared without division. What was never called before counts as having been perfect.
 */
export function isWorse(now: HealthRecord, before: HealthRecord, tolerance: number): boolean {
  if (before.calls === 0) return now.penalties > tolerance * now.calls;
  return now.penalties * before.calls > (before.penalties + tolerance * before.calls) * now.calls;
}

export class Tenure {
  readonly version: ModuleVersion;
  /** Layout of the state that the module keeps; 0 is the default's. */
  readonly stateVersion: number;
  /** The health that this module's is measured by; null if nobody measures. */
  readonly before: HealthRecord | null;
  confirmed = false;
  calls = 0;
  faults = 0;
  /** Call numbers of the latest strikes, oldest first. */
  private readonly strikes: number[] = [];

  constructor(version: ModuleVersion, stateVersion: number, before: HealthRecord | null) {
    this.version = version;
    this.stateVersion = stateVersion;
    this.before = before;
  }

  /** Counts a fault; true if it was one too many. */
  strike(policy: StrikePolicy): boolean {
    this.calls++;
    this.faults++;
    this.strikes.push(this.calls);
    if (!this.confirmed) return this.strikes.length >= policy.onTrial;
    while (this.calls - this.strikes[0] >= policy.windowCalls) this.strikes.shift();
    return this.strikes.length >= policy.whenConfirmed;
  }

  confirm(): void {
    this.confirmed = true;
    this.strikes.length = 0;
  }
}
