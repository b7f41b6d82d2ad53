/**
 * Decides about a staged rollout: wait, let the next share of relays have it, or halt and revoke.
 *
 * Pure: steps, time and the tally of reports so far in, a decision out. A relay counts once, whatever it reports
 * how often: a trial that failed stays failed.
 */

export interface RolloutSteps {
  /** Shares of all relays, rising; the first one is published with the module. */
  readonly steps: readonly number[];
  /** Time between two steps. */
  readonly everySeconds: number;
  /** Halt when more than this share of the reported trials failed. */
  readonly haltAboveFailedShare: number;
  /** Reports that must be in before the share counts. */
  readonly minReports: number;
}

export interface TrialReport {
  /** Who reports: any name that is one relay's alone. */
  readonly relay: string;
  /** Of the module's binary. */
  readonly sha256: string;
  readonly outcome: 'confirmed' | 'failed';
}

export interface TrialCounts {
  /** Relays that have reported. */
  readonly reported: number;
  /** Of these, relays whose trial failed. */
  readonly failed: number;
}

/** The reports about one module. */
export class TrialTally implements TrialCounts {
  readonly sha256: string;
  private readonly outcomes = new Map<string, TrialReport['outcome']>();
  private failures = 0;

  constructor(sha256: string) {
    this.sha256 = sha256;
  }

  get reported(): number {
    return this.outcomes.size;
  }

  get failed(): number {
    return this.failures;
  }

  /** Counts a report, if it is about this module and says anything new. */
  add({ relay, sha256, outcome }: TrialReport): void {
    if (sha256 !== this.sha256 || this.outcomes.get(relay) === 'failed') return;
    this.outcomes.set(relay, outcome);
    if (outcome === 'failed') this.failures++;
  }
}

/** What has become of a rollout until now. */
export interface RolloutProgress {
  /** Index of the step that is published. */
  readonly step: number;
  /** When it was published; any clock, the same as `nowMs`. */
  readonly steppedAtMs: number;
  /**
   * Relays that can have reported by now, those that the published share lets run it: a small cohort in a small
   * network may never bring `minReports` together.
   */
  readonly cohort: number;
}

export type RolloutDecision = 'wait' | 'halt' | 'done' | { readonly raise: number };

/** Throws RangeError for steps that do not rise from above 0 to at most 1. */
export function checkSteps({ steps, everySeconds, haltAboveFailedShare, minReports }: RolloutSteps): void {
  if (steps.length === 0) throw new RangeError('a rollout needs a step');
  for (const [place, share] of steps.entries()) {
    const before = steps[place - 1] ?? 0;
    if (!(share > before && share <= 1)) {
      throw new RangeError(`step ${place}: ${share} must be above ${before} and at most 1`);
    }
  }
  if (!(everySeconds >= 0)) throw new RangeError(`everySeconds must be at least 0, not ${everySeconds}`);
  if (!(haltAboveFailedShare >= 0 && haltAboveFailedShare <= 1)) {
    throw new RangeError(`haltAboveFailedShare must be from 0 to 1, not ${haltAboveFailedShare}`);
  }
  if (!(minReports >= 0)) throw new RangeError(`minReports must be at least 0, not ${minReports}`);
}

/**
 * The decision at `nowMs`.
 *
 * - `halt` as soon as enough reports are in and more than the limit of them failed, at any time and also after the
 *   last step.
 * - Enough are `minReports`, or the whole cohort where it is smaller; but at least one, since silence proves
 *   nothing. With `minReports` 0 nobody is asked, and time alone raises.
 * - A step is raised once its time has come, enough reports are in, and the failed share is within the limit.
 * - `done` after the last step, while nothing speaks against it.
 */
export function decideRollout(
  plan: RolloutSteps,
  progress: RolloutProgress,
  { reported, failed }: TrialCounts,
  nowMs: number,
): RolloutDecision {
  const enough = reported >= Math.min(plan.minReports, Math.max(1, progress.cohort));
  // 3 of 30 are not above a tenth, whatever binary fractions make of 0.1.
  if (enough && failed - plan.haltAboveFailedShare * reported > 1e-9) return 'halt';
  const next = plan.steps[progress.step + 1];
  if (next === undefined) return 'done';
  const due = nowMs >= progress.steppedAtMs + plan.everySeconds * 1000;
  return due && enough ? { raise: next } : 'wait';
}
