/**
 * What a relay has passed on of the publication that it trusts: a message is worth passing on once for each file.
 *
 * Anybody can take genuine files, leave some out, and have a message with an id of its own. Without this bound each
 * of them would travel through the whole network; with it, no more do than there are files. A fresh timestamp makes no
 * other file worth it again.
 */

import { SparseSet } from '../sparse-set.ts';
import { TIMESTAMP_FILE } from '../trust/file-name.ts';
import type { TrustVersions } from '../trust/trust-client.ts';

export class PassedOn {
  private snapshot = 0;
  private timestampSha256 = '';
  private readonly names = new SparseSet<string>();

  /** Whether a message brings any file of this publication that was not passed on yet; if so, it is from now on. */
  take(trusted: Pick<TrustVersions, 'snapshot' | 'timestampSha256'>, names: Iterable<string>): boolean {
    if (trusted.snapshot !== this.snapshot) this.names.clear();
    if (trusted.timestampSha256 !== this.timestampSha256) this.names.delete(TIMESTAMP_FILE);
    this.snapshot = trusted.snapshot;
    this.timestampSha256 = trusted.timestampSha256;
    const before = this.names.size;
    for (const name of names) this.names.add(name);
    return this.names.size > before;
  }
}
