/** Names of the roles of a TUF repository: files of the repository are called after them. */

import { z } from 'zod';
import type { TopRole } from './scenario.ts';
import { type KeyText, report } from './schema-values.ts';

export const TOP_ROLES = ['root', 'targets', 'snapshot', 'timestamp'] as const satisfies readonly TopRole[];

/** What a delegated role may be called; small letters only, since file systems differ in telling cases apart. */
const ROLE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The name of a delegated role. */
export function roleName(text: KeyText) {
  return z
    .string()
    .superRefine((name, context) => {
      if (ROLE_NAME.test(name)) return;
      const tidy = name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 64);
      const message = 'is not a name of small letters, digits and - (64 at most)';
      report(context, message, `for example ${tidy === '' ? 'research-lab' : tidy}`);
    })
    .meta({ ...text, pattern: ROLE_NAME.source });
}
