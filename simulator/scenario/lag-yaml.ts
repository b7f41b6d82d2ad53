/** Laws of lag: from the keys of the YAML to the numbers of a scenario, and back. */

import type { LagCurve } from './lag-curve.ts';
import type { LagLaw, LagPart } from './lag-plan.ts';
import type { LagInput } from './lag-schema.ts';
import { formatDuration } from './units.ts';

/** The curve that an empirical law's CSV file holds. */
export type CurveReader = (file: string) => LagCurve;

function lagPart(part: NonNullable<Exclude<LagInput, string>['mixture']>[number]): LagPart {
  const { share, lognormal, weibull } = part;
  if (lognormal !== undefined) {
    return { law: 'lognormal', share, medianDays: lognormal.median, sigma: lognormal.sigma };
  }
  return { law: 'weibull', share, scaleDays: weibull!.scale, shape: weibull!.shape };
}

/** The law that a file's values stand for. */
export function lagLaw(input: LagInput, readCurve: CurveReader): LagLaw {
  if (typeof input === 'string') return { law: 'historical', name: input };
  const { lognormal, weibull, mixture, empirical } = input;
  if (lognormal !== undefined) {
    const { median, sigma, never } = lognormal;
    return { law: 'lognormal', medianDays: median, sigma, never };
  }
  if (weibull !== undefined) {
    const { scale, shape, never } = weibull;
    return { law: 'weibull', scaleDays: scale, shape, never };
  }
  if (mixture !== undefined) return { law: 'mixture', parts: mixture.map(lagPart), never: input.never ?? 0 };
  if (typeof empirical === 'string') return { law: 'empirical', ...readCurve(empirical) };
  const points = empirical ?? [];
  return { law: 'empirical', days: points.map(([day]) => day), fractions: points.map(([, share]) => share) };
}

function lawYaml(part: LagPart | Exclude<LagLaw, { law: 'historical' | 'mixture' | 'empirical' }>): object {
  const never = 'never' in part ? { never: part.never } : {};
  if (part.law === 'lognormal') {
    return { lognormal: { median: formatDuration(part.medianDays, 'd'), sigma: part.sigma, ...never } };
  }
  return { weibull: { scale: formatDuration(part.scaleDays, 'd'), shape: part.shape, ...never } };
}

/** The law in the language of the file. */
export function lagYaml(lag: LagLaw): unknown {
  switch (lag.law) {
    case 'historical':
      return lag.name;
    case 'mixture':
      return {
        mixture: lag.parts.map((part) => ({ share: part.share, ...lawYaml(part) })),
        never: lag.never,
      };
    case 'empirical':
      return { empirical: lag.days.map((day, index) => [day, lag.fractions[index]]) };
    default:
      return lawYaml(lag);
  }
}
