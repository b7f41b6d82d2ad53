/**
 * A listing is what the trusted metadata offer, all roles together; relays that trust the same share one.
 *
 * Of a delegated role only what its delegation covers gets in, by path and by the hook that the custom part names:
 * a target beyond is left out and reported, and the role's other targets stay. One that an earlier role lists, or that an earlier terminating delegation covers, is left out
 * without a word: TUF's search ends before it.
 */

import { covers, type Visit } from './delegation-walk.ts';
import type { Document } from './document.ts';
import { fileOfTarget, metadataFile } from './file-name.ts';
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
    const { updates, misplaced, paths } = cache.updatesOf(document, role);
    const uncovered = updates.filter((update) => !covers(chain, update.path)).map((update) => update.path);
    for (const target of [...misplaced, ...uncovered]) {
      const file = metadataFile(role, document.version);
      outside.push({ refused: 'outside-delegation', file, detail: `${role} lists ${target}` });
    }
    const reached = (target: string) =>
      covers(chain, target) && !taken.has(target) && !ended.some((end) => covers(end, target));
    targets.push(...updates.filter((update) => reached(update.path)));
    for (const target of paths) if (covers(chain, target)) taken.add(target);
  }
  const byFile = new Map(targets.map((target) => [fileOfTarget(target), target]));
  return { targets, byFile, outside };
}
