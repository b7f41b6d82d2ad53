/**
 * Which files of a repository one gossip message carries, and in which order.
 *
 * A relay checks them in this order and needs nothing else, if it knows an earlier root: the latest roots,
 * timestamp, snapshot, targets, delegated roles, the new module. When not all fits, delegated roles that have not
 * changed are left out first, then the module; a relay asks its peers for what it misses. How files become bytes is the channel's business
 * (node/channels/bundle.ts).
 */

import {
  BUNDLE_MAX_BYTES,
  BUNDLE_MAX_FILES,
  BUNDLE_MAX_ROOTS,
  INLINE_MAX_BYTES,
} from '../../node/channels/limits.ts';
import { metadataFile, TARGETS_FOLDER, TIMESTAMP_FILE } from '../../node/trust/file-name.ts';
import type { Publication, UpdateRepository } from './repository.ts';

export interface BundleLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly maxRoots: number;
  /** Longest target that travels inside. */
  readonly inlineMaxBytes: number;
}

export const BUNDLE_LIMITS: BundleLimits = {
  maxBytes: BUNDLE_MAX_BYTES,
  maxFiles: BUNDLE_MAX_FILES,
  maxRoots: BUNDLE_MAX_ROOTS,
  inlineMaxBytes: INLINE_MAX_BYTES,
};

/** What a file costs beside its bytes and its name, at most. */
const FRAMING_BYTES = 16;

/**
 * Files of the message about a publication. Empty if nothing went live.
 *
 * A fresh timestamp travels with the latest roots alone: who was away while keys were rotated could not check it
 * otherwise, and would hold it against whoever passes it on.
 */
export function gossipFiles(
  repository: Pick<UpdateRepository, 'file' | 'versions'>,
  publication: Pick<Publication, 'files'>,
  limits: BundleLimits = BUNDLE_LIMITS,
): Map<string, Uint8Array> {
  const { files } = publication;
  const versions = repository.versions();
  if (files.size === 0 || versions === null) return new Map();
  const roots = rootFiles(versions.root, limits.maxRoots);
  if (files.size === 1 && files.has(TIMESTAMP_FILE)) {
    return new Map([...fitting(repository, roots, limits), ...files]);
  }
  const { targets, ...delegated } = versions.targets;
  const delegatedFiles = Object.keys(delegated)
    .sort()
    .map((role) => metadataFile(role, delegated[role]));
  // One at most. A revocation is told whole by the metadata, so a module goes before. A third party's goes without its
  // file: relays that do not follow the third party could not check it, and would keep the revocation from others.
  const isOfDevelopers = files.has(metadataFile('targets', targets));
  const inline = [...files]
    .filter(([name, { length }]) => name.startsWith(`${TARGETS_FOLDER}/`) && length <= limits.inlineMaxBytes)
    .map(([name]) => name)
    .filter((name) => isOfDevelopers || !isRevocationFile(name))
    .sort((one, other) => Number(isRevocationFile(one)) - Number(isRevocationFile(other)))
    .slice(0, 1);
  const canonical = [
    ...roots,
    TIMESTAMP_FILE,
    metadataFile('snapshot', versions.snapshot),
    metadataFile('targets', targets),
    ...delegatedFiles,
    ...inline,
  ];
  // What this publication wrote comes first when not all fits, metadata before modules.
  const isNew = (name: string) => files.has(name) || !delegatedFiles.includes(name);
  const urgent = [...canonical.filter(isNew), ...canonical.filter((name) => !isNew(name))];
  const chosen = fitting(repository, urgent, limits);
  return new Map(canonical.flatMap((name) => (chosen.has(name) ? [[name, chosen.get(name)!]] : [])));
}

function isRevocationFile(name: string): boolean {
  return name.endsWith('.revocation.json');
}

/** The latest roots after the first, which every relay has. */
function rootFiles(newest: number, maxRoots: number): string[] {
  const oldest = Math.max(2, newest - maxRoots + 1);
  return Array.from({ length: newest - oldest + 1 }, (_, place) => metadataFile('root', oldest + place));
}

function fitting(
  repository: Pick<UpdateRepository, 'file'>,
  names: readonly string[],
  { maxBytes, maxFiles }: BundleLimits,
): Map<string, Uint8Array> {
  const chosen = new Map<string, Uint8Array>();
  let size = 0;
  for (const name of names) {
    const bytes = repository.file(name);
    if (bytes === null) continue;
    const cost = bytes.length + Buffer.byteLength(name) + FRAMING_BYTES;
    // What comes later needs what comes before.
    if (chosen.size === maxFiles || size + cost > maxBytes) break;
    chosen.set(name, bytes);
    size += cost;
  }
  return chosen;
}
