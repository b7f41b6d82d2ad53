/** Modules and revocations as targets of the repository: path, file, length, hash, and the `custom` part. */

import { canonicalize } from '@tufjs/canonical-json';
import { TargetFile, type Targets } from '@tufjs/models';
import { MODULE_MAX_BYTES } from '../../node/channels/limits.ts';
import { targetFile } from '../../node/trust/file-name.ts';
import {
  CHUNK_BYTES,
  type ModuleCustom,
  type ModuleCustomJson,
  moduleTargetPath,
  type RevocationCustom,
  revocationTargetPath,
  type UpdateTarget,
  updateCustomSchema,
} from '../../node/trust/update-target.ts';
import { RepositoryError } from './repository-error.ts';
import { type Document, sha256 } from './signed-metadata.ts';

export interface ModuleRequest {
  readonly binary: Uint8Array;
  readonly module: string;
  readonly version: number;
  readonly hook: string;
  readonly interfaceVersion: number;
  /** 0, the default's own, if absent. */
  readonly stateVersion?: number;
  /** Everybody at once if absent. The salt follows from the binary unless it is given. */
  readonly rollout?: {
    readonly fraction: number;
    readonly salt?: string;
    readonly jitterSeconds?: number;
  };
  /** ISO 8601 in UTC; null or absent: at once. */
  readonly notBefore?: string | null;
  readonly priority?: number;
  /** As the file has them. */
  readonly vectors?: ModuleCustomJson['vectors'];
  /** `targets` if absent, or a delegated role. */
  readonly role?: string;
}

export interface Revoked {
  readonly hook: string;
  readonly module: string;
  readonly sha256: string;
}

/** A target to be listed, and its file. */
export interface Entry {
  readonly target: TargetFile;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Smallest step of a rollout's fraction; the file has six digits. */
const FRACTION_STEPS = 1e6;

/** A rollout's fraction as the file has it. Throws RepositoryError for one that is not above 0 and at most 1. */
export function fractionText(fraction: number): string {
  const rounded = Math.round(fraction * FRACTION_STEPS) / FRACTION_STEPS;
  if (rounded > 0 && rounded <= 1) return String(rounded);
  throw new RepositoryError(
    'bad-target',
    `a rollout to the fraction ${fraction} of all relays is not possible`,
    'take a number above 0 and at most 1, such as 0.05',
  );
}

export function moduleEntry(request: ModuleRequest, sequence: number): Entry {
  const { binary, module, version, hook, interfaceVersion, rollout } = request;
  if (binary.length > MODULE_MAX_BYTES) {
    throw new RepositoryError(
      'too-large',
      `${module}-${version} has ${binary.length} bytes; relays take ${MODULE_MAX_BYTES}`,
      'make it smaller: leave out names and debug sections',
    );
  }
  const custom: ModuleCustomJson = {
    kind: 'module',
    module,
    version,
    hook,
    interfaceVersion,
    stateVersion: request.stateVersion ?? 0,
    rollout: {
      fraction: fractionText(rollout?.fraction ?? 1),
      salt: rollout?.salt ?? sha256(binary).slice(0, 16),
      jitterSeconds: Math.round(rollout?.jitterSeconds ?? 0),
    },
    notBefore: request.notBefore ?? null,
    priority: request.priority ?? 0,
    sequence,
    vectors: request.vectors ?? [],
    chunks: chunkHashes(binary),
  };
  return entry(moduleTargetPath(hook, module, version), binary, custom);
}

export function revocationEntry(
  { hook, module, sha256: revokes }: Revoked,
  reason: string,
  sequence: number,
) {
  const custom: RevocationCustom = { kind: 'revocation', hook, module, revokes, sequence, reason };
  const bytes = new Uint8Array(Buffer.from(canonicalize(custom), 'utf8'));
  return entry(revocationTargetPath(hook, module, revokes), bytes, custom);
}

function entry(path: string, bytes: Uint8Array, custom: ModuleCustomJson | RevocationCustom): Entry {
  const checked = updateCustomSchema.safeParse(custom);
  if (!checked.success) {
    const issues = checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new RepositoryError(
      'bad-target',
      `${path}: ${issues.join('; ')}`,
      'relays refuse a target like this',
    );
  }
  if (hasControls(custom)) {
    throw new RepositoryError(
      'bad-target',
      `${path}: a text of it has control characters, which canonical JSON cannot have`,
      'write it in one line, without tabs',
    );
  }
  const hash = sha256(bytes);
  const target = new TargetFile({
    path,
    length: bytes.length,
    hashes: { sha256: hash },
    unrecognizedFields: { custom: { ...custom } },
  });
  return { target, file: targetFile(path, hash), bytes };
}

function hasControls(value: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (typeof value === 'string') return /[\u0000-\u001f\u007f]/.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasControls);
}

/** SHA-256 of each chunk; an empty file is one empty chunk. */
export function chunkHashes(bytes: Uint8Array): string[] {
  const hashes: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += CHUNK_BYTES) {
    hashes.push(sha256(bytes.subarray(at, at + CHUNK_BYTES)));
  }
  return hashes;
}

/** The same target for another fraction of relays. */
export function withFraction(target: TargetFile, fraction: number): TargetFile {
  const custom = target.custom as unknown as ModuleCustomJson;
  return new TargetFile({
    path: target.path,
    length: target.length,
    hashes: target.hashes,
    unrecognizedFields: {
      ...target.unrecognizedFields,
      custom: { ...custom, rollout: { ...custom.rollout, fraction: fractionText(fraction) } },
    },
  });
}

/** The updates that a role lists; targets of another kind, which this project did not write, are left out. */
export function updatesOf(role: string, { metadata }: Document<Targets>): UpdateTarget[] {
  return Object.values(metadata.signed.targets).flatMap((target) => {
    const custom = updateCustomSchema.safeParse(target.custom);
    if (!custom.success || target.hashes.sha256 === undefined) return [];
    const { path, length, hashes } = target;
    return [{ path, role, length, sha256: hashes.sha256, custom: custom.data }];
  });
}

export function isModule(target: UpdateTarget): target is UpdateTarget<ModuleCustom> {
  return target.custom.kind === 'module';
}

export function isRevocation(target: UpdateTarget): target is UpdateTarget<RevocationCustom> {
  return target.custom.kind === 'revocation';
}
