/**
 * Holds what is published to the bounds of relays: metadata that are valid, but larger or richer than a relay takes,
 * would be refused by all of them at once, and with them everything that is published later.
 */

import { type DocumentKind, parseDocument } from '../../node/trust/document.ts';
import { MAX_BYTES } from '../../node/trust/examination.ts';
import { RepositoryError } from './repository-error.ts';
import { type Document, type Signable, sha256 } from './signed-metadata.ts';

/** Bytes that signatures of others may still add to a staged document. */
const ROOM_FOR_SIGNATURES = 4096;

const RETIRE = 'retire modules that later versions have replaced: npm run update -- retire';

/** Throws RepositoryError for metadata of a role that relays would refuse, or nearly. */
export function checkRelaysTake(role: string, { bytes }: Document<Signable>): void {
  const kind: DocumentKind =
    role === 'root' || role === 'snapshot' || role === 'timestamp' ? role : 'targets';
  const most = MAX_BYTES[kind] - ROOM_FOR_SIGNATURES;
  if (bytes.length > most) {
    throw new RepositoryError(
      'too-large',
      `${role} would have ${bytes.length} bytes; relays take ${most}`,
      kind === 'targets' ? RETIRE : 'remove keys or roles that are no longer needed',
    );
  }
  const parsed = parseDocument(kind, bytes, sha256(bytes));
  if (!('malformed' in parsed)) return;
  throw new RepositoryError(
    'too-large',
    `${role} would be refused by relays: ${parsed.malformed}`,
    kind === 'targets' ? RETIRE : 'take fewer keys, shorter names, or fewer roles',
  );
}
