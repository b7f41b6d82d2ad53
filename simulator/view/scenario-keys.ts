/** Every key of a scenario that holds one value, with what the schema says of it: the form is made from this. */

import { schemaJson } from '../scenario/schema.ts';
import type { ScenarioKey } from './api-shapes.ts';

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** Words about a run as a whole, and what other fields of the form are for. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'name',
  'extends',
  'seed',
  'sweep',
  'arms',
  'hypothesis',
  'answer',
]);
const DEPTH_MAX = 5;

function isSingle(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function text(value: unknown): string | null {
  return isSingle(value) ? String(value) : null;
}

/** The words that the key may hold, where it holds nothing else. */
function wordsOf(node: Node): readonly string[] {
  if (node.type === 'boolean') return ['true', 'false'];
  return (node.enum ?? []).filter(isSingle).map(String);
}

function* keysOf(node: Node, path: string, depth: number): Generator<ScenarioKey> {
  const below = [node, ...(node.anyOf ?? [])];
  const holdsValue = below.some(
    ({ type, enum: words }) => words !== undefined || !/object|array|^$/.test(type ?? ''),
  );
  if (path !== '' && holdsValue) {
    yield {
      path,
      description: node.description ?? '',
      standard: text(node.default),
      example: text(node.examples?.[0]),
      words: wordsOf(node),
      isNumber: node.type === 'integer' || node.type === 'number',
      least: node.minimum ?? null,
      most: node.maximum ?? null,
    };
  }
  if (depth >= DEPTH_MAX) return;
  for (const { properties, items } of below) {
    for (const [key, child] of Object.entries(properties ?? {})) {
      if (path === '' && LEFT_OUT.has(key)) continue;
      yield* keysOf(child, path === '' ? key : `${path}.${key}`, depth + 1);
    }
    if (items !== undefined) yield* keysOf(items, `${path}[0]`, depth + 1);
  }
}

let made: readonly ScenarioKey[] | undefined;

/** The keys as `--set` names them, each once, in the order of the schema; of lists those of the first entry. */
export function scenarioKeys(): readonly ScenarioKey[] {
  if (made === undefined) {
    const byPath = new Map<string, ScenarioKey>();
    for (const key of keysOf(JSON.parse(schemaJson()) as Node, '', 0)) {
      if (!byPath.has(key.path)) byPath.set(key.path, key);
    }
    made = [...byPath.values()];
  }
  return made;
}
