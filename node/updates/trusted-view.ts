/**
 * What the trusted metadata list at one moment, together with what was listed by roles whose metadata are missing.
 *
 * A message may leave a third party's metadata out, and they may expire. That says nothing about the modules that
 * run, so such a role keeps what it listed before; its word is not missed for long or its modules come to their end
 * by others of higher precedence.
 */

import type { LeftOut, TrustClient } from '../trust/trust-client.ts';
import type { UpdateTarget } from '../trust/update-target.ts';

export interface TrustedView {
  readonly targets: readonly UpdateTarget[];
  /** Names the publication. */
  readonly timestampSha256: string;
  /** Version of its snapshot; a fresh timestamp leaves it as it is. */
  readonly snapshot: number;
}

export const NOTHING_TRUSTED: TrustedView = { targets: [], timestampSha256: '', snapshot: 0 };

/** The view after a refresh; `leftOut` is what the refresh had to do without. */
export function viewOf(client: TrustClient, leftOut: readonly LeftOut[], before: TrustedView): TrustedView {
  const { timestampSha256, snapshot } = client.versions();
  const listed = client.targets();
  const missing = new Set(leftOut.flatMap(missingRole));
  if (missing.size === 0) return { targets: listed, timestampSha256, snapshot };
  const present = new Set(listed.map(({ role }) => role));
  const kept = before.targets.filter(({ role }) => missing.has(role) && !present.has(role));
  return { targets: [...listed, ...kept], timestampSha256, snapshot };
}

/** The role whose metadata are missing; none for one that merely lists what it may not. */
function missingRole({ refused, file }: LeftOut): string[] {
  if (refused === 'outside-delegation') return [];
  const role = /^\d+\.(.+)\.json$/.exec(file)?.[1];
  return role === undefined ? [] : [role];
}
