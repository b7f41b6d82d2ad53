/**
 * A fitted mixture as a scenario can hold it: rounded, its shares adding up to 1 exactly, and as YAML.
 *
 * Everything that is said of a fit is said of the rounded law, since that is what a scenario will draw from.
 * Rounding also takes away the last bits, in which machines may differ.
 */

import { adoptionFraction } from '../baseline/lag-law.ts';
import { wholeShares } from '../population/dealing.ts';
import type { LagLaw, LagPart } from '../scenario/scenario.ts';
import { formatDuration } from '../scenario/units.ts';
import type { Mixture } from './mixture.ts';

/** Shares are whole numbers of 1/10,000. */
const SHARE_UNITS = 10_000;
const DIGITS = 4;

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** The law in four significant digits. */
export function writtenMixture({ parts, never }: Mixture): Mixture {
  const units = wholeShares(SHARE_UNITS, [...parts.map(({ share }) => share), never]);
  const written = parts.map((part, i): LagPart => {
    const share = units[i]! / SHARE_UNITS;
    return part.law === 'lognormal'
      ? { law: part.law, share, medianDays: rounded(part.medianDays), sigma: rounded(part.sigma) }
      : { law: part.law, share, scaleDays: rounded(part.scaleDays), shape: rounded(part.shape) };
  });
  return { parts: written, never: units.at(-1)! / SHARE_UNITS };
}

export function lawOf({ parts, never }: Mixture): LagLaw {
  return { law: 'mixture', parts, never };
}

/** Fraction that the law expects by a day. */
export function fractionOf(mixture: Mixture, day: number): number {
  return adoptionFraction(lawOf(mixture), day);
}

/**
 * The law as the keys `lag` and `until` of a manual arm, to be pasted into a scenario. The curve ends with what
 * was observed, in whole days down to one, since a fit knows nothing later.
 */
export function lagYamlText(mixture: Mixture, lastObservedDay: number): string {
  const lines = mixture.parts.map((part) => {
    const law =
      part.law === 'lognormal'
        ? `lognormal: { median: ${formatDuration(part.medianDays, 'd')}, sigma: ${part.sigma} }`
        : `weibull: { scale: ${formatDuration(part.scaleDays, 'd')}, shape: ${part.shape} }`;
    return `    - { share: ${part.share}, ${law} }`;
  });
  const until = formatDuration(lastObservedDay >= 1 ? Math.floor(lastObservedDay) : lastObservedDay, 'd');
  return `lag:\n  mixture:\n${lines.join('\n')}\n  never: ${mixture.never}\nuntil: ${until}\n`;
}
