/**
 * Makes a failing scenario small: parts are left out and numbers made less for as long as it fails by the same rule.
 *
 * What is tried is a list of smaller trees, the boldest first; each that still fails takes the place of the tree, until
 * none does or the tries are used up. Trees that the language refuses are no tries. The seed of the scenario stays: other
 * chance would be another failure.
 */

import type { Tree } from './dice.ts';

/** Whether a tree still fails as the first one did; null where the language refuses it. */
export type FailsAlike = (tree: Tree) => Promise<boolean | null>;

/** Parts that every scenario has. */
const KEPT = ['name', 'seed', 'network', 'arms', 'updates', 'report', 'duration'];

export async function shrink(tree: Tree, failsAlike: FailsAlike, triesMax: number): Promise<Tree> {
  let [smallest, tries] = [tree, 0];
  const refusedBefore = new Set<string>();
  for (let shrunk = true; shrunk; ) {
    shrunk = false;
    for (const smaller of smallerTrees(smallest)) {
      const text = JSON.stringify(smaller);
      if (refusedBefore.has(text)) continue;
      if (tries >= triesMax) return smallest;
      const fails = await failsAlike(smaller);
      if (fails !== null) tries++;
      if (fails !== true) {
        refusedBefore.add(text);
        continue;
      }
      smallest = smaller;
      shrunk = true;
      break;
    }
  }
  return smallest;
}

/** Trees with one thing less, the boldest first. */
export function* smallerTrees(tree: Tree): Generator<Tree> {
  for (const key of Object.keys(tree)) if (!KEPT.includes(key)) yield without(tree, key);
  const arms = tree.arms as Record<string, Tree>;
  const names = Object.keys(arms);
  if (names.length > 1) for (const name of names) yield { ...tree, arms: without(arms, name) };
  yield* fewer(tree, 'updates', 1);
  yield* fewer(tree, 'faults', 1);
  yield* smallerNumbers(tree);
  yield* simpler(tree, []);
}

function* fewer(tree: Tree, key: string, least: number): Generator<Tree> {
  const list = tree[key] as unknown[] | undefined;
  if (list === undefined || list.length <= least) return;
  for (const place of list.keys()) yield { ...tree, [key]: list.filter((_item, index) => index !== place) };
}

/** Fewer relays, a shorter run. */
function* smallerNumbers(tree: Tree): Generator<Tree> {
  const network = tree.network as Tree;
  const relays = network.relays as number;
  for (const less of [Math.ceil(relays / 2), relays - 2, relays - 1]) {
    if (less < 3 || less >= relays) continue;
    const { degree } = network as { degree?: number };
    const linked = degree === undefined ? {} : { degree: Math.min(degree, less - 1) };
    yield { ...tree, network: { ...network, ...linked, relays: less } };
  }
  const seconds = Number.parseFloat(tree.duration as string);
  for (const less of [Math.ceil(seconds / 2), Math.ceil(seconds * 0.8), Math.floor(seconds - 1)]) {
    if (less >= 15 && less < seconds) yield { ...tree, duration: `${less}s` };
  }
}

/** Any key of any map left out, any item of any longer list: what has a default takes it. */
function* simpler(tree: Tree, path: readonly (string | number)[]): Generator<Tree> {
  const here = valueAt(tree, path);
  if (Array.isArray(here)) {
    for (const index of here.keys()) {
      if (here.length > 1 && path[0] !== 'updates')
        yield withValue(
          tree,
          path,
          here.filter((_item, place) => place !== index),
        );
      yield* simpler(tree, [...path, index]);
    }
  } else if (typeof here === 'object' && here !== null) {
    for (const key of Object.keys(here)) {
      const isNeeded = (path.length === 0 && KEPT.includes(key)) || path[0] === 'report' || key === 'relays';
      if (!isNeeded) yield withValue(tree, path, without(here as Tree, key));
      if (key !== 'report') yield* simpler(tree, [...path, key]);
    }
  }
}

function without<Part extends object>(part: Part, key: string): Part {
  return Object.fromEntries(Object.entries(part).filter(([name]) => name !== key)) as Part;
}

function valueAt(tree: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((part, key) => (part as Record<string | number, unknown>)[key], tree);
}

function withValue(tree: Tree, path: readonly (string | number)[], value: unknown): Tree {
  if (path.length === 0) return value as Tree;
  const copy = structuredClone(tree);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  parent[path.at(-1)!] = value;
  return copy;
}
