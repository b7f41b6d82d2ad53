/**
 * A repository in memory, for tests: whole and honest until a test changes something.
 *
 * Each role's signed part is plain JSON that a test may edit before it is signed, and each file can be replaced
 * after. Keys have names; a key's seed is made from its name, so that runs repeat.
 */

import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';
import type { Fetched, Fetcher, FetchLimits } from '../fetcher.ts';
import { metadataFile, TIMESTAMP_FILE, targetFile } from '../file-name.ts';
import { keyIdOf } from '../metadata-shape.ts';
import { CHUNK_BYTES, type ModuleCustomJson, type RevocationCustom } from '../update-target.ts';

export type Json = { [name: string]: JsonValue };
export type JsonValue = string | number | boolean | null | JsonValue[] | Json;

export const DAY_MS = 86_400_000;
export const START_MS = Date.UTC(2026, 0, 1);

const PKCS8_ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A key pair made from a text. */
export class TestKey {
  readonly privateKey: KeyObject;
  readonly json: { keytype: 'ed25519'; scheme: 'ed25519'; keyval: { public: string } };
  readonly id: string;

  constructor(text: string) {
    const seed = createHash('sha256').update(text).digest();
    const der = Buffer.concat([PKCS8_ED25519_PREFIX, seed]);
    this.privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.privateKey).export({ format: 'der', type: 'spki' });
    const keyval = { public: spki.subarray(-32).toString('hex') };
    this.json = { keytype: 'ed25519', scheme: 'ed25519', keyval };
    this.id = keyIdOf(this.json);
  }
}

const keys = new Map<string, TestKey>();

export function key(name: string): TestKey {
  let found = keys.get(name);
  if (found === undefined) keys.set(name, (found = new TestKey(`test key ${name}`)));
  return found;
}

export interface RoleKeys {
  threshold: number;
  /** Names of keys. */
  keys: string[];
}

export type TopRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

export interface Delegated {
  /** The role that delegates; `targets` or another delegated one. */
  by: string;
  name: string;
  signers: RoleKeys;
  paths: string[];
  terminating: boolean;
}

/** What a role lists, before it is signed. */
export interface RoleContent {
  version: number;
  targets: { [path: string]: Json };
}

export function signedBytes(signed: JsonValue, signers: readonly string[]): Uint8Array {
  const bytes = Buffer.from(canonicalize(signed));
  const signatures = signers.map((name) => ({
    keyid: key(name).id,
    sig: sign(null, bytes, key(name).privateKey).toString('hex'),
  }));
  return encode({ signatures, signed });
}

export function encode(value: JsonValue): Uint8Array {
  return Uint8Array.from(Buffer.from(JSON.stringify(value)));
}

export function decode(bytes: Uint8Array): { signatures: { keyid: string; sig: string }[]; signed: Json } {
  return JSON.parse(Buffer.from(bytes).toString());
}

export function moduleBytes(text: string, length = 64): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(Buffer.from(text).subarray(0, length));
  return bytes;
}

export class TestRepository {
  /** Everything that has been published, by name. */
  readonly files = new Map<string, Uint8Array>();
  readonly roles: Record<TopRole, RoleKeys> = {
    root: { threshold: 2, keys: ['root-1', 'root-2', 'root-3'] },
    timestamp: { threshold: 1, keys: ['timestamp-1'] },
    snapshot: { threshold: 1, keys: ['snapshot-1'] },
    targets: { threshold: 2, keys: ['targets-1', 'targets-2', 'targets-3'] },
  };
  /** Versions that are published next. */
  readonly next = { root: 1, timestamp: 1, snapshot: 1 };
  readonly expiresMs = {
    root: START_MS + 365 * DAY_MS,
    timestamp: START_MS + DAY_MS,
    snapshot: START_MS + 7 * DAY_MS,
    targets: START_MS + 90 * DAY_MS,
  };
  readonly content = new Map<string, RoleContent>([['targets', { version: 1, targets: {} }]]);
  readonly delegations: Delegated[] = [];
  /** Whether snapshot and timestamp give length and hash of what they name. */
  pinned = true;

  constructor() {
    this.publishRoot();
  }

  /** The root that relays come with. */
  get firstRoot(): Uint8Array {
    return this.get('1.root.json');
  }

  get(file: string): Uint8Array {
    const bytes = this.files.get(file);
    assert(bytes !== undefined, `${file} is not in the repository`);
    return bytes;
  }

  publishRoot(change: (signed: Json) => void = () => {}, signers: readonly string[] = []): number {
    const version = this.next.root++;
    const signed = this.rootJson(version);
    change(signed);
    const previous = version > 1 ? this.rootSigners : [];
    this.rootSigners = [...this.roles.root.keys];
    const all = signers.length > 0 ? signers : [...new Set([...previous, ...this.rootSigners])];
    this.files.set(metadataFile('root', version), signedBytes(signed, all));
    return version;
  }
  private rootSigners: string[] = [];

  rootJson(version: number): Json {
    const names = Object.values(this.roles).flatMap((role) => role.keys);
    return {
      ...this.common('root', version, this.expiresMs.root),
      consistent_snapshot: true,
      keys: Object.fromEntries(names.map((name) => [key(name).id, key(name).json])),
      roles: Object.fromEntries(Object.entries(this.roles).map(([role, of]) => [role, roleJson(of)])),
    };
  }

  /** Lists a module; `role` publishes a new version of its metadata with the next publication. */
  addModule(
    change: Partial<Omit<ModuleCustomJson, 'kind'>> & { bytes?: Uint8Array; role?: string } = {},
  ): string {
    const { bytes = moduleBytes('module'), role = 'targets', ...custom } = change;
    const module: ModuleCustomJson = {
      kind: 'module',
      module: 'strict-cells',
      version: 1,
      hook: 'cell-admission',
      interfaceVersion: 1,
      stateVersion: 0,
      rollout: { fraction: '1', salt: 'salt', jitterSeconds: 0 },
      notBefore: null,
      priority: 0,
      sequence: 1,
      vectors: [],
      chunks: chunksOf(bytes),
      ...custom,
    };
    const path = `${module.hook}/${module.module}-${module.version}.wasm`;
    this.addTarget(path, bytes, { ...module }, role);
    return path;
  }

  addRevocation(change: Partial<RevocationCustom> & { revokes: string; role?: string }): string {
    const { role = 'targets', ...custom } = change;
    const revocation: RevocationCustom = {
      kind: 'revocation',
      hook: 'cell-admission',
      module: 'strict-cells',
      sequence: 2,
      reason: 'test',
      ...custom,
    };
    const path = `${revocation.hook}/${revocation.module}-${revocation.revokes.slice(0, 16)}.revocation.json`;
    this.addTarget(path, Buffer.from(canonicalize(revocation)), { ...revocation }, role);
    return path;
  }

  addTarget(path: string, bytes: Uint8Array, custom: Json | null, role = 'targets'): void {
    const content = this.contentOf(role);
    const target = { length: bytes.length, hashes: { sha256: sha256(bytes) } };
    content.targets[path] = custom === null ? target : { ...target, custom };
    this.files.set(targetFile(path, sha256(bytes)), bytes);
  }

  delegate(change: Partial<Delegated> & { name: string }): void {
    this.delegations.push({
      by: 'targets',
      signers: { threshold: 1, keys: [`${change.name}-1`] },
      paths: ['cell-admission/*'],
      terminating: false,
      ...change,
    });
    this.contentOf(change.name);
  }

  /** Signs everything but the root anew; a role's content gets a new version if `bump` names it. */
  publish(change: Publishing = {}): void {
    const { bump = [], edit = {}, signers = {} } = change;
    for (const role of bump) this.contentOf(role).version++;
    const meta: Json = {};
    for (const role of this.content.keys()) {
      const { version } = this.contentOf(role);
      const signed = this.targetsJson(role);
      edit[role]?.(signed);
      const bytes = signedBytes(signed, signers[role] ?? this.signersOf(role));
      this.files.set(metadataFile(role, version), bytes);
      meta[`${role}.json`] = this.metaFile(version, bytes);
    }
    const snapshotVersion = this.next.snapshot++;
    const snapshot = { ...this.common('snapshot', snapshotVersion, this.expiresMs.snapshot), meta };
    edit.snapshot?.(snapshot);
    const bytes = signedBytes(snapshot, signers.snapshot ?? this.roles.snapshot.keys);
    this.files.set(metadataFile('snapshot', snapshotVersion), bytes);
    this.publishTimestamp(snapshotVersion, { edit, signers });
  }

  /** A fresh timestamp for a snapshot, by default the last one. */
  publishTimestamp(snapshotVersion = this.next.snapshot - 1, change: Publishing = {}): void {
    const { edit = {}, signers = {} } = change;
    const named = this.metaFile(snapshotVersion, this.get(metadataFile('snapshot', snapshotVersion)));
    const timestamp = {
      ...this.common('timestamp', this.next.timestamp++, this.expiresMs.timestamp),
      meta: { 'snapshot.json': named },
    };
    edit.timestamp?.(timestamp);
    this.files.set(TIMESTAMP_FILE, signedBytes(timestamp, signers.timestamp ?? this.roles.timestamp.keys));
  }

  contentOf(role: string): RoleContent {
    let content = this.content.get(role);
    if (content === undefined) this.content.set(role, (content = { version: 1, targets: {} }));
    return content;
  }

  metaFile(version: number, bytes: Uint8Array): Json {
    return this.pinned ? { version, length: bytes.length, hashes: { sha256: sha256(bytes) } } : { version };
  }

  targetsJson(role: string): Json {
    const { version, targets } = this.contentOf(role);
    const own = this.delegations.filter(({ by }) => by === role);
    const signed: Json = { ...this.common('targets', version, this.expiresMs.targets), targets };
    if (own.length === 0) return signed;
    const names = own.flatMap(({ signers }) => signers.keys);
    const delegations = {
      keys: Object.fromEntries(names.map((name) => [key(name).id, key(name).json])),
      roles: own.map(({ name, signers, paths, terminating }) => ({
        name,
        ...roleJson(signers),
        paths,
        terminating,
      })),
    };
    return { ...signed, delegations };
  }

  private common(type: TopRole, version: number, expiresMs: number): Json {
    const expires = new Date(expiresMs).toISOString().replace('.000', '');
    return { _type: type, spec_version: '1.0.31', version, expires };
  }

  private signersOf(role: string): readonly string[] {
    if (role === 'targets') return this.roles.targets.keys;
    return this.delegations.find(({ name }) => name === role)?.signers.keys ?? [];
  }

  /** The repository as it is now, whatever is published later. */
  copy(): Map<string, Uint8Array> {
    return new Map(this.files);
  }
}

export interface Publishing {
  /** Roles whose content has changed. */
  bump?: readonly string[];
  /** Edits of signed parts before they are signed, by role. */
  edit?: { [role: string]: (signed: Json) => void };
  /** Other signers than the role's own, by role. */
  signers?: { [role: string]: readonly string[] };
}

function roleJson({ threshold, keys: names }: RoleKeys): Json {
  return { keyids: names.map((name) => key(name).id), threshold };
}

export function chunksOf(bytes: Uint8Array): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += CHUNK_BYTES) {
    chunks.push(sha256(bytes.subarray(at, at + CHUNK_BYTES)));
  }
  return chunks;
}

/** Serves files, and notes what was asked for. */
export class TestSource implements Fetcher {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly asked: string[] = [];
  readonly limits: FetchLimits[] = [];
  /** Answers instead of the file. */
  readonly instead = new Map<string, Fetched>();

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = files;
  }

  fetch(file: string, limits: FetchLimits): Promise<Fetched> {
    this.asked.push(file);
    this.limits.push(limits);
    const instead = this.instead.get(file);
    if (instead !== undefined) return Promise.resolve(instead);
    const bytes = this.files.get(file);
    return Promise.resolve(bytes === undefined ? { failed: 'not-found' } : { bytes });
  }
}
