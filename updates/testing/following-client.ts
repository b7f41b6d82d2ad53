/**
 * A client of another make (tuf-js' verification), which follows a repository from publication to publication.
 *
 * It keeps what it trusted and checks the next state against it, as the TUF client workflow says: new roots one by
 * one, then timestamp, snapshot, targets and delegated roles. A step that any TUF client would refuse throws.
 */

import assert from 'node:assert/strict';
import type { TrustedMetadataStore } from 'tuf-js/dist/store.js';
import { metadataFile, TIMESTAMP_FILE } from '../../node/trust/file-name.ts';

export class FollowingClient {
  private readonly verification: (root: Buffer) => TrustedMetadataStore;
  private root: Buffer;
  private timestamp: Buffer | null = null;
  private snapshot: Buffer | null = null;
  /** Paths of the targets that it found at last. */
  targets: string[] = [];

  /** `verification`: a store of tuf-js that trusts a root; packages for tests are imported by tests only. */
  constructor(firstRoot: Uint8Array, verification: (root: Buffer) => TrustedMetadataStore) {
    this.verification = verification;
    this.root = Buffer.from(firstRoot);
  }

  /** Reads the repository through `file`; throws what the verification throws. */
  refresh(file: (name: string) => Uint8Array | null): void {
    const read = (name: string): Buffer => {
      const bytes = file(name);
      assert.ok(bytes !== null, `${name} is missing`);
      return Buffer.from(bytes);
    };
    const store = this.verification(this.root);
    for (;;) {
      const next = file(metadataFile('root', store.root.signed.version + 1));
      if (next === null) break;
      this.root = Buffer.from(next);
      store.updateRoot(this.root);
    }
    // TUF 5.3.11: what was signed with keys that are rotated away is forgotten, here because it is refused.
    ignoring(() => this.timestamp !== null && store.updateTimestamp(this.timestamp));
    const timestamp = read(TIMESTAMP_FILE);
    if (this.timestamp === null || !timestamp.equals(this.timestamp)) store.updateTimestamp(timestamp);
    this.timestamp = timestamp;
    ignoring(() => this.snapshot !== null && store.updateSnapshot(this.snapshot, true));
    assert.ok(store.timestamp !== undefined);
    const snapshot = read(metadataFile('snapshot', store.timestamp.signed.snapshotMeta.version));
    store.updateSnapshot(snapshot);
    this.snapshot = snapshot;
    this.targets = this.readTargets(store, read);
  }

  private readTargets(store: TrustedMetadataStore, read: (name: string) => Buffer): string[] {
    const load = (role: string, parent: string) => {
      const meta = store.snapshot?.signed.meta[`${role}.json`];
      assert.ok(meta !== undefined, `${role} is not in the snapshot`);
      store.updateDelegatedTargets(read(metadataFile(role, meta.version)), role, parent);
      return Object.keys(store.getRole(role)?.signed.targets ?? {});
    };
    const own = load('targets', 'root');
    const delegated = Object.keys(store.targets?.signed.delegations?.roles ?? {});
    return [...own, ...delegated.flatMap((role) => load(role, 'targets'))];
  }
}

function ignoring(work: () => unknown): void {
  try {
    work();
  } catch {
    // An old file only helps to see a rollback; whether it still counts is for the new ones to show.
  }
}
