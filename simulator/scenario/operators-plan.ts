/**
 * Who runs the relays: classes of operators, what package they wait for, and what they let their relays do.
 *
 * One plan serves both kinds of arm. By hand, a class says when its operators install a release; in a live arm, what
 * its relays may do with an update that they have verified, and how many relays have no runtime for updates at all.
 */

import type { LagLaw } from './lag-plan.ts';

/**
 * What a relay does with a module that it has verified. It passes the update on at once under each of them.
 *
 * `auto` switches at once, `delayed` after a time of its own, `approve` when its operator says so, `pinned` never.
 */
export const LIVE_POLICIES = ['auto', 'delayed', 'approve', 'pinned'] as const;
export type LivePolicy = (typeof LIVE_POLICIES)[number];

/** Hours of the operator's local day in which a person acts, and whether Saturday and Sunday are days like others. */
export interface WorkingHours {
  /** 0 to 24, below `toHour`. */
  readonly fromHour: number;
  readonly toHour: number;
  readonly weekend: boolean;
}

/** How long after the release, or after its package, an operator of a class acts. */
export type ClassLag = LagLaw | { readonly law: 'never' } | { readonly law: 'at-once' };

export interface OperatorClass {
  readonly name: string;
  /** Share of all relays; those of a plan add up to 1. */
  readonly share: number;
  readonly lag: ClassLag;
  /** The part of the law that this class follows, from its fastest operator, 0, to its slowest, 1. */
  readonly between: { readonly from: number; readonly to: number };
  /** Null: at any hour. */
  readonly hours: WorkingHours | null;
  /** A machine looks for packages so often, and installs what there is; 0: a person does. */
  readonly timerSeconds: number;
  readonly policy: LivePolicy;
  /** How long a relay of policy `delayed` waits; null for the others. */
  readonly delay: LagLaw | null;
  /** Whether its relays take third parties' updates; null: as the scenario's `trust.thirdParties` draws it. */
  readonly thirdParties: boolean | null;
}

/** A class of people who install by hand at any hour, and whose relays switch at once; `own` is what it has else. */
export function plainClass(
  name: string,
  share: number,
  own: Pick<OperatorClass, 'lag'> & Partial<OperatorClass>,
): OperatorClass {
  return {
    name,
    share,
    between: { from: 0, to: 1 },
    hours: null,
    timerSeconds: 0,
    policy: 'auto',
    delay: null,
    thirdParties: null,
    ...own,
  };
}

/** Where relays get their software from. */
export interface PlatformPlan {
  readonly name: string;
  /** Share of all relays; those of a plan add up to 1. */
  readonly share: number;
  /** From the release to the package, once for all relays of the platform; null: no time. */
  readonly delay: LagLaw | null;
}

export interface OperatorsPlan {
  readonly classes: readonly OperatorClass[];
  /** Empty: every relay can be upgraded as soon as the release is out. */
  readonly platforms: readonly PlatformPlan[];
  /** How often two relays of one operator run the same version; from RANDOM_PAIR_AGREEMENT to 1. */
  readonly lockstep: number;
  /** Share of relays that embed the runtime for updates; above 0. The others are upgraded by hand in every arm. */
  readonly embedsShare: number;
  /** The moment of the week at which the run begins: seconds since Monday 00:00 UTC. */
  readonly beginsSeconds: number;
  /** The classes' laws are known up to this day after a release; null: for ever. */
  readonly knownDays: number | null;
}

/**
 * How often two relays of different operators ran the same version: 42 % of pairs in the snapshot of 2025-07-25
 * (baseline/README.md).
 */
export const RANDOM_PAIR_AGREEMENT = 0.42;
/** The same of two relays with one contact. */
export const OBSERVED_LOCKSTEP = 0.974;

/** What an operator needs to install a package by hand: tor's ShutdownWaitLength, and the time of a restart. */
export const DEFAULT_DRAIN_SECONDS = 30;
export const DEFAULT_RESTART_SECONDS = 60;
