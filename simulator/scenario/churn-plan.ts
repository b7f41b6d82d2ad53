/** How relays come and go over days: measured, or by laws of the scenario's own. */

import exp from '@stdlib/math-base-special-exp';

export const CHURN_NAMES = ['tor-2025-11'] as const;
export type ChurnName = (typeof CHURN_NAMES)[number];

/** A length of time: of a session, or of an absence. */
export type SpellLaw =
  | { readonly law: 'constant'; readonly seconds: number }
  | { readonly law: 'uniform'; readonly minSeconds: number; readonly maxSeconds: number }
  | { readonly law: 'exponential'; readonly meanSeconds: number }
  | { readonly law: 'lognormal'; readonly medianSeconds: number; readonly sigma: number };

/** Relays that come and go alike. */
export interface ChurnClassPlan {
  /** Of all relays, whether up or away; above 0. */
  readonly share: number;
  readonly session: SpellLaw;
  readonly absence: SpellLaw;
}

export type ChurnPlan =
  | { readonly kind: 'measured'; readonly name: ChurnName }
  | {
      readonly kind: 'laws';
      /** Shares add up to 1 at most; the other relays stay up but for restarts. */
      readonly classes: readonly ChurnClassPlan[];
      /** New identities that join the network, a day. */
      readonly arrivalsPerDay: number;
      /** Relays that leave for good, a day, in a network of the size that it begins with. */
      readonly departuresPerDay: number;
      /** Null: nobody restarts but by an absence. */
      readonly restarts: { readonly everySeconds: number; readonly forSeconds: number } | null;
    };

/** Mean length of a spell. */
export function meanSeconds(law: SpellLaw): number {
  switch (law.law) {
    case 'constant':
      return law.seconds;
    case 'uniform':
      return (law.minSeconds + law.maxSeconds) / 2;
    case 'exponential':
      return law.meanSeconds;
    case 'lognormal':
      return law.medianSeconds * exp(law.sigma ** 2 / 2);
  }
}
