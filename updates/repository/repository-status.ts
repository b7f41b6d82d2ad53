/** What there is to know about a repository: roles, versions, keys, expiries, updates, and what waits for whom. */

import { isDeepStrictEqual } from 'node:util';
import type { Root, Targets } from '@tufjs/models';
import type { UpdateRepository } from './repository.ts';
import { type RepositoryState, TOP_ROLES, targetsOf } from './repository-state.ts';
import type { Document } from './signed-metadata.ts';
import type { StagedChange, Waiting } from './staged-change.ts';
import { isModule, isRevocation } from './update-entry.ts';

export interface RoleStatus {
  readonly role: string;
  readonly version: number;
  readonly threshold: number;
  /** Ids of the keys that sign for it. */
  readonly keys: readonly string[];
  readonly expires: string;
  /** Below 0 when it has expired. */
  readonly secondsLeft: number;
  /** What a delegated role may publish. */
  readonly paths: readonly string[];
}

export interface UpdateStatus {
  readonly path: string;
  readonly role: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Share of relays that may run it; null for a revocation. */
  readonly fraction: number | null;
  readonly revoked: boolean;
}

export interface RepositoryStatus {
  readonly roles: readonly RoleStatus[];
  readonly updates: readonly UpdateStatus[];
  /** What staged changes would do, in words. */
  readonly staged: readonly { readonly name: string; readonly lines: readonly string[] }[];
  readonly waiting: readonly Waiting[];
}

export function repositoryStatus(repository: UpdateRepository, nowMs: number): RepositoryStatus {
  const live = repository.state();
  const listed = repository.targets();
  const revoked = new Set(listed.filter(isRevocation).map(({ custom }) => custom.revokes));
  return {
    roles: live === null ? [] : roleStatus(live, nowMs),
    updates: listed.map((target) => ({
      path: target.path,
      role: target.role,
      sha256: target.sha256,
      bytes: target.length,
      fraction: isModule(target) ? target.custom.rollout.fraction : null,
      revoked: revoked.has(target.sha256),
    })),
    staged: [...repository.staged().values()].map((change) => ({
      name: change.name,
      lines: changeLines(live, change),
    })),
    waiting: repository.waiting(),
  };
}

function roleStatus(live: RepositoryState, nowMs: number): RoleStatus[] {
  const { roles } = live.root.metadata.signed;
  const delegations = targetsOf(live).metadata.signed.delegations?.roles ?? {};
  const top = TOP_ROLES.map((role) => {
    const document = role === 'targets' ? targetsOf(live) : live[role];
    return { role, signed: document.metadata.signed, signers: roles[role], paths: [] as readonly string[] };
  });
  const delegated = [...live.targets].flatMap(([role, { metadata }]) => {
    const signers = delegations[role];
    return signers === undefined
      ? []
      : [{ role, signed: metadata.signed, signers, paths: signers.paths ?? [] }];
  });
  return [...top, ...delegated].map(({ role, signed, signers, paths }) => ({
    role,
    version: signed.version,
    threshold: signers.threshold,
    keys: signers.keyIDs,
    expires: signed.expires,
    secondsLeft: Math.floor((Date.parse(signed.expires) - nowMs) / 1000),
    paths,
  }));
}

/** What a change would do, for whoever is about to sign it: compared with what is live, member by member. */
export function changeLines(live: RepositoryState | null, change: StagedChange): string[] {
  const root = change.root === null ? [] : rootLines(live?.root ?? null, change.root);
  const targets = [...change.targets].flatMap(([role, document]) =>
    targetsLines(role, live?.targets.get(role) ?? null, document),
  );
  return [...root, ...targets];
}

function rootLines(before: Document<Root> | null, { metadata: { signed } }: Document<Root>): string[] {
  const changed = TOP_ROLES.flatMap((role) => {
    const [old, next] = [before?.metadata.signed.roles[role], signed.roles[role]];
    return signerLines(`root ${signed.version}: ${role}`, old, next);
  });
  return [`root ${signed.version}, until ${signed.expires}`, ...changed];
}

interface Signers {
  readonly keyIDs: readonly string[];
  readonly threshold: number;
}

function signerLines(role: string, before: Signers | undefined, after: Signers): string[] {
  const old = new Set(before?.keyIDs);
  const next = new Set(after.keyIDs);
  const lines = [
    ...[...next].filter((keyId) => !old.has(keyId)).map((keyId) => `${role}: new key ${keyId}`),
    ...[...old].filter((keyId) => !next.has(keyId)).map((keyId) => `${role}: removes key ${keyId}`),
  ];
  if (before?.threshold !== after.threshold)
    lines.push(`${role}: threshold ${after.threshold} of ${next.size}`);
  return lines;
}

function targetsLines(
  role: string,
  before: Document<Targets> | null,
  { metadata: { signed } }: Document<Targets>,
): string[] {
  const lines = [`${role} ${signed.version}, until ${signed.expires}`];
  const old = before?.metadata.signed.targets ?? {};
  for (const [path, target] of Object.entries(signed.targets)) {
    if (old[path] !== undefined && isDeepStrictEqual(old[path].toJSON(), target.toJSON())) continue;
    const verb = old[path] === undefined ? 'lists' : 'changes';
    const terms = JSON.stringify({ sha256: target.hashes.sha256, length: target.length, ...target.custom });
    lines.push(`${role} ${signed.version}: ${verb} ${path} ${terms}`);
  }
  for (const path of Object.keys(old)) {
    if (signed.targets[path] === undefined) lines.push(`${role} ${signed.version}: no longer lists ${path}`);
  }
  return [...lines, ...delegationLines(`${role} ${signed.version}`, before, signed)];
}

function delegationLines(role: string, before: Document<Targets> | null, signed: Targets): string[] {
  const old = before?.metadata.signed.delegations?.roles ?? {};
  const next = signed.delegations?.roles ?? {};
  const lines = Object.values(next).flatMap((delegated) => {
    const earlier = old[delegated.name];
    const title = `${role}: delegation to ${delegated.name}`;
    const paths = isDeepStrictEqual(earlier?.paths, delegated.paths)
      ? []
      : [`${title} for ${delegated.paths?.join(', ')}${delegated.terminating ? ', terminating' : ''}`];
    return [...paths, ...signerLines(title, earlier, delegated)];
  });
  const gone = Object.keys(old).filter((name) => next[name] === undefined);
  return [...lines, ...gone.map((name) => `${role}: ends the delegation to ${name}`)];
}
