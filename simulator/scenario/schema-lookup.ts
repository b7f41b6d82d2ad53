/**
 * Finds what the schema says about a place in a scenario: the keys known there, and values that work.
 *
 * Where the schema has alternatives, the values decide which one is meant: an arm by its channel, which may be
 * a list, a law by being a map.
 */

import { z } from 'zod';
import type { Path } from './yaml-tree.ts';

type Schema = z.core.$ZodType;

/** The parts of zod's definitions that are walked through, here and for the reference page. */
interface Definition {
  readonly type: string;
  readonly defaultValue?: unknown;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly valueType?: Schema;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly Schema[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly format?: string;
  readonly checks?: readonly z.core.$ZodCheck<never>[];
}

/** What zod knows of a schema. */
export function definition(schema: Schema): Definition {
  return schema._zod.def as unknown as Definition;
}

/** The schema without its wrappers (default, optional, transform). */
function bare(schema: Schema): Schema {
  const { innerType, in: input } = definition(schema);
  const inner = innerType ?? input;
  return inner === undefined ? schema : bare(inner);
}

/** The key by which alternatives that are maps are told apart, where they have it. */
const TAG = 'channel';

/** The words that a tag may be; a list stands for any of those that it may hold. */
function tagWords(schema: Schema): string[] {
  const { values, entries, options, element } = definition(bare(schema));
  if (options !== undefined) return [...new Set(options.flatMap(tagWords))];
  if (element !== undefined) return tagWords(element);
  return [...(values ?? []), ...Object.values(entries ?? {})].map(String);
}

function hasTag(schema: Schema, tag: unknown): boolean {
  const { type, options } = definition(bare(schema));
  if (options !== undefined) return options.some((option) => hasTag(option, tag));
  if (type === 'array') return Array.isArray(tag);
  return typeof tag === 'string' && tagWords(schema).includes(tag);
}

/** Whether an alternative is the one that the value was meant for. */
function isMeant(option: Schema, value: unknown): boolean {
  const { type, shape } = definition(bare(option));
  if (type === 'array') return Array.isArray(value);
  if (type !== 'object') return typeof value !== 'object';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const tag = shape?.[TAG];
  return tag === undefined || hasTag(tag, (value as { [TAG]?: unknown })[TAG]);
}

/** Where a value has alternatives told apart by a tag: the tag's words, and which alternative is meant. */
export interface TaggedChoice {
  readonly tag: string;
  readonly words: readonly string[];
  /** Index of the alternative; -1 when the tag is none of the words. */
  readonly meant: number;
}

/** What tells the alternatives at `path` apart; null where no tag does. */
export function taggedChoiceAt(
  root: Schema,
  path: Path,
  value: unknown,
  found: unknown,
): TaggedChoice | null {
  const schema = schemasAlong(root, path, value);
  const { options } = schema === undefined ? {} : definition(bare(schema));
  const tags = (options ?? []).map((option) => definition(bare(option)).shape?.[TAG]);
  if (options === undefined || tags.length === 0 || tags.some((tag) => tag === undefined)) return null;
  const words = [...new Set(tags.flatMap((tag) => tagWords(tag as Schema)))];
  return { tag: TAG, words, meant: options.findIndex((option) => isMeant(option, found)) };
}

function child(schema: Schema, part: string | number, value: unknown): Schema | undefined {
  const { shape, valueType, element, items, options } = definition(bare(schema));
  if (options !== undefined) {
    // Where none is meant, any that knows the part may tell of it: a tag that is missing or wrong, for one.
    const meant =
      options.find((option) => isMeant(option, value)) ??
      options.find((option) => definition(bare(option)).shape?.[part] !== undefined);
    return meant === undefined ? undefined : child(meant, part, value);
  }
  return shape?.[part] ?? valueType ?? element ?? items?.[Number(part)];
}

function schemasAlong(root: Schema, path: Path, value: unknown): Schema | undefined {
  let schema: Schema | undefined = root;
  let at = value;
  for (const part of path) {
    if (schema === undefined) return undefined;
    schema = child(schema, part, at);
    at = (at as Record<string | number, unknown> | null | undefined)?.[part];
  }
  return schema;
}

/** A place of a value, and the schema there with its wrappers, outermost first. */
export interface Place {
  readonly path: Path;
  readonly value: unknown;
  readonly layers: readonly Schema[];
}

/** The schema and what it wraps (default, optional, transform), outermost first. */
export function layersOf(schema: Schema): Schema[] {
  const { innerType, in: input } = definition(schema);
  const inner = innerType ?? input;
  return inner === undefined ? [schema] : [schema, ...layersOf(inner)];
}

/** Every place of a value that the schema knows, maps and lists before what they hold. */
export function* placesOf(schema: Schema, value: unknown, path: Path = []): Generator<Place> {
  yield { path, value, layers: layersOf(schema) };
  if (typeof value !== 'object' || value === null) return;
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [part, inner] of entries) {
    const below = child(schema, part, value);
    if (below !== undefined) yield* placesOf(below, inner, [...path, part]);
  }
}

/** The keys that a map at `path` may have; empty where the schema knows none. */
export function knownKeys(root: Schema, path: Path, value: unknown): string[] {
  const schema = schemasAlong(root, path, value);
  if (schema === undefined) return [];
  const at = path.reduce<unknown>(
    (inner, part) => (inner as Record<string | number, unknown>)?.[part],
    value,
  );
  const { shape, options } = definition(bare(schema));
  if (shape !== undefined) return Object.keys(shape);
  const meant = options?.find((option) => isMeant(option, at));
  return meant === undefined ? [] : Object.keys(definition(bare(meant)).shape ?? {});
}

/** A value that works at `path`, if the schema gives one. */
export function exampleAt(root: Schema, path: Path, value: unknown): unknown {
  return examplesAt(root, path, value)[0];
}

/** All examples that the schema gives for a key; empty if there are none. */
export function examplesAt(root: Schema, path: Path, value: unknown): readonly unknown[] {
  for (let schema = schemasAlong(root, path, value); schema !== undefined; ) {
    const { examples = [] } = (z.globalRegistry.get(schema) ?? {}) as { examples?: readonly unknown[] };
    if (examples[0] !== undefined) return examples;
    const { innerType, in: input } = definition(schema);
    schema = innerType ?? input;
  }
  return [];
}
