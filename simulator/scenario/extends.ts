/**
 * Scenarios that start from another one: `extends: FILE`.
 *
 * Maps are merged key by key, the extending file's values counting; a list or a single value replaces what stood
 * there, and `null` takes a key out. `name` is never handed down, or two scenarios would write to one folder; nor are
 * `hypothesis` and `answer`, which belong to the question as it was.
 * Keys of the file that is extended come first, in its order, then the new ones. Every node remembers the file
 * it was read from, so a mistake is told there.
 */

import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, type Node, Pair, type ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import { closest } from './closest.ts';
import { type Problem, ScenarioError } from './problem.ts';
import { readSource } from './source.ts';
import {
  entryOf,
  locate,
  type Path,
  parseYaml,
  problemAt,
  sourceOf,
  valueNoun,
  type YamlTree,
} from './yaml-tree.ts';

/** Files of one chain, the first included. */
export const CHAIN_MAX = 8;
const KEY = 'extends';
const NOT_INHERITED = ['name', KEY, 'hypothesis', 'answer'];

/** A file that another names, as found and as shown in messages: relative names mean the naming file's folder. */
export function fileBeside(naming: string, name: string): { path: string; shownAs: string } {
  const shownAs = isAbsolute(name) || dirname(naming) === '.' ? name : join(dirname(naming), name);
  return { path: resolve(dirname(naming), name), shownAs };
}

/** Parses a scenario and the files that it extends into one tree, without the key itself. */
export function composeYaml(file: string, text: string): { tree: YamlTree; problems: Problem[] } {
  return compose(file, text, [identityOf(file)]);
}

function identityOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file); // a text that is no file, or one that will be told as missing
  }
}

function compose(
  file: string,
  text: string,
  chain: readonly string[],
): { tree: YamlTree; problems: Problem[] } {
  const { tree, problems } = parseYaml(file, text);
  const contents = tree.document?.contents ?? null;
  const entry = isMap(contents) ? entryOf(contents, KEY) : undefined;
  if (problems.length > 0 || entry === undefined) return { tree, problems };
  const refuse = (message: string, hint: string) => {
    return { tree, problems: [locate(tree, [KEY], 'value', message, hint)] };
  };
  const target = isAlias(entry.value) ? entry.value.resolve(tree.document!) : entry.value;
  const name = isScalar(target) ? target.value : target;
  if (typeof name !== 'string' || name.trim() === '') {
    const noun = isMap(target) ? 'a map' : isSeq(target) ? 'a list' : valueNoun(name);
    return refuse(`must be the name of a scenario file, not ${noun}`, 'for example tor7500.yaml');
  }
  const { path, shownAs } = fileBeside(file, name);
  const identity = identityOf(path);
  if (chain.includes(identity)) {
    const itself = chain.at(-1) === identity;
    return refuse(
      itself ? 'a scenario cannot extend itself' : `${shownAs} extends this file in turn`,
      'let one of them stand by itself',
    );
  }
  if (chain.length >= CHAIN_MAX) {
    return refuse(
      `this is the ${CHAIN_MAX}th file in a row that extends another`,
      `at most ${CHAIN_MAX} files`,
    );
  }
  let base: { tree: YamlTree; problems: Problem[] };
  try {
    base = compose(shownAs, readSource(path, 'scenario file', shownAs), [...chain, identity]);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const [first] = error.problems;
    // A file that cannot be read at all is the mistake of the one that names it.
    return first.line === null
      ? refuse(`${shownAs} ${first.message}`, first.hint ?? 'check the path')
      : { tree, problems: [...error.problems] };
  }
  if (base.problems.length > 0) return { tree, problems: base.problems };
  return new Merger(tree, base.tree).merge();
}

/** Puts a tree over the one that it extends. The lower tree is not used afterwards. */
class Merger {
  private readonly own: YamlTree;
  private readonly base: YamlTree;
  private readonly problems: Problem[] = [];

  constructor(own: YamlTree, base: YamlTree) {
    this.own = own;
    this.base = base;
  }

  merge(): { tree: YamlTree; problems: Problem[] } {
    const own = this.copy(this.own.document!.contents, this.own) as YAMLMap;
    const base = this.copy(this.base.document!.contents, this.base);
    if (!isMap(base)) {
      const message = `${this.base.file} is not a map of keys`;
      return {
        tree: this.own,
        problems: [locate(this.own, [KEY], 'value', message, 'name a scenario file')],
      };
    }
    own.items = own.items.filter(({ key }) => String(key) !== KEY);
    base.items = base.items.filter(({ key }) => !NOT_INHERITED.includes(String(key)));
    this.own.document!.contents = this.merged(base, own, []) as unknown as ParsedNode;
    return { tree: this.own, problems: this.problems };
  }

  /** A copy of its own, aliases followed, that knows where it came from. */
  private copy(node: unknown, tree: YamlTree): Node | null {
    if (isAlias(node)) return this.copy(node.resolve(tree.document!), tree);
    if (node === null || node === undefined) return null;
    const original = node as Node;
    let copied: Node;
    if (isMap(original)) {
      const map = new YAMLMap();
      map.items = original.items.map(({ key, value }) => {
        return new Pair(this.copy(key, tree), this.copy(value, tree));
      });
      copied = map;
    } else if (isSeq(original)) {
      const list = new YAMLSeq();
      list.items = original.items.map((item) => this.copy(item, tree));
      copied = list;
    } else copied = original.clone() as Node;
    copied.range = original.range ?? null;
    const source = sourceOf(tree, original);
    if (source !== this.own) this.own.sources.set(copied, source);
    return copied;
  }

  private merged(base: YAMLMap, own: YAMLMap, path: Path): YAMLMap {
    const keys = base.items.map(({ key }) => String(key));
    const kept = base.items.flatMap((pair) => {
      const over = entryOf(own, String(pair.key));
      if (over === undefined) return [pair];
      if (isNothing(over.value)) return [];
      const inner = [...path, String(pair.key)];
      const both = isMap(pair.value) && isMap(over.value);
      return [
        both ? new Pair(over.key, this.merged(pair.value as YAMLMap, over.value as YAMLMap, inner)) : over,
      ];
    });
    const added = own.items.filter(({ key, value }) => {
      if (keys.includes(String(key))) return false;
      if (isNothing(value)) this.removesNothing(key as ParsedNode, [...path, String(key)], keys);
      return true;
    });
    const map = new YAMLMap();
    map.range = own.range ?? null;
    const source = sourceOf(this.own, own);
    if (source !== this.own) this.own.sources.set(map, source);
    map.items = [...kept, ...added];
    return map;
  }

  private removesNothing(key: ParsedNode, path: Path, keys: readonly string[]): void {
    const guess = closest(String(key), keys);
    const message = `takes out a key that ${this.base.file} has not`;
    const hint = guess === null ? 'give it a value, or remove the key' : `did you mean ${guess}?`;
    const [start, end] = key.range ?? [0, 1];
    this.problems.push(problemAt(this.own, start, end, path.map(String).join('.'), message, hint));
  }
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}
