/**
 * What a publisher can ask for, as changes that still lack their signatures.
 *
 * Every refusal here is one that relays would make too, or a mistake that could not be taken back once signed.
 */

import type { Targets } from '@tufjs/models';
import { moduleTargetPath, type UpdateTarget } from '../../node/trust/update-target.ts';
import { RepositoryError } from './repository-error.ts';
import {
  delegatedAuthority,
  delegatedRoles,
  isTopRole,
  type RepositoryState,
  type TopRole,
  targetsOf,
  topAuthority,
} from './repository-state.ts';
import {
  firstRoot,
  firstTargets,
  nextRoot,
  nextTargets,
  type RoleChange,
  type RoleKeys,
  type TargetsEdit,
  withDelegatedKeys,
  withDelegation,
  withoutDelegation,
} from './role-draft.ts';
import { type Authority, type Document, isSigned, sha256 } from './signed-metadata.ts';
import type { PublicKey } from './signing-key.ts';
import type { StagedChange } from './staged-change.ts';
import {
  type Entry,
  isModule,
  isRevocation,
  type ModuleRequest,
  moduleEntry,
  type Revoked,
  revocationEntry,
  updatesOf,
  withFraction,
} from './update-entry.ts';

/** What a change starts from. */
export interface Basis {
  readonly live: RepositoryState;
  readonly nowMs: number;
  /** When metadata of a role that are signed now expire. */
  readonly expires: (role: string) => string;
}

/** A module by the path of its target, by its name and version, or by its hash. */
export type ModuleName =
  | string
  | { readonly module: string; readonly version: number; readonly hook?: string }
  | { readonly sha256: string };

export interface RevocationRequest {
  /** What is revoked; with hook and module spelled out, also a binary that this repository never listed. */
  readonly target: ModuleName | Revoked;
  readonly reason: string;
  /** The role that published it if absent; `targets` may revoke what others published. */
  readonly role?: string;
}

export interface DelegationRequest {
  readonly name: string;
  readonly hooks: readonly string[];
  /** Those that can sign do: a delegation goes live with the role's first, empty metadata. */
  readonly keys: readonly PublicKey[];
  readonly threshold: number;
  /** Whether roles after this one are not even asked about its hooks. */
  readonly terminating?: boolean;
}

const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** All updates that the state lists, those of `targets` first. */
export function listedUpdates(live: RepositoryState): UpdateTarget[] {
  return [...live.targets].flatMap(([role, document]) => updatesOf(role, document));
}

export function creationChange(
  roles: Readonly<Record<TopRole, RoleKeys>>,
  expires: Basis['expires'],
): StagedChange {
  const targets = new Map([['targets', firstTargets(expires('targets'))]]);
  return { name: 'root', root: firstRoot(roles, expires('root')), targets, files: new Map() };
}

export function moduleChange(basis: Basis, request: ModuleRequest): StagedChange {
  const { hook, module, version, binary, role = 'targets' } = request;
  const document = roleDocument(basis.live, role);
  const updates = listedUpdates(basis.live);
  const hash = sha256(binary);
  if (updates.some((target) => isRevocation(target) && target.custom.revokes === hash)) {
    throw new RepositoryError('revoked', `${module}: ${hash} is revoked`, 'publish a binary that is mended');
  }
  for (const earlier of updates) {
    if (!isModule(earlier) || earlier.custom.module !== module || earlier.custom.hook !== hook) continue;
    if (earlier.role !== role) {
      throw new RepositoryError(
        'not-newer',
        `${module} for ${hook} is published by ${earlier.role}, not by ${role}`,
        'give it a name of its own',
      );
    }
    if (earlier.custom.version >= version) {
      const least =
        Math.max(...updates.filter(isModule).map((target) => versionOf(target, hook, module))) + 1;
      throw new RepositoryError(
        'not-newer',
        `${module} ${version} is not above ${earlier.custom.version}, which is published`,
        `take version ${least}`,
      );
    }
  }
  checkHook(basis.live, role, moduleTargetPath(hook, module, version));
  return listing(basis, role, moduleEntry(request, nextVersion(document)));
}

function versionOf({ custom }: UpdateTarget, hook: string, module: string): number {
  return custom.kind === 'module' && custom.hook === hook && custom.module === module ? custom.version : 0;
}

export function rolloutChange(basis: Basis, name: ModuleName, fraction: number): StagedChange {
  const { path, role } = findModule(basis.live, name);
  const document = roleDocument(basis.live, role);
  const target = withFraction(document.metadata.signed.targets[path], fraction);
  return targetsChange(basis, role, { put: [target] });
}

/**
 * Takes a module off the list that nobody should run any more: a later version of it is out for everybody.
 *
 * One that is revoked stays: a delegated role revokes only what it lists.
 */
export function retirementChange(basis: Basis, name: ModuleName): StagedChange {
  const { live, nowMs } = basis;
  const { path, role, sha256: hash, custom } = findModule(live, name);
  const updates = listedUpdates(live);
  if (updates.some((target) => isRevocation(target) && target.custom.revokes === hash)) {
    throw new RepositoryError('revoked', `${path} is revoked`, 'it stays listed beside its revocation');
  }
  const replaced = updates.filter(isModule).some((later) => {
    const { module, hook, version, rollout, notBefore } = later.custom;
    const isLater = module === custom.module && hook === custom.hook && version > custom.version;
    return isLater && rollout.fraction === 1 && (notBefore === null || Date.parse(notBefore) <= nowMs);
  });
  if (replaced) return targetsChange(basis, role, { drop: path });
  throw new RepositoryError(
    'not-newer',
    `${path} is what relays may run: no later version of it is out for all of them`,
    'publish one, or raise its rollout to 1; to take it back, revoke it',
  );
}

export function revocationChange(basis: Basis, request: RevocationRequest): StagedChange {
  const revoked = revokedBy(basis.live, request);
  const document = roleDocument(basis.live, revoked.role);
  const found = listedUpdates(basis.live).find(
    (target) =>
      isRevocation(target) && target.role === revoked.role && target.custom.revokes === revoked.sha256,
  );
  if (found !== undefined) {
    throw new RepositoryError('revoked', `${revoked.sha256} is revoked already`, `see ${found.path}`);
  }
  const entry = revocationEntry(revoked, request.reason, nextVersion(document));
  checkHook(basis.live, revoked.role, entry.target.path);
  return listing(basis, revoked.role, entry);
}

function revokedBy(live: RepositoryState, { target, role }: RevocationRequest): Revoked & { role: string } {
  if (typeof target === 'object' && 'sha256' in target && 'hook' in target) {
    return { hook: target.hook, module: target.module, sha256: target.sha256, role: role ?? 'targets' };
  }
  const { custom, sha256: hash, role: publisher } = findModule(live, target);
  return { hook: custom.hook, module: custom.module, sha256: hash, role: role ?? publisher };
}

export function delegationChange(basis: Basis, request: DelegationRequest): StagedChange {
  const { name, hooks, keys, threshold, terminating = false } = request;
  const { live, expires } = basis;
  if (!NAME.test(name) || isTopRole(name)) {
    throw new RepositoryError(
      'unknown-role',
      `${JSON.stringify(name)} cannot be the name of a delegated role`,
      'take lower-case letters, digits and -, such as traffic-lab',
    );
  }
  // TUF 5.5.5: its metadata are in the snapshot for ever, so a name cannot begin again at version 1.
  if (live.snapshot.metadata.signed.meta[`${name}.json`] !== undefined) {
    throw new RepositoryError(
      'unknown-role',
      `there is or was a role ${name}`,
      'rotate its keys, or take another name',
    );
  }
  if (hooks.length === 0 || !hooks.every((hook) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(hook))) {
    throw new RepositoryError(
      'outside-delegation',
      `${name}: a delegation is for hooks, by their ids`,
      'list them with: npm run update -- hooks',
    );
  }
  const paths = hooks.map((hook) => `${hook}/*`);
  const targets = targetsOf(live);
  const delegations = withDelegation(targets, { name, paths, terminating }, { keys, threshold });
  const change = targetsChange(basis, 'targets', { delegations });
  return { ...change, targets: new Map([...change.targets, [name, firstTargets(expires(name))]]) };
}

export function withdrawalChange(basis: Basis, name: string): StagedChange {
  delegated(basis.live, name);
  return targetsChange(basis, 'targets', { delegations: withoutDelegation(targetsOf(basis.live), name) });
}

/** New keys for a role; its metadata are signed anew where those that are live would not do any more. */
export function rotationChange(basis: Basis, role: string, change: RoleChange): StagedChange {
  return isTopRole(role) ? topRotation(basis, role, change) : delegatedRotation(basis, role, change);
}

function topRotation(basis: Basis, role: TopRole, change: RoleChange): StagedChange {
  const { live, expires } = basis;
  const root = nextRoot(live.root, role, change, expires('root'));
  const resigned = resign(basis, 'targets', topAuthority(root, 'targets'));
  return { name: 'root', root, targets: new Map(resigned), files: new Map() };
}

function delegatedRotation(basis: Basis, name: string, change: RoleChange): StagedChange {
  delegated(basis.live, name);
  const delegations = withDelegatedKeys(targetsOf(basis.live), name, change);
  const rotation = targetsChange(basis, 'targets', { delegations });
  const targets = rotation.targets.get('targets');
  const authority = targets === undefined ? null : delegatedAuthority(targets, name);
  const resigned = authority === null ? [] : resign(basis, name, authority);
  return { ...rotation, targets: new Map([...rotation.targets, ...resigned]) };
}

function resign({ live, expires }: Basis, role: string, authority: Authority): [string, Document<Targets>][] {
  const document = roleDocument(live, role);
  return isSigned(document, [authority]) ? [] : [[role, nextTargets(document, {}, expires(role))]];
}

/** The same metadata with a new expiry, for root, targets or a delegated role. */
export function renewalChange(basis: Basis, role: string): StagedChange {
  return role === 'root' ? topRotation(basis, 'root', {}) : targetsChange(basis, role, {});
}

function listing(basis: Basis, role: string, { target, file, bytes }: Entry): StagedChange {
  return { ...targetsChange(basis, role, { put: [target] }), files: new Map([[file, bytes]]) };
}

function targetsChange({ live, expires }: Basis, role: string, edit: TargetsEdit): StagedChange {
  const document = nextTargets(roleDocument(live, role), edit, expires(role));
  return { name: role, root: null, targets: new Map([[role, document]]), files: new Map() };
}

function nextVersion({ metadata }: Document<Targets>): number {
  return metadata.signed.version + 1;
}

function roleDocument(live: RepositoryState, role: string): Document<Targets> {
  const document = live.targets.get(role);
  if (document !== undefined) return document;
  throw new RepositoryError('unknown-role', `no role ${role} lists targets`, `there are ${names(live)}`);
}

function delegated(live: RepositoryState, name: string): void {
  if (delegatedRoles(targetsOf(live)).includes(name)) return;
  throw new RepositoryError('unknown-role', `nothing is delegated to ${name}`, `there are ${names(live)}`);
}

function names({ targets }: RepositoryState): string {
  return [...targets.keys()].join(', ');
}

function checkHook(live: RepositoryState, role: string, path: string): void {
  if (role === 'targets') return;
  const delegation = targetsOf(live).metadata.signed.delegations?.roles?.[role];
  if (delegation?.isDelegatedPath(path)) return;
  throw new RepositoryError(
    'outside-delegation',
    `${role} may not publish ${path}`,
    `its delegation is for ${delegation?.paths?.join(', ') ?? 'nothing'}`,
  );
}

/** The one module that a name fits. Throws RepositoryError if there is none, or more than one. */
export function findModule(live: RepositoryState, name: ModuleName) {
  const modules = listedUpdates(live).filter(isModule);
  const found = modules.filter(({ path, sha256: hash, custom }) => {
    if (typeof name === 'string') return path === name;
    if ('sha256' in name) return hash === name.sha256;
    return (
      custom.module === name.module &&
      custom.version === name.version &&
      (name.hook === undefined || custom.hook === name.hook)
    );
  });
  if (found.length === 1) return found[0];
  const said = typeof name === 'string' ? name : Object.values(name).join(' ');
  throw new RepositoryError(
    'unknown-target',
    found.length === 0
      ? `no module ${said} is published`
      : `${said} may be ${found.map(({ path }) => path).join(', ')}`,
    found.length === 0
      ? `there are ${modules.map(({ path }) => path).join(', ') || 'none'}`
      : 'name it by its path',
  );
}
