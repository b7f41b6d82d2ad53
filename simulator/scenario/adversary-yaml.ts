/**
 * The adversary: from the keys of the YAML to the numbers of a scenario, and back.
 *
 * Two defaults depend on the rest of the file: an attack ends with the run, and as many keys are stolen as the
 * role targets needs.
 */

import { type AdversaryInput, HOSTILE_MODULE } from './adversary-schema.ts';
import { NONE } from './presence-schema.ts';
import type { AdversaryPlan, AttackPlan } from './scenario.ts';
import type { SybilInput } from './sybil-schema.ts';
import { sybilYaml, toSybils } from './sybil-yaml.ts';
import { formatDuration } from './units.ts';

type AttackInput = NonNullable<Exclude<AdversaryInput, string>['attacks']>[number];

/** What the rest of the file says. */
export interface AttackDefaults {
  readonly durationSeconds: number;
  /** Keys that it takes to sign for the role `targets`. */
  readonly targetsThreshold: number;
}

function toAttack(input: AttackInput, defaults: AttackDefaults): AttackPlan {
  const steals = input.attack === 'stolen-keys';
  return {
    attack: input.attack,
    fromSeconds: input.from,
    toSeconds: input.to ?? defaults.durationSeconds,
    everySeconds: input.every,
    keys: input.keys ?? (steals ? defaults.targetsThreshold : 0),
    module: steals ? (input.module ?? HOSTILE_MODULE) : '',
  };
}

/** The adversary that a file's values stand for; null for none. */
export function toAdversary(input: AdversaryInput, defaults: AttackDefaults): AdversaryPlan | null {
  if (input === NONE) return null;
  const { share, attacks = [] } = input;
  const sybils = toSybils(input.sybils, defaults.durationSeconds);
  if (attacks.length === 0 && sybils === undefined) return null; // each arm names its own attack
  return {
    share: attacks.length === 0 ? 0 : share,
    attacks: attacks.map((attack) => toAttack(attack, defaults)),
    ...(sybils !== undefined && { sybils }),
  };
}

/** The keys of sybils that arms start from. */
export function sybilsOf(input: AdversaryInput): SybilInput | undefined {
  return input === NONE ? undefined : input.sybils;
}

function attackYaml({ attack, fromSeconds, toSeconds, everySeconds, keys, module }: AttackPlan): object {
  return {
    attack,
    from: formatDuration(fromSeconds, 's'),
    to: formatDuration(toSeconds, 's'),
    every: formatDuration(everySeconds, 's'),
    ...(keys > 0 && { keys }),
    ...(attack === 'stolen-keys' && { module }),
  };
}

/** The adversary in the language of the file. */
export function adversaryYaml(adversary: AdversaryPlan | null): unknown {
  if (adversary === null) return NONE;
  const { share, attacks, sybils } = adversary;
  return {
    ...(attacks.length > 0 && { share, attacks: attacks.map(attackYaml) }),
    ...(sybils !== undefined && { sybils: sybilYaml(sybils) }),
  };
}
