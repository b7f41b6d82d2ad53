/** Relays that come late or go away: from the keys of the YAML to the numbers of a scenario, and back. */

import { NONE, type PresenceInput } from './presence-schema.ts';
import type { PresencePlan } from './scenario.ts';
import { formatDuration } from './units.ts';

/** What a file's values say of who is there when. */
export function toPresence({ late, away }: PresenceInput): PresencePlan {
  return {
    late: late === NONE ? null : { share: late.share, fromSeconds: late.from, toSeconds: late.to },
    away:
      away === NONE
        ? null
        : { share: away.share, fromSeconds: away.from, toSeconds: away.to, forSeconds: away.for },
  };
}

interface Group {
  readonly share: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

function groupYaml({ share, fromSeconds, toSeconds }: Group): object {
  return { share, from: formatDuration(fromSeconds, 's'), to: formatDuration(toSeconds, 's') };
}

/** The same in the language of the file. */
export function presenceYaml({ late, away }: PresencePlan): object {
  return {
    late: late === null ? NONE : groupYaml(late),
    away: away === null ? NONE : { ...groupYaml(away), for: formatDuration(away.forSeconds, 's') },
  };
}
