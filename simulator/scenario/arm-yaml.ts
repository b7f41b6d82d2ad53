/** Arms: from the keys of the YAML to the numbers of a scenario, and back. */

import {
  type ArmInput,
  type CircuitInput,
  DEFAULT_CIRCUIT,
  DEFAULT_DIRECTORY,
  type DirectoryInput,
} from './arm-schema.ts';
import { DEFAULT_UNTIL_DAYS, LAST_OBSERVED_DAY } from './lag-schema.ts';
import { type CurveReader, lagLaw, lagYaml } from './lag-yaml.ts';
import type { OperatorsPlan } from './operators-plan.ts';
import { BY_CLASS } from './operators-schema.ts';
import { operatorsYaml, toOperators } from './operators-yaml.ts';
import { rejectionYaml, toRejection } from './rejection-schema.ts';
import type { Arm, CircuitPlan, DirectoryPlan, LiveArm, ManualArm } from './scenario.ts';
import type { SybilInput } from './sybil-schema.ts';
import { overlaid, sybilYaml, toSybils } from './sybil-yaml.ts';
import { formatDuration, formatRate } from './units.ts';

/** The last day that anything is known of; null for a law given by a formula. */
export function lastKnownDay(lag: ManualArm['lag']): number | null {
  if (lag.law === 'operators') return lag.operators.knownDays;
  if (lag.law === 'historical') return LAST_OBSERVED_DAY[lag.name];
  return lag.law === 'empirical' ? lag.days[lag.days.length - 1] : null;
}

function directoryPlan({ authorities, uplink, interval, jitter }: DirectoryInput): DirectoryPlan {
  return { authorities, uplinkBitsPerSecond: uplink, intervalSeconds: interval, jitterShare: jitter };
}

function circuitPlan({ perSecond }: CircuitInput): CircuitPlan {
  return { perSecond };
}

/** What the rest of the file says of an attack on an arm. */
export interface ArmAttackDefaults {
  readonly sybils: SybilInput | undefined;
  readonly durationSeconds: number;
}

function armAdversary(
  input: Exclude<ArmInput, { channel: 'manual' }>['adversary'],
  { sybils, durationSeconds }: ArmAttackDefaults,
): Pick<LiveArm, 'adversary'> {
  if (input === undefined) return {};
  if (input === 'none') return { adversary: input };
  const adversary = toSybils(overlaid(sybils, input), durationSeconds);
  return adversary === undefined ? {} : { adversary };
}

/** The arm that a file's values stand for, under the operators that the scenario has unless the arm has its own. */
export function toArm(
  name: string,
  input: ArmInput,
  readCurve: CurveReader,
  attacked: ArmAttackDefaults,
  ofScenario: OperatorsPlan | null,
): Arm {
  const operators = input.operators === undefined ? ofScenario : toOperators(input.operators, readCurve);
  if (input.channel !== 'manual') {
    const { embeds } = input;
    return {
      kind: 'live',
      name,
      channels: [input.channel].flat(),
      directory: directoryPlan(input.directory ?? DEFAULT_DIRECTORY),
      circuit: circuitPlan(input.circuit ?? DEFAULT_CIRCUIT),
      operators:
        operators === null || embeds === undefined ? operators : { ...operators, embedsShare: embeds },
      untilDays: operators === null ? null : (input.until ?? operators.knownDays ?? DEFAULT_UNTIL_DAYS),
      ...armAdversary(input.adversary, attacked),
    };
  }
  const lag = manualLag(input.lag, operators, readCurve);
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

/** A manual arm follows the operators' classes unless it has a law of its own. */
function manualLag(
  input: Extract<ArmInput, { channel: 'manual' }>['lag'],
  operators: OperatorsPlan | null,
  readCurve: CurveReader,
): ManualArm['lag'] {
  if (input !== undefined && input !== BY_CLASS) return lagLaw(input, readCurve);
  // The cross checks have refused an arm that has neither.
  if (operators === null) throw new Error('a manual arm has neither a lag nor operators');
  return { law: 'operators', operators };
}

function liveYaml({ channels, directory, circuit, operators, untilDays, adversary }: LiveArm): object {
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
    ...(operators !== null && { operators: operatorsYaml(operators) }),
    ...(untilDays !== null && { until: formatDuration(untilDays, 'd') }),
    ...(adversary !== undefined && { adversary: adversary === 'none' ? adversary : sybilYaml(adversary) }),
  };
}

/** An arm in the language of the file; a channel's own keys only where the arm has the channel. */
export function armYaml(one: Arm): object {
  if (one.kind === 'live') return liveYaml(one);
  return {
    channel: 'manual',
    ...(one.lag.law === 'operators'
      ? { lag: BY_CLASS, operators: operatorsYaml(one.lag.operators) }
      : { lag: lagYaml(one.lag) }),
    until: formatDuration(one.untilDays, 'd'),
    drain: formatDuration(one.drainSeconds, 's'),
    restart: formatDuration(one.restartSeconds, 's'),
    ...(one.reject !== undefined && { reject: rejectionYaml(one.reject) }),
  };
}
