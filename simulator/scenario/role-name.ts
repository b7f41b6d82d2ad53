/** Names of the roles of a TUF repository: files of the repository are called after them. */

import type { TopRole } from './scenario.ts';

export const TOP_ROLES = ['root', 'targets', 'snapshot', 'timestamp'] as const satisfies readonly TopRole[];

/** What a delegated role may be called; the same as node/trust/update-target.ts admits. */
export const ROLE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
