/**
 * From the keys of the YAML to `Scenario` and back.
 *
 * What goes out spells out every default in the same language, so that a run can be repeated from it even
 * when defaults change; it reads back as the very same scenario.
 */

import { Document, isMap, visit } from 'yaml';
import type { LagCurve } from './lag-curve.ts';
import { DEFAULT_UNTIL_DAYS, LAST_OBSERVED_DAY, type LagInput } from './lag-schema.ts';
import type { Arm, LagLaw, LagPart, LatencyLaw, Scenario } from './scenario.ts';
import type { ScenarioInput } from './schema.ts';
import { formatDuration, formatRate, formatSize } from './units.ts';

const LIVE_DEFAULTS = {
  directory: { authorities: 9, uplinkBitsPerSecond: 100e6, intervalSeconds: 3600, jitterShare: 0.5 },
  circuit: { perSecond: 13_900 },
};
const TRUST_DEFAULTS: Scenario['trust'] = {
  roles: {
    root: { threshold: 2, keys: 3 },
    targets: { threshold: 2, keys: 3 },
    snapshot: { threshold: 1, keys: 1 },
    timestamp: { threshold: 1, keys: 1 },
  },
  delegations: [],
  thirdPartyShare: 1,
  timestampEverySeconds: 0,
  timestampExpiresSeconds: 7 * 86_400,
  rotations: [],
};

/** The curve that an empirical law's CSV file holds. */
export type CurveReader = (file: string) => LagCurve;

function latencyLaw(input: ScenarioInput['network']['latency']): LatencyLaw {
  if (input === 'population') return { law: 'population' };
  if (input.uniform !== undefined) {
    const [minMs, maxMs] = input.uniform;
    return { law: 'uniform', minMs, maxMs };
  }
  return { law: 'constant', latencyMs: input.constant! };
}

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

function arm(name: string, input: ScenarioInput['arms'][string], readCurve: CurveReader): Arm {
  if (input.channel === 'gossip') return { kind: 'live', name, channels: ['gossip'], ...LIVE_DEFAULTS };
  const lag = lagLaw(input.lag, readCurve);
  const untilDays = input.until ?? lastKnownDay(lag) ?? DEFAULT_UNTIL_DAYS;
  return { kind: 'manual', name, lag, untilDays, restartSeconds: input.restart };
}

/** The scenario that a file's values stand for. */
export function toScenario(input: ScenarioInput, readCurve: CurveReader): Scenario {
  const { network, gossipsub, costs } = input;
  const { heartbeat, ...peers } = gossipsub;
  return {
    name: input.name,
    question: input.question,
    seed: input.seed,
    engine: input.engine,
    fidelity: input.fidelity,
    threads: input.threads === 'auto' ? 0 : input.threads,
    network: {
      relays: network.relays,
      population: network.population,
      degree: network.degree,
      dialing: network.dialing,
      latency: latencyLaw(network.latency),
      uplink:
        network.uplink === null ? { law: 'population' } : { law: 'constant', bitsPerSecond: network.uplink },
    },
    gossipsub: { ...peers, heartbeatMs: heartbeat },
    durationSeconds: input.duration,
    updates: input.updates.map(({ module, at, size }) => ({
      module,
      atSeconds: at,
      sizeBytes: size,
      priority: 0,
      notBeforeSeconds: null,
      rollout: null,
      publisher: null,
      revokeAtSeconds: null,
    })),
    trust: TRUST_DEFAULTS,
    presence: { late: null, away: null },
    adversary: null,
    traffic: input.traffic,
    costs: {
      verifySignatureUs: costs.verifySignature,
      hashUsPerKiB: costs.hashPerKiB,
      admitUs: costs.admit,
      admitUsPerKiB: costs.admitPerKiB,
    },
    arms: Object.entries(input.arms).map(([name, one]) => arm(name, one, readCurve)),
    historical: input.historical,
  };
}

function latencyYaml(latency: LatencyLaw): unknown {
  if (latency.law === 'population') return 'population';
  if (latency.law === 'constant') return { constant: formatDuration(latency.latencyMs, 'ms') };
  return { uniform: [formatDuration(latency.minMs, 'ms'), formatDuration(latency.maxMs, 'ms')] };
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

function armYaml(one: Arm): object {
  if (one.kind === 'live') return { channel: 'gossip' };
  return {
    channel: 'manual',
    lag: lagYaml(one.lag),
    until: formatDuration(one.untilDays, 'd'),
    restart: formatDuration(one.restartSeconds, 's'),
  };
}

/** The comment by which editors find the schema. */
export function schemaComment(schemaPath: string): string {
  return `# yaml-language-server: $schema=${schemaPath}`;
}

/** Where the schema lies as seen from results/<scenario>/seed-<n>/. */
const SCHEMA_FROM_RESULTS = '../../../scenarios/schema.json';

/** The scenario as a file of the same language, every default spelled out. */
export function resolvedYaml(scenario: Scenario, schemaPath = SCHEMA_FROM_RESULTS): string {
  const { network, gossipsub, costs } = scenario;
  const { heartbeatMs, floodPublish, ...peers } = gossipsub;
  const tree = {
    name: scenario.name,
    question: scenario.question,
    seed: scenario.seed,
    engine: scenario.engine,
    fidelity: scenario.fidelity,
    threads: scenario.threads === 0 ? 'auto' : scenario.threads,
    network: {
      relays: network.relays,
      population: network.population,
      degree: network.degree,
      dialing: network.dialing,
      latency: latencyYaml(network.latency),
      uplink: network.uplink.law === 'population' ? 'population' : formatRate(network.uplink.bitsPerSecond),
    },
    gossipsub: { ...peers, heartbeat: formatDuration(heartbeatMs, 'ms'), floodPublish },
    duration: formatDuration(scenario.durationSeconds, 's'),
    updates: scenario.updates.map(({ module, atSeconds, sizeBytes }) => ({
      module,
      at: formatDuration(atSeconds, 's'),
      size: sizeBytes === null ? 'compiled' : formatSize(sizeBytes),
    })),
    traffic: { utilization: scenario.traffic.utilization },
    costs: {
      verifySignature: formatDuration(costs.verifySignatureUs, 'us'),
      hashPerKiB: formatDuration(costs.hashUsPerKiB, 'us'),
      admit: formatDuration(costs.admitUs, 'us'),
      admitPerKiB: formatDuration(costs.admitUsPerKiB, 'us'),
    },
    arms: Object.fromEntries(scenario.arms.map((one) => [one.name, armYaml(one)])),
    historical: scenario.historical,
  };
  const document = new Document(tree, { aliasDuplicateObjects: false });
  // Tables read better as rows than as one number a line.
  visit(document, {
    Seq(_key, seq) {
      if (seq.items.every((item) => !isMap(item))) seq.flow = true;
    },
  });
  return `${schemaComment(schemaPath)}\n${document.toString({ lineWidth: 110, flowCollectionPadding: false })}`;
}
