/** Looks at the root that an operator gave, before anything in the state folder is touched by it. */

import { metadataFile } from '../trust/file-name.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { DaemonError } from './daemon-error.ts';

/**
 * Throws DaemonError for a file that is no root, and for the root of another network than the state folder's: what the
 * relay trusts there would be thrown away for it.
 */
export function checkRoot(root: Uint8Array, kept: Pick<TrustStore, 'read'>): void {
  const version = versionOf(root);
  if (version === null) {
    throw new DaemonError(
      'usage',
      '--root: this is no root of an update repository',
      'give the file 1.root.json of the repository whose updates the relay should run',
    );
  }
  const before = kept.read(metadataFile('root', version));
  if (before === null || Buffer.compare(before, root) === 0) return;
  throw new DaemonError(
    'usage',
    `--root: the state folder belongs to a network with another root of version ${version}`,
    'give the root of that network, or another state folder for this one',
  );
}

/** Does what begins to trust the root; throws DaemonError where the root does not allow it. */
export function trusting<Result>(begin: () => Result): Result {
  try {
    return begin();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const cure = error.message.includes('development-key')
      ? 'anyone can sign with development keys: --development-network takes them, for a trial among yourselves'
      : 'give the file 1.root.json as its publisher made it';
    throw new DaemonError('usage', `--root: ${error.message}`, cure);
  }
}

function versionOf(root: Uint8Array): number | null {
  try {
    const { signed } = JSON.parse(Buffer.from(root).toString('utf8')) as {
      signed?: { _type?: unknown; version?: unknown };
    };
    return signed?._type === 'root' && Number.isSafeInteger(signed.version) ? Number(signed.version) : null;
  } catch {
    return null;
  }
}
