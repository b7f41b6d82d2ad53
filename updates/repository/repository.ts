/**
 * An update repository from its publisher's side: an ordinary TUF repository, which any TUF client can read.
 *
 * Nothing is published before its role's threshold of keys has signed: an operation without enough of them leaves
 * a staged change, `sign` adds to it, and whoever completes it publishes it. Deterministic: time, keys and storage
 * are given, and the same calls write the same bytes.
 */

import { metadataFile } from '../../node/trust/file-name.ts';
import type { UpdateTarget } from '../../node/trust/update-target.ts';
import {
  type Basis,
  creationChange,
  type DelegationRequest,
  delegationChange,
  listedUpdates,
  type ModuleName,
  moduleChange,
  type RevocationRequest,
  renewalChange,
  retirementChange,
  revocationChange,
  rolloutChange,
  rotationChange,
  withdrawalChange,
} from './change-draft.ts';
import { checkRelaysTake } from './relay-limits.ts';
import {
  type Closing,
  loadClosing,
  type Release,
  releaseChanges,
  releaseTimestamp,
  STAGED_SNAPSHOT,
  STAGED_TIMESTAMP,
  type Terms,
} from './release.ts';
import { RepositoryError } from './repository-error.ts';
import { isTopRole, loadState, type RepositoryState, type TopRole } from './repository-state.ts';
import { type RepositoryStorage, STAGED, sameFiles } from './repository-storage.ts';
import type { RoleChange, RoleKeys } from './role-draft.ts';
import { expiryAt, isExpired } from './signed-metadata.ts';
import { type SigningKey, signersAmong } from './signing-key.ts';
import {
  authoritiesOf,
  byName,
  checkSignatures,
  documentsOf,
  loadChanges,
  type StagedChange,
  signChange,
  stagedFiles,
  type Waiting,
  waitingFor,
  wrongKeys,
} from './staged-change.ts';
import type { ModuleRequest } from './update-entry.ts';

export interface RepositoryOptions {
  readonly storage: RepositoryStorage;
  /** Milliseconds since 1970; decides when new metadata expire, and whether those before have. */
  readonly nowMs: () => number;
  /** How long metadata of a role are good for after they were signed. */
  readonly expirySeconds: Readonly<Record<TopRole | 'delegated', number>>;
}

export interface RepositoryVersions {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  /** Of `targets` and each delegated role. */
  readonly targets: Readonly<Record<string, number>>;
}

/** What an operation has published, or what it waits for. */
export interface Publication {
  /** Whether something went live. */
  readonly live: boolean;
  /** The files that went live, by their names in the repository; none while it waits. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of what is live now; null before the first publication. */
  readonly versions: RepositoryVersions | null;
  /** Signatures that are missing, of everything that is staged. */
  readonly waiting: readonly Waiting[];
}

export class UpdateRepository {
  private readonly options: RepositoryOptions;
  private live: RepositoryState | null;
  private changes: ReadonlyMap<string, StagedChange>;
  private closing: Closing;

  private constructor(options: RepositoryOptions) {
    this.options = options;
    this.live = loadState(options.storage);
    this.changes = loadChanges(options.storage);
    this.closing = loadClosing(options.storage);
  }

  /** Begins a repository in an empty storage. Keys that can sign do; where they do not suffice, it waits. */
  static create(
    options: RepositoryOptions,
    { roles }: { readonly roles: Readonly<Record<TopRole, RoleKeys>> },
  ): UpdateRepository {
    const repository = new UpdateRepository(options);
    if (repository.live !== null || repository.changes.size > 0) {
      throw new RepositoryError('present', 'there is a repository already', 'take an empty folder');
    }
    const signers = signersAmong(Object.values(roles).flatMap(({ keys }) => keys));
    repository.stage(creationChange(roles, repository.expires), signers);
    return repository;
  }

  /** Opens the repository of a storage. Throws RepositoryError if there is none, or it is not sound. */
  static open(options: RepositoryOptions): UpdateRepository {
    const repository = new UpdateRepository(options);
    if (repository.live === null && repository.changes.size === 0) {
      throw new RepositoryError(
        'absent',
        'there is no repository',
        'make one: npm run update -- repository create',
      );
    }
    return repository;
  }

  publishModule(request: ModuleRequest, keys: readonly SigningKey[]): Publication {
    return this.stage(moduleChange(this.basis(), request), keys);
  }

  /** Raises or lowers the share of relays that may run a module; the cohort grows and shrinks by the same salt. */
  setRollout(name: ModuleName, fraction: number, keys: readonly SigningKey[]): Publication {
    return this.stage(rolloutChange(this.basis(), name, fraction), keys);
  }

  /** Takes a module off the list that a later version has replaced, so that the metadata do not grow for ever. */
  retire(name: ModuleName, keys: readonly SigningKey[]): Publication {
    return this.stage(retirementChange(this.basis(), name), keys);
  }

  /** Lists a revocation beside what it revokes. */
  revoke(request: RevocationRequest, keys: readonly SigningKey[]): Publication {
    return this.stage(revocationChange(this.basis(), request), keys);
  }

  /** Lets another role publish for some hooks. It waits for the role's own first signatures. */
  delegate(request: DelegationRequest, keys: readonly SigningKey[]): Publication {
    return this.stage(delegationChange(this.basis(), request), [...keys, ...signersAmong(request.keys)]);
  }

  withdrawDelegation(name: string, keys: readonly SigningKey[]): Publication {
    return this.stage(withdrawalChange(this.basis(), name), keys);
  }

  /** Changes keys or threshold of a role; for a top-level role a new root, signed by old and new root keys. */
  rotate(role: string, change: RoleChange, keys: readonly SigningKey[]): Publication {
    return this.stage(rotationChange(this.basis(), role, change), [
      ...keys,
      ...signersAmong(change.add ?? []),
    ]);
  }

  /** Signs a role's metadata anew, with nothing but a new version and expiry. */
  renew(role: string, keys: readonly SigningKey[]): Publication {
    if (role === 'timestamp') return this.timestamp(keys);
    if (role !== 'snapshot') return this.stage(renewalChange(this.basis(), role), keys);
    this.basis();
    return this.settle(this.changes, this.release(this.changes, keys, true));
  }

  /** Signs a fresh timestamp of what is live: clients see that nothing newer is kept from them. */
  timestamp(keys: readonly SigningKey[]): Publication {
    const { live } = this.basis();
    this.refuseExpired(live, ['root', 'snapshot', 'targets']);
    const release = releaseTimestamp(live, keys, this.closing, this.terms());
    if (keys.length > 0 && release.state === null && release.closing.timestamp === null) {
      throw wrongKeys(release.waiting);
    }
    return this.settle(this.changes, release);
  }

  /** Adds signatures to everything staged that the keys can sign, and publishes what has enough. */
  sign(keys: readonly SigningKey[]): Publication {
    const before = this.stagedBytes(this.changes, this.closing);
    const waiting = this.waiting();
    const changes = new Map<string, StagedChange>();
    for (const [name, change] of this.changes) {
      checkSignatures(this.live, change);
      changes.set(name, signChange(this.live, change, keys));
    }
    const release = this.releaseStaged(changes, keys);
    if (release.state === null && sameFiles(this.stagedBytes(changes, release.closing), before)) {
      throw wrongKeys(waiting);
    }
    return this.settle(changes, release);
  }

  /** Drops a staged change, or all of them. */
  discard(name?: string): void {
    if (name !== undefined && !this.changes.has(name)) {
      const staged = [...this.changes.keys()].join(', ') || 'nothing';
      throw new RepositoryError('unknown-role', `nothing of ${name} is staged`, `staged is ${staged}`);
    }
    const kept = [...this.changes].filter(([staged]) => name !== undefined && staged !== name);
    this.write(new Map(kept), { snapshot: null, timestamp: null }, new Map());
  }

  /** A published file by its name, or null. */
  file(name: string): Uint8Array | null {
    return name.startsWith(STAGED) ? null : this.options.storage.read(name);
  }

  /** The root that goes to relays with their software: the first one, which later ones grow from. */
  firstRoot(): Uint8Array | null {
    return this.file(metadataFile('root', 1));
  }

  /** The updates that are live, those of delegated roles after those of `targets`. */
  targets(): readonly UpdateTarget[] {
    return this.live === null ? [] : listedUpdates(this.live);
  }

  /** What is live, role by role; null before the first publication. */
  state(): RepositoryState | null {
    return this.live;
  }

  staged(): ReadonlyMap<string, StagedChange> {
    return this.changes;
  }

  versions(): RepositoryVersions | null {
    if (this.live === null) return null;
    const { root, timestamp, snapshot, targets } = this.live;
    return {
      root: root.metadata.signed.version,
      timestamp: timestamp.metadata.signed.version,
      snapshot: snapshot.metadata.signed.version,
      targets: Object.fromEntries(
        [...targets].map(([role, document]) => [role, document.metadata.signed.version]),
      ),
    };
  }

  /** Signatures that are missing for what is staged. */
  waiting(): readonly Waiting[] {
    const changes = [...this.changes.values()]
      .sort(byName)
      .flatMap((change) =>
        documentsOf(change).flatMap(([role, document]) =>
          waitingFor(role, document, authoritiesOf(this.live, change, role)),
        ),
      );
    return [...changes, ...this.releaseStaged(this.changes, []).waiting];
  }

  private readonly expires = (role: string): string => {
    const { nowMs, expirySeconds } = this.options;
    return expiryAt(nowMs(), expirySeconds[isTopRole(role) ? role : 'delegated']);
  };

  private terms(): Terms {
    const [snapshot, timestamp] = [this.expires('snapshot'), this.expires('timestamp')];
    return { nowMs: this.options.nowMs(), snapshot, timestamp };
  }

  private basis(): Basis {
    if (this.live !== null) return { live: this.live, nowMs: this.options.nowMs(), expires: this.expires };
    throw new RepositoryError(
      'waiting',
      'the repository is not published yet: its first metadata wait for signatures',
      'sign them: npm run update -- sign',
    );
  }

  private stage(change: StagedChange, keys: readonly SigningKey[]): Publication {
    this.refuseWaiting(change);
    const signed = signChange(this.live, change, keys);
    const documents = documentsOf(signed);
    for (const [role, document] of documents) checkRelaysTake(role, document);
    if (keys.length > 0 && documents.every(([, { metadata }]) => isEmpty(metadata.signatures))) {
      throw wrongKeys(
        documents.flatMap(([role, document]) =>
          waitingFor(role, document, authoritiesOf(this.live, change, role)),
        ),
      );
    }
    const changes = new Map([...this.changes, [change.name, signed]]);
    return this.settle(changes, this.release(changes, keys, false));
  }

  private release(
    changes: ReadonlyMap<string, StagedChange>,
    keys: readonly SigningKey[],
    renewSnapshot: boolean,
  ): Release {
    return releaseChanges(this.live, changes, keys, this.closing, this.terms(), renewSnapshot);
  }

  /** Releases what is staged, were it but a fresh timestamp. */
  private releaseStaged(changes: ReadonlyMap<string, StagedChange>, keys: readonly SigningKey[]): Release {
    const release = this.release(changes, keys, false);
    const idle = release.state === null && release.waiting.length === 0;
    if (!idle || this.live === null || this.closing.timestamp === null) return release;
    return releaseTimestamp(this.live, keys, this.closing, this.terms());
  }

  private settle(changes: ReadonlyMap<string, StagedChange>, release: Release): Publication {
    if (release.state !== null) {
      const published = release.changes.flatMap((name) => [...(changes.get(name)?.targets.keys() ?? [])]);
      // A new root is the way out when all has expired, so it waits for nothing else.
      const basis = release.changes.includes('root') ? [] : ['root', 'targets'];
      this.refuseExpired(
        release.state,
        basis.filter((role) => !published.includes(role)),
      );
      for (const name of release.changes) {
        const roles = changes.get(name)?.targets.keys() ?? [];
        const cure = `drop it, and make it again: npm run update -- sign --discard ${name}`;
        this.refuseExpired(release.state, name === 'root' ? ['root', ...roles] : [...roles], cure);
      }
      checkRelaysTake('snapshot', release.state.snapshot);
    }
    const left = [...changes].filter(([name]) => !release.changes.includes(name));
    this.write(new Map(left), release.closing, release.files);
    if (release.state !== null) this.live = release.state;
    return {
      live: release.state !== null,
      files: release.files,
      versions: this.versions(),
      waiting: this.waiting(),
    };
  }

  /** Writes what goes live, and what is staged after it, in one go. */
  private write(
    changes: ReadonlyMap<string, StagedChange>,
    closing: Closing,
    live: ReadonlyMap<string, Uint8Array>,
  ): void {
    const { storage } = this.options;
    const staged = this.stagedBytes(changes, closing);
    const gone = storage.list().filter((name) => name.startsWith(STAGED) && !staged.has(name));
    storage.write(new Map([...live, ...staged, ...gone.map((name) => [name, null] as const)]));
    this.changes = changes;
    this.closing = closing;
  }

  private stagedBytes(changes: ReadonlyMap<string, StagedChange>, closing: Closing): Map<string, Uint8Array> {
    const staged = new Map([...changes.values()].flatMap((change) => [...stagedFiles(change)]));
    if (closing.snapshot !== null) staged.set(STAGED_SNAPSHOT, closing.snapshot.bytes);
    if (closing.timestamp !== null) staged.set(STAGED_TIMESTAMP, closing.timestamp.bytes);
    return staged;
  }

  private refuseWaiting(change: StagedChange): void {
    const roles = new Set(documentsOf(change).map(([role]) => role));
    for (const other of this.changes.values()) {
      const both = documentsOf(other).find(([role]) => roles.has(role));
      if (both === undefined) continue;
      throw new RepositoryError(
        'waiting',
        `version ${both[1].metadata.signed.version} of ${both[0]} waits for signatures already`,
        `complete it with: npm run update -- sign; or drop it with: npm run update -- sign --discard ${other.name}`,
      );
    }
  }

  private refuseExpired(
    { root, snapshot, targets }: RepositoryState,
    roles: readonly string[],
    cure?: string,
  ): void {
    for (const role of roles) {
      const document = role === 'root' ? root : role === 'snapshot' ? snapshot : targets.get(role);
      if (document === undefined || !isExpired(document.metadata.signed, this.options.nowMs())) continue;
      throw new RepositoryError(
        'expired',
        `${role} has expired on ${document.metadata.signed.expires}, so clients refuse what is built on it`,
        cure ?? `sign it anew first: npm run update -- renew ${role}`,
      );
    }
  }
}

function isEmpty(signatures: object): boolean {
  return Object.keys(signatures).length === 0;
}
