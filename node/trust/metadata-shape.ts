/**
 * What metadata must look like before anything is made of them: TUF 4, and narrower where TUF leaves room.
 *
 * Narrower: only Ed25519 keys; a key has no members but the three that its id is made of; a role's keys are all
 * there; a delegation names paths, in patterns that cannot keep a matcher busy. Members that the specification
 * does not know are let through, as it says.
 */

import { createHash } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';
import { z } from 'zod';
import {
  DELEGATIONS_MAX,
  KEYS_MAX,
  KEYS_PER_ROLE_MAX,
  PATHS_PER_DELEGATION_MAX,
  SIGNATURES_MAX,
  SNAPSHOT_FILES_MAX,
  TARGETS_PER_ROLE_MAX,
} from './limits.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** JSON has no other integers that are sure to be the same to every reader. */
const version = z.int().min(1);
const length = z.int().min(0);

/** Digits alone would be reordered by JavaScript, and with them the order in which roles are searched. */
const roleName = z.string().regex(/^(?![0-9]+$)[a-z0-9][a-z0-9-]{0,63}$/);

const TOP_LEVEL = ['root', 'timestamp', 'snapshot', 'targets'];

/** 29 February exists in some years only: what the date is read as must be the date that was written. */
const expires = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/)
  .refine((text) => {
    const timeMs = Date.parse(text);
    return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().slice(0, 19) === text.slice(0, 19);
  }, 'no date');

const common = {
  spec_version: z.string().regex(/^1\.\d{1,4}(\.\d{1,4})?$/),
  version,
  expires,
};

/** Hexadecimal in lower case only: the same key written in two ways would have two ids and count twice. */
const keySchema = z.strictObject({
  keytype: z.literal('ed25519'),
  scheme: z.literal('ed25519'),
  keyval: z.strictObject({ public: hash }),
});

const keysSchema = record(hash, keySchema, KEYS_MAX).refine(
  (keys) => Object.entries(keys).every(([id, key]) => id === keyIdOf(key)),
  'a key id is not the SHA-256 of its key',
);

/** The id of a public key (TUF 4.2). */
export function keyIdOf(key: z.infer<typeof keySchema>): string {
  return createHash('sha256').update(canonicalize(key)).digest('hex');
}

const role = {
  keyids: z
    .array(hash)
    .min(1)
    .max(KEYS_PER_ROLE_MAX)
    .refine((ids) => new Set(ids).size === ids.length, 'a key id twice'),
  threshold: z.int().min(1),
};

interface RoleKeys {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/** A threshold that no signatures could reach, or a key that is not there, is a mistake worth stopping at. */
function canBeMet({ keyids, threshold }: RoleKeys, keys: Readonly<Record<string, unknown>>): boolean {
  return threshold <= keyids.length && keyids.every((id) => Object.hasOwn(keys, id));
}

const rootRole = z.looseObject(role);

const rootSchema = z
  .looseObject({
    _type: z.literal('root'),
    ...common,
    consistent_snapshot: z.literal(true),
    keys: keysSchema,
    roles: z.looseObject({ root: rootRole, timestamp: rootRole, snapshot: rootRole, targets: rootRole }),
  })
  .refine(
    ({ keys, roles }) =>
      canBeMet(roles.root, keys) &&
      canBeMet(roles.timestamp, keys) &&
      canBeMet(roles.snapshot, keys) &&
      canBeMet(roles.targets, keys),
    'a threshold that cannot be reached',
  );

const metaFile = z.looseObject({
  version,
  length: length.optional(),
  /** Whoever gives hashes gives SHA-256; others beside it are not looked at. */
  hashes: z.looseObject({ sha256: hash }).optional(),
});

const timestampSchema = z.looseObject({
  _type: z.literal('timestamp'),
  ...common,
  meta: z.strictObject({ 'snapshot.json': metaFile }),
});

const snapshotSchema = z.looseObject({
  _type: z.literal('snapshot'),
  ...common,
  meta: record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}\.json$/), metaFile, SNAPSHOT_FILES_MAX).refine(
    (meta) => Object.hasOwn(meta, 'targets.json'),
    'no targets.json',
  ),
});

/** Two stars in a part at most: a matcher's work grows with the power of their number. */
const pathPattern = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9._?*-]+(\/[A-Za-z0-9._?*-]+)*$/)
  .refine((pattern) => pattern.split('/').every((part) => part.split('*').length <= 3), 'too many stars');

const delegatedRole = z
  .looseObject({
    ...role,
    name: roleName.refine((name) => !TOP_LEVEL.includes(name), 'the name of a top-level role'),
    terminating: z.boolean(),
    paths: z.array(pathPattern).max(PATHS_PER_DELEGATION_MAX),
  })
  .refine((delegated) => !('path_hash_prefixes' in delegated), 'a delegation by hash names no hook');

const delegations = z
  .looseObject({
    keys: keysSchema,
    roles: z
      .array(delegatedRole)
      .max(DELEGATIONS_MAX)
      .refine((roles) => new Set(roles.map(({ name }) => name)).size === roles.length, 'a role twice'),
  })
  .refine((all) => !('succinct_roles' in all), 'a delegation by hash names no hook')
  .refine(({ keys, roles }) => roles.every((delegated) => canBeMet(delegated, keys)), {
    error: 'a threshold that cannot be reached',
  });

const targetsSchema = z.looseObject({
  _type: z.literal('targets'),
  ...common,
  targets: record(
    z.string().min(1).max(512),
    z.looseObject({ length, hashes: z.record(z.string(), z.string()) }),
    TARGETS_PER_ROLE_MAX,
  ),
  delegations: delegations.optional(),
});

const signatures = z
  .array(z.looseObject({ keyid: hash, sig: z.string().regex(/^([0-9a-f]{128})?$/) }))
  .max(SIGNATURES_MAX);

export const METADATA_SHAPES = {
  root: z.looseObject({ signatures, signed: rootSchema }),
  timestamp: z.looseObject({ signatures, signed: timestampSchema }),
  snapshot: z.looseObject({ signatures, signed: snapshotSchema }),
  targets: z.looseObject({ signatures, signed: targetsSchema }),
};

/** A record whose size is looked at before its members are. */
function record<Value extends z.ZodType>(key: z.ZodString, value: Value, max: number) {
  return z
    .custom<object>(
      (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
      'no object',
    )
    .refine((input) => Object.keys(input).length <= max, { error: `more than ${max} members`, abort: true })
    .pipe(z.record(key, value));
}
