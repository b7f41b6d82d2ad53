/**
 * Names of the files of a TUF repository with consistent snapshots (TUF 6.2), by which a fetcher is asked.
 *
 * They are paths below the repository's address: an HTTP server, a peer and a gossip bundle know a file by the
 * same name.
 */

export const TIMESTAMP_FILE = 'timestamp.json';
export const TARGETS_FOLDER = 'targets';

/** Names of top-level metadata that were asked for, by role and version: relays ask for the same ones all the time. */
const KNOWN_NAMES = new Map(['root', 'snapshot', 'targets'].map((role) => [role, new Map<number, string>()]));
const KNOWN_NAMES_MAX = 1024;

/** `3.root.json`, `7.snapshot.json`, `7.targets.json`, `2.somebody.json`. */
export function metadataFile(role: string, version: number): string {
  const known = KNOWN_NAMES.get(role);
  let name = known?.get(version);
  if (name !== undefined) return name;
  name = `${version}.${role}.json`;
  if (known !== undefined && known.size >= KNOWN_NAMES_MAX) known.clear();
  known?.set(version, name);
  return name;
}

/** `targets/<hook>/<sha256>.<file>` for a target's path. */
export function targetFile(path: string, sha256: string): string {
  const cut = path.lastIndexOf('/') + 1;
  return `${TARGETS_FOLDER}/${path.slice(0, cut)}${sha256}.${path.slice(cut)}`;
}

const filesOfTargets = new WeakMap<NamedTarget, string>();

interface NamedTarget {
  readonly path: string;
  readonly sha256: string;
}

/** The same for a target that metadata list, worked out once. */
export function fileOfTarget(target: NamedTarget): string {
  let file = filesOfTargets.get(target);
  if (file === undefined) filesOfTargets.set(target, (file = targetFile(target.path, target.sha256)));
  return file;
}
