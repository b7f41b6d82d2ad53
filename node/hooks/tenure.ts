/**
 * The time of one module in one slot: its calls, its strikes, its health, its trial.
 *
 * All counts are of calls, never of time, so that the same calls lead to the same decisions anywhere.
 */

import type { ModuleVersion } from '../wasm/module-version.ts';
import type { StrikePolicy } from './define-hook.ts';

/** Penalties over calls; compared as fractions, without division. */
export class Health {
  calls = 0;
  penalties = 0;

  /** Halves both above this many calls, so that the mean follows the recent past. */
  static readonly MEMORY_CALLS = 4096;

  observe(penalty: number): void {
    this.calls++;
    this.penalties += penalty;
    if (this.calls >= Health.MEMORY_CALLS) {
      this.calls >>= 1;
      this.penalties = Math.floor(this.penalties / 2);
    }
  }
}

export interface HealthRecord {
  readonly calls: number;
  readonly penalties: number;
}

/** Whether the mean penalty exceeds that of `before` by more than `tolerance`. Without calls there is no mean. */
export function isWorse(now: HealthRecord, before: HealthRecord, tolerance: number): boolean {
  if (now.calls === 0 || before.calls === 0) return false;
  return now.penalties * before.calls > (before.penalties + tolerance * before.calls) * now.calls;
}

export class Tenure {
  readonly version: ModuleVersion;
  /** Layout of the state that the module keeps; 0 is the default's. */
  readonly stateVersion: number;
  /** The health that the trial is measured by; null if the hook has no probe. */
  readonly before: HealthRecord | null;
  confirmed = false;
  calls = 0;
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
