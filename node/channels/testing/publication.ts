/** Publications of a test repository as channels see them, for tests: bundles, and a source to serve from. */

import { metadataFile, TARGETS_FOLDER, TIMESTAMP_FILE } from '../../trust/file-name.ts';
import { sha256, type TestRepository } from '../../trust/testing/test-repository.ts';
import type { TrustVersions } from '../../trust/trust-client.ts';
import { encodeBundle } from '../bundle.ts';
import type { FileSource } from '../sync-server.ts';

/** The files of the newest publication in canonical order; `target` is the one that travels inside, if any. */
export function publicationFiles(repository: TestRepository, target?: Uint8Array): Map<string, Uint8Array> {
  const { next, files } = repository;
  const names = [
    TIMESTAMP_FILE,
    metadataFile('snapshot', next.snapshot - 1),
    metadataFile('targets', repository.contentOf('targets').version),
  ];
  if (target !== undefined) names.push(targetName(files, target));
  return new Map(names.map((name) => [name, repository.get(name)]));
}

export function publicationBundle(repository: TestRepository, target?: Uint8Array): Uint8Array {
  return encodeBundle(publicationFiles(repository, target));
}

/** Serves a test repository, as an authority does. */
export function repositorySource(repository: TestRepository): FileSource {
  return {
    file: (name) => repository.files.get(name) ?? null,
    versions: (): TrustVersions => ({
      root: repository.next.root - 1,
      timestamp: repository.next.timestamp - 1,
      snapshot: repository.next.snapshot - 1,
      timestampSha256: sha256(repository.get(TIMESTAMP_FILE)),
    }),
  };
}

function targetName(files: ReadonlyMap<string, Uint8Array>, target: Uint8Array): string {
  const hash = sha256(target);
  for (const name of files.keys()) {
    if (name.startsWith(`${TARGETS_FOLDER}/`) && name.includes(hash)) return name;
  }
  throw new RangeError('the repository has no such target');
}
