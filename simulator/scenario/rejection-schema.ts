/** The part of the schema that says when directory authorities take out who has not upgraded. */

import { z } from 'zod';
import { duration } from './schema-values.ts';
import { formatDuration } from './units.ts';

const REJECTED_AFTER_DAYS = { min: 1 / 86_400, max: 36_500 };

export const rejectionSchema = z.strictObject({
  after: duration('d', REJECTED_AFTER_DAYS, {
    description: 'How long after the release; who runs it by then stays',
    examples: ['9d'],
  }),
  readmit: z
    .boolean()
    .default(true)
    .meta({
      description:
        'Whether a relay that upgrades afterwards is listed again; false: its keys count as lost, and it stays out',
      examples: [true],
    }),
});

export type RejectionInput = z.output<typeof rejectionSchema>;

/** Authorities that take relays out of the consensus which do not run a release. */
export interface RejectionPlan {
  readonly afterDays: number;
  readonly readmits: boolean;
}

export function toRejection({ after, readmit }: RejectionInput): RejectionPlan {
  return { afterDays: after, readmits: readmit };
}

export function rejectionYaml({ afterDays, readmits }: RejectionPlan): object {
  return { after: formatDuration(afterDays, 'd'), readmit: readmits };
}
