/**
 * Reads what a relay trusted before a restart back from its store.
 *
 * A disk may lie. So everything is verified again from the root up, by the same checks as files from strangers,
 * all but expiry: what has expired still says which versions are too old (TUF 5.4, 5.5). What does not pass is
 * removed, and fetched anew by the next refresh.
 */

import { walkDelegations } from './delegation-walk.ts';
import { type Document, type DocumentKind, isNamedBy, metaOf } from './document.ts';
import type { Examination, Examined, Overtaken } from './examination.ts';
import { metadataFile, TIMESTAMP_FILE } from './file-name.ts';
import { listTargets } from './listing.ts';
import type { ThirdPartyPolicy } from './trust-client.ts';
import type { TrustStore } from './trust-store.ts';
import type { TrustedState } from './trusted-state.ts';

/** Before everything: nothing has expired by then. */
const NO_EXPIRY_MS = Number.NEGATIVE_INFINITY;

export function restore(
  state: TrustedState,
  store: TrustStore,
  examination: Examination,
  policy: ThirdPartyPolicy,
): void {
  restoreRoots();
  restoreTimestamp();
  restoreSnapshot();
  restorePublication();
  state.tidy();

  function restoreRoots(): void {
    state.save(metadataFile('root', state.root.version), state.root.bytes);
    for (;;) {
      const trusted = state.root;
      const file = metadataFile('root', trusted.version + 1);
      const next = take(file, (bytes) => examination.nextRoot(trusted, bytes));
      if (next === null) return;
      state.roots.push(next);
    }
  }

  function restoreTimestamp(): void {
    state.timestamp = take(TIMESTAMP_FILE, (bytes) =>
      examination.nextTimestamp(state.root, null, bytes, NO_EXPIRY_MS),
    );
  }

  /** The highest one, which after a crash may not be the one that the timestamp names. */
  function restoreSnapshot(): void {
    const versions = store
      .list()
      .flatMap((file) => /^([1-9]\d{0,15})\.snapshot\.json$/.exec(file)?.[1] ?? []);
    for (const version of versions.map(Number).sort((one, other) => other - one)) {
      const file = metadataFile('snapshot', version);
      state.snapshot = take(file, (bytes) => examination.keptSnapshot(state.root, version, bytes));
      if (state.snapshot !== null) return;
    }
  }

  function restorePublication(): void {
    const { timestamp, snapshot } = state;
    if (timestamp === null || snapshot === null) return;
    if (!isNamedBy(timestamp.metadata.signed.snapshotMeta, snapshot)) return;
    const targets = restoreTargets(snapshot, state.root, 'targets');
    if (targets === null) return;
    const walk = walkDelegations(targets, policy);
    let step = walk.next();
    while (!step.done) {
      const { role, delegator } = step.value;
      const document = restoreTargets(snapshot, delegator, role);
      if (document === null && metaOf(snapshot, role) !== null) state.isIncomplete = true;
      step = walk.next(document);
    }
    const visits = step.value;
    const listing = listTargets(examination.cache, targets, visits);
    state.publication = { timestamp, snapshot, targets, visits, listing };
  }

  function restoreTargets(
    snapshot: Document<'snapshot'>,
    delegator: Document<'root' | 'targets'>,
    role: string,
  ): Document<'targets'> | null {
    const meta = metaOf(snapshot, role);
    if (meta === null) return null;
    return take(metadataFile(role, meta.version), (bytes) =>
      examination.nextTargets(delegator, role, meta, null, bytes, NO_EXPIRY_MS),
    );
  }

  function take<Kind extends DocumentKind>(
    file: string,
    examine: (bytes: Uint8Array) => Examined<Kind> | Overtaken,
  ): Document<Kind> | null {
    const bytes = store.read(file);
    if (bytes === null) return null;
    const examined = examine(bytes);
    if ('metadata' in examined) return examined;
    state.drop(file);
    return null;
  }
}
