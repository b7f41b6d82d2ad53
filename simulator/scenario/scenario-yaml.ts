/**
 * From the keys of the YAML to `Scenario` and back.
 *
 * What goes out spells out every default in the same language, so that a run can be repeated from it even
 * when defaults change; it reads back as the very same scenario.
 */

import assert from 'node:assert/strict';
import { Document, isMap, visit } from 'yaml';
import { adversaryYaml, sybilsOf, toAdversary } from './adversary-yaml.ts';
import { armYaml, toArm } from './arm-yaml.ts';
import { churnYaml, toChurn } from './churn-yaml.ts';
import { faultYaml, toFault } from './fault-yaml.ts';
import type { CurveReader } from './lag-yaml.ts';
import { assertionWords, measureYaml, toAssertions, toMeasure, toReport } from './measure-yaml.ts';
import { startSeconds } from './network-schema.ts';
import { toOperators } from './operators-yaml.ts';
import type { PopulationInput } from './population-schema.ts';
import { populationYaml } from './population-yaml.ts';
import { presenceYaml, toPresence } from './presence-yaml.ts';
import type { FilePopulation, LatencyLaw, NetworkPlan, Scenario } from './scenario.ts';
import type { ScenarioInput } from './schema.ts';
import { sweepYaml, toSweep } from './sweep-schema.ts';
import { toTraffic, trafficYaml } from './traffic-yaml.ts';
import { toTrust, trustYaml } from './trust-yaml.ts';
import { formatDuration, formatRate } from './units.ts';
import { toUpdate, updateYaml } from './update-yaml.ts';

function latencyLaw(input: ScenarioInput['network']['latency']): LatencyLaw {
  if (input === 'population') return { law: 'population' };
  if (input.uniform !== undefined) {
    const [minMs, maxMs] = input.uniform;
    return { law: 'uniform', minMs, maxMs };
  }
  return { law: 'constant', latencyMs: input.constant! };
}

function populationPlan(
  input: PopulationInput,
  filePopulation: FilePopulation | null,
): NetworkPlan['population'] {
  if (typeof input === 'string') return input;
  assert(filePopulation !== null, 'the files of the population were not read');
  return filePopulation;
}

/** The scenario that a file's values stand for. */
export function toScenario(
  input: ScenarioInput,
  readCurve: CurveReader,
  filePopulation: FilePopulation | null = null,
): Scenario {
  const { network, gossipsub, costs } = input;
  const { heartbeat, scoring, ...peers } = gossipsub;
  const trust = toTrust(input.trust);
  const attacked = { sybils: sybilsOf(input.adversary), durationSeconds: input.duration };
  const operators = toOperators(input.operators, readCurve);
  const arms = Object.entries(input.arms).map(([name, one]) =>
    toArm(name, one, readCurve, attacked, operators),
  );
  const measure = toMeasure(input.measure);
  return {
    name: input.name,
    question: input.question,
    hypothesis: input.hypothesis,
    answer: input.answer,
    seed: input.seed,
    engine: input.engine,
    stack: input.stack,
    fidelity: input.fidelity,
    threads: input.threads === 'auto' ? 0 : input.threads,
    slowdown: input.slowdown,
    network: {
      relays: network.relays,
      population: populationPlan(network.population, filePopulation),
      ...(network.populationSeed !== undefined && { populationSeed: network.populationSeed }),
      degree: network.degree,
      dialing: network.dialing,
      latency: latencyLaw(network.latency),
      uplink:
        network.uplink === null ? { law: 'population' } : { law: 'constant', bitsPerSecond: network.uplink },
      startSeconds: startSeconds(network, input.updates),
    },
    gossipsub: { ...peers, heartbeatMs: heartbeat, ...(scoring !== undefined && { scoring }) },
    durationSeconds: input.duration,
    updates: input.updates.map(toUpdate),
    trust,
    presence: toPresence(input.presence),
    churn: toChurn(input.churn),
    adversary: toAdversary(input.adversary, {
      durationSeconds: input.duration,
      targetsThreshold: trust.roles.targets.threshold,
    }),
    faults: input.faults.map(toFault),
    traffic: toTraffic(input.traffic, input.duration),
    costs: {
      verifySignatureUs: costs.verifySignature,
      hashUsPerKiB: costs.hashPerKiB,
      admitUs: costs.admit,
      admitUsPerKiB: costs.admitPerKiB,
    },
    arms,
    historical: input.historical,
    measure,
    report: toReport(input.report),
    sweep: toSweep(input.sweep),
    assertions: toAssertions(input.assert, assertionWords(arms, input.updates.length, measure)),
  };
}

function latencyYaml(latency: LatencyLaw): unknown {
  if (latency.law === 'population') return 'population';
  if (latency.law === 'constant') return { constant: formatDuration(latency.latencyMs, 'ms') };
  return { uniform: [formatDuration(latency.minMs, 'ms'), formatDuration(latency.maxMs, 'ms')] };
}

/** The comment by which editors find the schema. */
export function schemaComment(schemaPath: string): string {
  return `# yaml-language-server: $schema=${schemaPath}`;
}

/** Where the schema lies as seen from results/<scenario>/seed-<n>/. */
const SCHEMA_FROM_RESULTS = '../../../scenarios/schema.json';

/**
 * The scenario as a file of the same language, every default spelled out; each arm has its own operators. `pathOf` turns the absolute path of a
 * file that it names into what the written file should say.
 */
export function resolvedYaml(
  scenario: Scenario,
  schemaPath = SCHEMA_FROM_RESULTS,
  pathOf: (absolute: string) => string = (absolute) => absolute,
): string {
  const { network, gossipsub, costs } = scenario;
  const { heartbeatMs, floodPublish, scoring, ...peers } = gossipsub;
  const tree = {
    name: scenario.name,
    question: scenario.question,
    ...(scenario.hypothesis !== '' && { hypothesis: scenario.hypothesis }),
    ...(scenario.answer !== '' && { answer: scenario.answer }),
    seed: scenario.seed,
    engine: scenario.engine,
    ...(scenario.stack !== 'bare' && { stack: scenario.stack }),
    fidelity: scenario.fidelity,
    threads: scenario.threads === 0 ? 'auto' : scenario.threads,
    ...(scenario.slowdown !== 1 && { slowdown: scenario.slowdown }),
    network: {
      relays: network.relays,
      population: populationYaml(network.population, pathOf),
      ...(network.populationSeed !== undefined && { populationSeed: network.populationSeed }),
      degree: network.degree,
      dialing: network.dialing,
      latency: latencyYaml(network.latency),
      uplink: network.uplink.law === 'population' ? 'population' : formatRate(network.uplink.bitsPerSecond),
      startWithin: formatDuration(network.startSeconds, 's'),
    },
    gossipsub: {
      ...peers,
      heartbeat: formatDuration(heartbeatMs, 'ms'),
      floodPublish,
      ...(scoring !== undefined && { scoring }),
    },
    duration: formatDuration(scenario.durationSeconds, 's'),
    updates: scenario.updates.map(updateYaml),
    trust: trustYaml(scenario.trust),
    presence: presenceYaml(scenario.presence),
    churn: churnYaml(scenario.churn),
    adversary: adversaryYaml(scenario.adversary),
    ...(scenario.faults.length > 0 && { faults: scenario.faults.map(faultYaml) }),
    traffic: trafficYaml(scenario.traffic),
    costs: {
      verifySignature: formatDuration(costs.verifySignatureUs, 'us'),
      hashPerKiB: formatDuration(costs.hashUsPerKiB, 'us'),
      admit: formatDuration(costs.admitUs, 'us'),
      admitPerKiB: formatDuration(costs.admitUsPerKiB, 'us'),
    },
    arms: Object.fromEntries(scenario.arms.map((one) => [one.name, armYaml(one)])),
    historical: scenario.historical,
    ...(scenario.sweep === null ? {} : { sweep: sweepYaml(scenario.sweep) }),
    ...measureYaml(scenario),
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
