/**
 * Changes from the command line: `--set network.relays=500` put into the YAML tree before it is checked.
 *
 * The value is YAML itself, so `--set 'arms.manual.lag={weibull: {scale: 2d, shape: 4}}'` works, and a
 * mistake in it is reported with the option as its place.
 */

import { isAlias, isMap, isScalar, isSeq, type Node, Pair, YAMLMap } from 'yaml';
import type { Problem } from './problem.ts';
import { entryOf, type Path, parseYaml, plainValue, type YamlTree } from './yaml-tree.ts';

export interface Override {
  /** As the user wrote it: `--set network.relays=500` or `--seed 7`. */
  readonly label: string;
  readonly path: Path;
  /** YAML. */
  readonly value: string;
}

function refusal(label: string, message: string, hint: string | null): Problem {
  return { file: label, line: null, column: null, path: '', message, hint, excerpt: null };
}

/** Reads `a.b[0].c=value`. */
export function parseSet(text: string): Override | Problem {
  const label = `--set ${text}`;
  const equals = text.indexOf('=');
  const key = text.slice(0, equals);
  const parts = key.match(/[^.[\]]+/g) ?? [];
  const wellFormed = /^[^.[\]=]+(\.[^.[\]]+|\[\d+\])*$/.test(key);
  if (equals < 1 || !wellFormed || parts.length > 16) {
    return refusal(label, 'is not of the form path=value', 'for example --set network.relays=500');
  }
  if (parts[0] === 'extends') {
    return refusal(label, 'cannot be changed here', 'name the other scenario in the place of this one');
  }
  const path = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return { label, path, value: text.slice(equals + 1) };
}

function parseValue(override: Override): Node | Problem {
  if (override.value.trim() === '') return refusal(override.label, 'has no value', 'write path=value');
  const { tree, problems } = parseYaml(override.label, override.value);
  if (tree.document === null || problems.length > 0) {
    return refusal(
      override.label,
      problems[0]?.message ?? 'has no value',
      'the value is YAML; quote it for the shell',
    );
  }
  // Made anew: places inside the option's text must not be taken for places in the file.
  return tree.document.createNode(plainValue(tree)) as Node;
}

/** Puts the value into the tree, making the maps on its way; returns what prevents it, or null. */
export function applyOverride(tree: YamlTree, override: Override): Problem | null {
  const { label, path } = override;
  const value = parseValue(override);
  if ('message' in value) return value;
  let holder: Node | null = tree.document!.contents;
  for (const [depth, part] of path.entries()) {
    if (isAlias(holder))
      return refusal(label, 'goes through an alias', 'set the value where its anchor stands');
    const last = depth === path.length - 1;
    if (isSeq(holder)) {
      const index = typeof part === 'number' ? part : -1;
      if (index < 0 || index > holder.items.length - (last ? 0 : 1)) {
        const hint = `entries are numbered from [0]; there are ${holder.items.length}`;
        return refusal(label, `there is no entry ${part}`, hint);
      }
      if (last) holder.items[index] = value;
      else holder = holder.items[index] as Node;
    } else if (isMap(holder)) {
      const pair = entryOf(holder, part) ?? new Pair<unknown, unknown>(String(part), null);
      if (!holder.items.includes(pair)) holder.items.push(pair);
      if (last) pair.value = value;
      else if (pair.value === null || (isScalar(pair.value) && pair.value.value === null)) {
        const map = new YAMLMap();
        pair.value = map;
        tree.origins.set(map, label);
      }
      holder = pair.value as Node;
    } else {
      return refusal(label, `${path[depth - 1] ?? 'the file'} holds no keys`, 'check the path');
    }
  }
  tree.origins.set(value, label);
  return null;
}
