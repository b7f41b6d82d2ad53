/** Updates: from the keys of the YAML to the numbers of a scenario, and back. */

import type { z } from 'zod';
import type { UpdatePlan } from './scenario.ts';
import { formatDuration, formatSize } from './units.ts';
import { AT_ONCE, COMPILED, DEVELOPERS, NEVER, RELEASE, type updateSchema } from './update-schema.ts';

type UpdateInput = z.output<typeof updateSchema>;

/** The update that a file's values stand for. */
export function toUpdate(input: UpdateInput): UpdatePlan {
  const { rollout } = input;
  return {
    module: input.module,
    atSeconds: input.at,
    sizeBytes: input.size,
    priority: input.priority,
    notBeforeSeconds: input.notBefore,
    rollout:
      rollout === AT_ONCE
        ? null
        : {
            steps: rollout.steps,
            everySeconds: rollout.every,
            jitterSeconds: rollout.jitter,
            haltAboveFailedShare: rollout.haltAbove,
            minReports: rollout.minReports,
          },
    publisher: input.publisher === DEVELOPERS ? null : input.publisher,
    revokeAtSeconds: input.revoke,
  };
}

function momentYaml(seconds: number | null, word: string): string {
  return seconds === null ? word : formatDuration(seconds, 's');
}

/** An update in the language of the file. */
export function updateYaml(update: UpdatePlan): object {
  const { rollout } = update;
  return {
    module: update.module,
    at: formatDuration(update.atSeconds, 's'),
    size: update.sizeBytes === null ? COMPILED : formatSize(update.sizeBytes),
    priority: update.priority,
    notBefore: momentYaml(update.notBeforeSeconds, RELEASE),
    rollout:
      rollout === null
        ? AT_ONCE
        : {
            steps: [...rollout.steps],
            every: formatDuration(rollout.everySeconds, 's'),
            jitter: formatDuration(rollout.jitterSeconds, 's'),
            haltAbove: rollout.haltAboveFailedShare,
            minReports: rollout.minReports,
          },
    publisher: update.publisher ?? DEVELOPERS,
    revoke: momentYaml(update.revokeAtSeconds, NEVER),
  };
}
