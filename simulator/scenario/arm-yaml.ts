/** Arms and lags: from the keys of the YAML to the numbers of a scenario, and back. */

import {
  type ArmInput,
  type CircuitInput,
  DEFAULT_CIRCUIT,
  DEFAULT_DIRECTORY,
  type DirectoryInput,
} from './arm-schema.ts';
import type { LagCurve } from './lag-curve.ts';
import { DEFAULT_UNTIL_DAYS, LAST_OBSERVED_DAY, type LagInput } from './lag-schema.ts';
import { rejectionYaml, toRejection } from './rejection-schema.ts';
import type { Arm, CircuitPlan, DirectoryPlan, LagLaw, LagPart, LiveArm } from './scenario.ts';
import { formatDuration, formatRate } from './units.ts';

/** The curve that an empirical law's CSV file holds. */
export type CurveReader = (file: string) => LagCurve;

function lagPart(part: NonNullable<Exclude<LagInput, string>['mixture']>[number]): LagPart {
  const { share, lognormal, weibull } = part;
  if (lognormal !== undefined) {
    return { law: 'lognormal', share, medianDays: lognormal.median, sigma: lognormal.sigma };
  }
  return { law: 'weibull', share, scaleDays: weibull!.scale, shape: weibull!.shape };
}

function lagLaw(input: LagInput, readCurve: CurveReader): LagLaw {
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

/** The last day that anything is known of; null for a law given by a formula. */
export function lastKnownDay(lag: LagLaw): number | null {
  if (lag.law === 'historical') return LAST_OBSERVED_DAY[lag.name];
  return lag.law === 'empirical' ? lag.days[lag.days.length - 1] : null;
}

function directoryPlan({ authorities, uplink, interval, jitter }: DirectoryInput): DirectoryPlan {
  return { authorities, uplinkBitsPerSecond: uplink, intervalSeconds: interval, jitterShare: jitter };
}

function circuitPlan({ perSecond }: CircuitInput): CircuitPlan {
  return { perSecond };
}

/** The arm that a file's values stand for. */
export function toArm(name: string, input: ArmInput, readCurve: CurveReader): Arm {
  if (input.channel !== 'manual') {
    return {
      kind: 'live',
      name,
      channels: [input.channel].flat(),
      directory: directoryPlan(input.directory ?? DEFAULT_DIRECTORY),
      circuit: circuitPlan(input.circuit ?? DEFAULT_CIRCUIT),
    };
  }
  const lag = lagLaw(input.lag, readCurve);
  const untilDays = input.until ?? lastKnownDay(lag) ?? DEFAULT_UNTIL_DAYS;
  return {
    kind: 'manual',
    name,
    lag,
    untilDays,
    drainSeconds: input.drain,
    restartSeconds: input.restart,
    ...(input.reject !== undefined && { reject: toRejection(input.reject) }),
  };
}

function lawYaml(part: LagPart | Exclude<LagLaw, { law: 'historical' | 'mixture' | 'empirical' }>): object {
  const never = 'never' in part ? { never: part.never } : {};
  if (part.law === 'lognormal') {
    return { lognormal: { median: formatDuration(part.medianDays, 'd'), sigma: part.sigma, ...never } };
  }
  return { weibull: { scale: formatDuration(part.scaleDays, 'd'), shape: part.shape, ...never } };
}

function lagYaml(lag: LagLaw): unknown {
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

function liveYaml({ channels, directory, circuit }: LiveArm): object {
  return {
    channel: channels.length === 1 ? channels[0] : [...channels],
    ...(channels.includes('directory') && {
      directory: {
        authorities: directory.authorities,
        uplink: formatRate(directory.uplinkBitsPerSecond),
        interval: formatDuration(directory.intervalSeconds, 's'),
        jitter: directory.jitterShare,
      },
    }),
    ...(channels.includes('circuit') && { circuit: { perSecond: circuit.perSecond } }),
  };
}

/** An arm in the language of the file; a channel's own keys only where the arm has the channel. */
export function armYaml(one: Arm): object {
  if (one.kind === 'live') return liveYaml(one);
  return {
    channel: 'manual',
    lag: lagYaml(one.lag),
    until: formatDuration(one.untilDays, 'd'),
    drain: formatDuration(one.drainSeconds, 's'),
    restart: formatDuration(one.restartSeconds, 's'),
    ...(one.reject !== undefined && { reject: rejectionYaml(one.reject) }),
  };
}
