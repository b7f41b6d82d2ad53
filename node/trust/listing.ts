/**
 * A listing is what the trusted metadata offer, all roles together; relays that trust the same share one.
 *
 * Of a delegated role only what its delegation covers gets in: a target beyond is left out, and the role's other
 * targets stay. One that an earlier role lists, or that an earlier terminating delegation covers, is left out
 * without a word: TUF's search ends before it.
 */

import { covers, type Visit } from './delegation-walk.ts';
import type { Document } from './document.ts';
import { metadataFile, targetFile } from './file-name.ts';
import type { LeftOut } from './trust-client.ts';
import type { UpdateTarget } from './update-target.ts';
import type { VerificationCache } from './verification-cache.ts';

export interface Listing {
  readonly targets: readonly UpdateTarget[];
  /** By the names of their files in the repository. */
  readonly byFile: ReadonlyMap<string, UpdateTarget>;
  /** Targets outside their role's delegation. */
  readonly outside: readonly LeftOut[];
}

export function listTargets(
  cache: VerificationCache,
  top: Document<'targets'>,
  visits: readonly Visit[],
): Listing {
  const madeFrom = visits.map(({ chain, document }) => `${path(chain)} ${document.sha256}`).join();
  return cache.listing(top, madeFrom, () => makeListing(cache, top, visits));
}

function path(chain: Visit['chain']): string {
  return chain.map(({ name }) => name).join('>');
}

function makeListing(cache: VerificationCache, top: Document<'targets'>, visits: readonly Visit[]): Listing {
  const own = cache.updatesOf(top, 'targets');
  const targets: UpdateTarget[] = [...own.updates];
  const outside: LeftOut[] = [];
  const taken = new Set(own.paths);
  for (const { role, document, chain, ended } of visits) {
    const { updates, paths } = cache.updatesOf(document, role);
    const reached = (target: string) => !taken.has(target) && !ended.some((end) => covers(end, target));
    for (const update of updates) {
      if (!covers(chain, update.path)) {
        const file = metadataFile(role, document.version);
        outside.push({ refused: 'outside-delegation', file, detail: `${role} lists ${update.path}` });
      } else if (reached(update.path)) targets.push(update);
    }
    for (const target of paths) if (covers(chain, target)) taken.add(target);
  }
  const byFile = new Map(targets.map((target) => [targetFile(target.path, target.sha256), target]));
  return { targets, byFile, outside };
}
