/**
 * Laws of sessions and absences: drawn fresh, or met in the middle.
 *
 * A spell that is met at a random moment is longer than a fresh one, since long spells are met more often; of that
 * length a uniform share is left. So a network that begins in the middle of its life begins as it goes on.
 */

import exp from '@stdlib/math-base-special-exp';
import type { RandomStream } from '../engine/random.ts';
import { meanSeconds, type SpellLaw } from '../scenario/churn-plan.ts';

/** The length of a spell that begins, seconds. */
export function freshSeconds(law: SpellLaw, stream: RandomStream): number {
  switch (law.law) {
    case 'constant':
      return law.seconds;
    case 'uniform':
      return law.minSeconds + (law.maxSeconds - law.minSeconds) * stream.uniform();
    case 'exponential':
      return stream.exponential(law.meanSeconds);
    case 'lognormal':
      return law.medianSeconds * exp(law.sigma * stream.normal());
  }
}

/** What is left, in seconds, of a spell that is met at a random moment. */
export function leftSeconds(law: SpellLaw, stream: RandomStream): number {
  return metSeconds(law, stream) * stream.uniform();
}

/** The whole length of such a spell: its density is the law's, times the length. */
function metSeconds(law: SpellLaw, stream: RandomStream): number {
  switch (law.law) {
    case 'constant':
      return law.seconds;
    case 'uniform': {
      const [low, high] = [law.minSeconds * law.minSeconds, law.maxSeconds * law.maxSeconds];
      return Math.sqrt(low + (high - low) * stream.uniform());
    }
    case 'exponential':
      return stream.exponential(law.meanSeconds) + stream.exponential(law.meanSeconds);
    case 'lognormal':
      return law.medianSeconds * exp(law.sigma * law.sigma + law.sigma * stream.normal());
  }
}

/** Share of the time that a relay is up, 0 to 1. */
export function uptimeOf({ session, absence }: { session: SpellLaw; absence: SpellLaw }): number {
  const up = meanSeconds(session);
  return up / (up + meanSeconds(absence));
}
