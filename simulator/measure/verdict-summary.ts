/**
 * What relays' own judgement of an update was worth: the good modules that they took out, and the bad ones that they kept.
 *
 * Whether a module is good or bad is known beforehand (`misbehaves` of its update.json); relays do not know it. Only what
 * a relay finds out by itself counts: a module that leaves by a revocation, or for a newer one, was not judged by it.
 */

import type { UpdateOutcome } from './outcome.ts';

/** Honest relays with a runtime, each counted once. */
export interface ReleaseVerdicts {
  /** Relays that took it out since it failed there: trapped, broke its contract, harmed what is watched, or the process. */
  readonly rolledBack: number;
  /** Relays on which it passed its trial, whatever came then. */
  readonly confirmed: number;
  /** Of those, relays that run it in the end. */
  readonly kept: number;
}

export interface Verdicts extends ReleaseVerdicts {
  /** Whether the module is known to do wrong. */
  readonly misbehaves: boolean;
}

export interface VerdictSummary extends Verdicts {
  /** Relays that took out a good module; null of a bad one. */
  readonly falsePositives: number | null;
  /** Relays that confirmed a bad module and run it in the end; null of a good one. */
  readonly falseNegatives: number | null;
}

/** Undefined for an arm in which nobody judges. */
export function verdictSummary({ verdicts }: UpdateOutcome): VerdictSummary | undefined {
  if (verdicts === undefined) return undefined;
  const { misbehaves, rolledBack, confirmed, kept } = verdicts;
  return {
    misbehaves,
    rolledBack,
    confirmed,
    kept,
    falsePositives: misbehaves ? null : rolledBack,
    falseNegatives: misbehaves ? kept : null,
  };
}
