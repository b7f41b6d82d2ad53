/**
 * Changes from the command line: `--set network.relays=500` put into the YAML tree before it is checked.
 *
 * The value is YAML itself, so `--set 'arms.manual.lag={weibull: {scale: 2d, shape: 4}}'` works, and a
 * mistake in it is reported with the option as its place.
 */

import { isAlias, isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap } from 'yaml';
import { closest } from './closest.ts';
import { type Problem, pathText } from './problem.ts';
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

function listed(items: readonly unknown[]): string {
  return items.length === 1 ? 'there is 1' : `there are ${items.length}`;
}

/** What prevents a key from being put into a map on the way to its place. */
function newKeyProblem({ label, path }: Override, depth: number, holder: YAMLMap): Problem | null {
  // A name that was mistyped must not give an arm that nobody asked for.
  if (depth !== 1 || path[0] !== 'arms' || path.length === 2) return null;
  const name = String(path[1]);
  const guess = closest(
    name,
    holder.items.map(({ key }) => String(key)),
  );
  const whole = `a new arm is given whole: arms.${name}={channel: gossip}`;
  const hint = guess === null ? whole : `did you mean ${guess}? A${whole.slice(1)}`;
  return refusal(label, `there is no arm ${name}`, hint);
}

/** `--set a.b=null` takes a key out, as null does in a file that extends another. */
function takeOut({ label, path }: Override, holder: Node | null): Problem | null {
  const key = path.at(-1) as string | number;
  if (isSeq(holder)) {
    return refusal(label, 'an entry of a list cannot be taken out', 'set the whole list');
  }
  const pair = isMap(holder) ? entryOf(holder, key) : undefined;
  if (!isMap(holder) || pair === undefined) {
    const guess = isMap(holder)
      ? closest(
          String(key),
          holder.items.map(({ key: one }) => String(one)),
        )
      : null;
    const hint = guess === null ? 'check the path' : `did you mean ${guess}?`;
    return refusal(label, 'takes out a key that is not there', hint);
  }
  holder.items.splice(holder.items.indexOf(pair), 1);
  return null;
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
  const isRemoval = /^\s*(null|~)\s*$/i.test(override.value);
  const value = isRemoval ? new Scalar(null) : parseValue(override);
  if ('message' in value) return value;
  let holder: Node | null = tree.document!.contents;
  for (const [depth, part] of path.entries()) {
    if (isAlias(holder))
      return refusal(label, 'goes through an alias', 'set the value where its anchor stands');
    const last = depth === path.length - 1;
    if (last && isRemoval) return takeOut(override, holder);
    if (isSeq(holder)) {
      if (typeof part !== 'number') {
        const list = pathText(path.slice(0, depth));
        return refusal(
          label,
          `${list} is a list`,
          `name an entry, as in ${list}[0]; ${listed(holder.items)}`,
        );
      }
      const index = part;
      if (index < 0 || index > holder.items.length - (last ? 0 : 1)) {
        const hint = `entries are numbered from [0]; ${listed(holder.items)}`;
        return refusal(label, `there is no entry ${part}`, hint);
      }
      if (last) holder.items[index] = value;
      else holder = holder.items[index] as Node;
    } else if (isMap(holder)) {
      const isNew = entryOf(holder, part) === undefined;
      const problem = isNew ? newKeyProblem(override, depth, holder) : null;
      if (problem !== null) return problem;
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
