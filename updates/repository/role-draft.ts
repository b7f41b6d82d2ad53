/**
 * The next version of a role's metadata, unsigned: what a publisher changes, applied to what is live.
 *
 * Roles and delegations are built as JSON and read back, since the models keep their classes to themselves.
 */

import { type Key, Metadata, Root, type TargetFile, Targets } from '@tufjs/models';
import { RepositoryError } from './repository-error.ts';
import { TOP_ROLES, type TopRole } from './repository-state.ts';
import { type Document, documentOf, SPEC_VERSION } from './signed-metadata.ts';
import { metadataKey, type PublicKey } from './signing-key.ts';

/** The keys of a role, and how many of them must sign. */
export interface RoleKeys {
  readonly keys: readonly PublicKey[];
  readonly threshold: number;
}

export interface RoleChange {
  readonly add?: readonly PublicKey[];
  /** Ids of keys. */
  readonly remove?: readonly string[];
  readonly threshold?: number;
}

/** What a delegation says besides who signs. */
export interface DelegationTerms {
  readonly name: string;
  readonly paths: readonly string[];
  readonly terminating: boolean;
}

export type Delegations = NonNullable<Targets['delegations']>;
type KeyMap = Record<string, Key>;
interface SignerIds {
  readonly keyIDs: string[];
  readonly threshold: number;
}

/** The signers of a role as metadata name them. Throws RepositoryError for a threshold that cannot be met. */
function signerIds(role: string, keyIDs: string[], threshold: number): SignerIds {
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > keyIDs.length) {
    throw new RepositoryError(
      'threshold',
      `${role}: ${threshold} of ${keyIDs.length} keys is no threshold that can be met`,
      keyIDs.length === 0
        ? 'give the role a key'
        : `take a threshold from 1 to ${keyIDs.length}, or more keys`,
    );
  }
  return { keyIDs, threshold };
}

function changedSigners(role: string, before: SignerIds, change: RoleChange): SignerIds {
  const removed = change.remove ?? [];
  const unknown = removed.find((keyId) => !before.keyIDs.includes(keyId));
  if (unknown !== undefined) {
    throw new RepositoryError(
      'wrong-key',
      `${role}: ${unknown} is not a key of it`,
      `its keys are ${before.keyIDs.join(', ')}`,
    );
  }
  const kept = before.keyIDs.filter((keyId) => !removed.includes(keyId));
  const added = (change.add ?? []).map(({ keyId }) => keyId);
  return signerIds(role, [...new Set([...kept, ...added])], change.threshold ?? before.threshold);
}

/** Keys as JSON, without those that no role names any more. */
function keysJson(before: KeyMap, added: readonly PublicKey[], roles: readonly SignerIds[]) {
  const all: KeyMap = { ...before };
  for (const key of added) all[key.keyId] = metadataKey(key);
  const used = new Set(roles.flatMap(({ keyIDs }) => keyIDs));
  const kept = Object.entries(all).filter(([keyId]) => used.has(keyId));
  return Object.fromEntries(kept.map(([keyId, key]) => [keyId, key.toJSON()]));
}

function signersJson({ keyIDs, threshold }: SignerIds) {
  return { keyids: [...keyIDs], threshold };
}

function rootOf(
  version: number,
  expires: string,
  roles: Readonly<Record<string, SignerIds>>,
  before: KeyMap,
  added: readonly PublicKey[],
): Document<Root> {
  const root = Root.fromJSON({
    spec_version: SPEC_VERSION,
    version,
    expires,
    consistent_snapshot: true,
    keys: keysJson(before, added, Object.values(roles)),
    roles: Object.fromEntries(Object.entries(roles).map(([name, role]) => [name, signersJson(role)])),
  });
  return documentOf(new Metadata(root));
}

export function firstRoot(roles: Readonly<Record<TopRole, RoleKeys>>, expires: string): Document<Root> {
  const signers = TOP_ROLES.map((name) => {
    const { keys, threshold } = roles[name];
    return [name, signerIds(name, [...new Set(keys.map(({ keyId }) => keyId))], threshold)] as const;
  });
  const keys = TOP_ROLES.flatMap((name) => [...roles[name].keys]);
  return rootOf(1, expires, Object.fromEntries(signers), {}, keys);
}

export function nextRoot(
  { metadata: { signed } }: Document<Root>,
  name: TopRole,
  change: RoleChange,
  expires: string,
): Document<Root> {
  const roles = { ...signed.roles, [name]: changedSigners(name, signed.roles[name], change) };
  return rootOf(signed.version + 1, expires, roles, signed.keys, change.add ?? []);
}

export function firstTargets(expires: string): Document<Targets> {
  return documentOf(new Metadata(new Targets({ specVersion: SPEC_VERSION, version: 1, expires })));
}

export interface TargetsEdit {
  /** Targets to be listed, in place of those of the same path. */
  readonly put?: readonly TargetFile[];
  /** Path of a target that is listed no more. */
  readonly drop?: string;
  readonly delegations?: Delegations;
}

export function nextTargets(
  { metadata: { signed } }: Document<Targets>,
  { put = [], drop, delegations }: TargetsEdit,
  expires: string,
): Document<Targets> {
  const { specVersion, unrecognizedFields, version } = signed;
  const targets = { ...signed.targets };
  for (const target of put) targets[target.path] = target;
  if (drop !== undefined) delete targets[drop];
  const next = delegations ?? signed.delegations;
  const content = { specVersion, unrecognizedFields, targets, expires, version: version + 1 };
  return documentOf(
    new Metadata(new Targets(next === undefined ? content : { ...content, delegations: next })),
  );
}

interface Delegated extends SignerIds, DelegationTerms {}

/** Delegations with one more role, which is trusted less than those before it (TUF 5.6.7). */
export function withDelegation(
  targets: Document<Targets>,
  terms: DelegationTerms,
  { keys, threshold }: RoleKeys,
): Delegations {
  const signers = signerIds(terms.name, [...new Set(keys.map(({ keyId }) => keyId))], threshold);
  return delegationsOf(targets, [...delegatedOf(targets), { ...terms, ...signers }], keys);
}

export function withoutDelegation(targets: Document<Targets>, name: string): Delegations {
  return delegationsOf(
    targets,
    delegatedOf(targets).filter((role) => role.name !== name),
    [],
  );
}

/** Delegations with other keys for a role. */
export function withDelegatedKeys(targets: Document<Targets>, name: string, change: RoleChange): Delegations {
  const roles = delegatedOf(targets).map((role) =>
    role.name === name ? { ...role, ...changedSigners(name, role, change) } : role,
  );
  return delegationsOf(targets, roles, change.add ?? []);
}

function delegatedOf({ metadata: { signed } }: Document<Targets>): Delegated[] {
  const roles = Object.values(signed.delegations?.roles ?? {});
  return roles.map(({ name, paths = [], terminating, keyIDs, threshold }) => ({
    ...{ name, paths, terminating, keyIDs, threshold },
  }));
}

function delegationsOf(
  { metadata: { signed } }: Document<Targets>,
  roles: readonly Delegated[],
  added: readonly PublicKey[],
): Delegations {
  const { delegations } = Targets.fromJSON({
    spec_version: SPEC_VERSION,
    version: 1,
    expires: signed.expires,
    targets: {},
    delegations: {
      keys: keysJson(signed.delegations?.keys ?? {}, added, roles),
      roles: roles.map(({ name, paths, terminating, ...signers }) => ({
        ...signersJson(signers),
        ...{ name, paths: [...paths], terminating },
      })),
    },
  });
  if (delegations === undefined) throw new TypeError('delegations that were just written');
  return delegations;
}
