/**
 * Names of the files of a TUF repository with consistent snapshots (TUF 6.2), by which a fetcher is asked.
 *
 * They are paths below the repository's address: an HTTP server, a peer and a gossip bundle know a file by the
 * same name.
 */

export const TIMESTAMP_FILE = 'timestamp.json';
export const TARGETS_FOLDER = 'targets';

/** `3.root.json`, `7.snapshot.json`, `7.targets.json`, `2.somebody.json`. */
export function metadataFile(role: string, version: number): string {
  return `${version}.${role}.json`;
}

/** `targets/<hook>/<sha256>.<file>` for a target's path. */
export function targetFile(path: string, sha256: string): string {
  const cut = path.lastIndexOf('/') + 1;
  return `${TARGETS_FOLDER}/${path.slice(0, cut)}${sha256}.${path.slice(cut)}`;
}
