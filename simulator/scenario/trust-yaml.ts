/** The repository's keys and roles: from the keys of the YAML to the numbers of a scenario, and back. */

import { TOP_ROLES } from './role-name.ts';
import type { KeyThreshold, TrustPlan } from './scenario.ts';
import type { TrustInput } from './trust-schema.ts';
import { formatDuration } from './units.ts';
import { NEVER } from './update-schema.ts';

/** The repository that a file's values stand for. */
export function toTrust(input: TrustInput): TrustPlan {
  return {
    roles: input.keys,
    delegations: input.delegations.map(({ name, hooks, keys }) => ({ name, hooks, threshold: keys })),
    thirdPartyShare: input.thirdParties,
    timestampEverySeconds: input.timestampEvery ?? 0,
    timestampExpiresSeconds: input.timestampExpires,
    rotations: input.rotations.map(({ role, at }) => ({ role, atSeconds: at })),
  };
}

function thresholdYaml({ threshold, keys }: KeyThreshold): string {
  return `${threshold} of ${keys}`;
}

/** The repository in the language of the file. */
export function trustYaml(trust: TrustPlan): object {
  const { timestampEverySeconds } = trust;
  return {
    keys: Object.fromEntries(TOP_ROLES.map((role) => [role, thresholdYaml(trust.roles[role])])),
    delegations: trust.delegations.map(({ name, hooks, threshold }) => ({
      name,
      hooks: [...hooks],
      keys: thresholdYaml(threshold),
    })),
    thirdParties: trust.thirdPartyShare,
    timestampEvery: timestampEverySeconds === 0 ? NEVER : formatDuration(timestampEverySeconds, 's'),
    timestampExpires: formatDuration(trust.timestampExpiresSeconds, 's'),
    rotations: trust.rotations.map(({ role, atSeconds }) => ({ role, at: formatDuration(atSeconds, 's') })),
  };
}
