/**
 * Turns what zod found into problems in the words of this house: place, reason, a value that works.
 *
 * zod reports every alternative of a union that failed; a user meant one of them, so only the alternative
 * that got furthest is told.
 */

import { stringify } from 'yaml';
import type { z } from 'zod';
import { closest } from './closest.ts';
import { type Problem, quoted } from './problem.ts';
import { scenarioSchema } from './schema.ts';
import { exampleAt, examplesAt, knownKeys, taggedChoiceAt } from './schema-lookup.ts';
import { find, locate, type Path, valueNoun, type YamlTree } from './yaml-tree.ts';

type Issue = z.core.$ZodIssue;

function listed(values: readonly unknown[]): string {
  return values.map(String).join(', ');
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<string | number, unknown> | null)?.[part],
    value,
  );
}

/** A one-line YAML text of an example. */
function inline(example: unknown): string {
  if (typeof example !== 'object' || example === null) return String(example);
  return stringify(example, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

const EXPECTED: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
  tuple: 'a list',
};

class Explainer {
  private readonly tree: YamlTree;
  private readonly value: unknown;

  constructor(tree: YamlTree, value: unknown) {
    this.tree = tree;
    this.value = value;
  }

  explain(issue: Issue, base: Path = []): Problem[] {
    const path = [...base, ...(issue.path as (string | number)[])];
    const found = valueAt(this.value, path);
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => this.unknownKey(path, key));
      case 'invalid_union':
        return this.union(issue, path, found);
      case 'invalid_value':
        return this.choice(path, found, issue.values);
      case 'invalid_type': {
        if (found === undefined) return this.missing(path);
        const expected = EXPECTED[issue.expected] ?? issue.expected;
        return this.at(path, `must be ${expected}, not ${valueNoun(found)}`, this.example(path, found));
      }
      case 'too_small':
      case 'too_big':
        return this.outOfRange(issue, path, found);
      case 'invalid_format':
      case 'invalid_key': {
        const isKey = issue.code === 'invalid_key';
        const name = String(isKey ? path.at(-1) : found);
        const message = `${quoted(name)} is not a name of letters, digits, - and _ (64 at most)`;
        const tidy = name
          .replace(/[^A-Za-z0-9_-]+/g, '-')
          .replace(/^[-_]+|-+$/g, '')
          .slice(0, 64);
        return this.at(path, message, `for example ${tidy === '' ? 'first' : tidy}`, isKey ? 'key' : 'value');
      }
      case 'custom':
        return this.custom(issue, path);
      default:
        return this.at(path, issue.message, this.example(path));
    }
  }

  private at(
    path: Path,
    message: string,
    hint: string | null,
    pointAt: 'value' | 'key' = 'value',
  ): Problem[] {
    return [locate(this.tree, path, pointAt, message, hint)];
  }

  private example(path: Path, found?: unknown): string | null {
    const example = exampleAt(scenarioSchema, path, this.value);
    if (example !== undefined) return `for example ${inline(example)}`;
    return found === null ? 'give it a value, or remove the key to have its defaults' : null;
  }

  private missing(path: Path): Problem[] {
    const example = exampleAt(scenarioSchema, path, this.value);
    const key = path.at(-1);
    return this.at(
      path,
      'is missing',
      example === undefined ? `add the key ${key}` : `add "${key}: ${inline(example)}"`,
    );
  }

  private unknownKey(path: Path, key: string): Problem {
    const known = knownKeys(scenarioSchema, path, this.value);
    if (key === '<<') {
      const hint = 'write the keys out, or start from another file with extends';
      return locate(this.tree, [...path, key], 'key', 'merge keys are not read', hint);
    }
    const guess = closest(key, known);
    const hint = guess === null ? `known here: ${listed(known)}` : `did you mean ${guess}?`;
    return locate(this.tree, [...path, key], 'key', 'unknown key', hint);
  }

  private choice(path: Path, found: unknown, values: readonly unknown[]): Problem[] {
    if (found === undefined) return this.missing(path);
    const guess = closest(String(found), values.map(String));
    const choices = values.length === 1 ? `must be ${listed(values)}` : `must be one of ${listed(values)}`;
    const message = `${choices}, not ${valueNoun(found)}`;
    return this.at(path, message, guess === null ? this.example(path) : `did you mean ${guess}?`);
  }

  private outOfRange(
    issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
    path: Path,
    found: unknown,
  ): Problem[] {
    const small = issue.code === 'too_small';
    const limit = small ? issue.minimum : issue.maximum;
    const relation = issue.inclusive === false ? (small ? 'above' : 'below') : small ? 'at least' : 'at most';
    if (issue.origin === 'number' || issue.origin === 'int') {
      const shown = String(limit).replace(/\B(?=(\d{3})+$)/g, ',');
      return this.at(path, `must be ${relation} ${shown}, not ${found}`, this.example(path));
    }
    const nouns = issue.origin === 'string' ? ['character', 'characters'] : ['entry', 'entries'];
    const noun = nouns[Number(limit) === 1 ? 0 : 1];
    const size = (found as { length?: number } | undefined)?.length;
    return this.at(path, `must have ${relation} ${limit} ${noun}, not ${size}`, this.example(path));
  }

  private union(issue: z.core.$ZodIssueInvalidUnion, path: Path, found: unknown): Problem[] {
    const { options } = issue as { options?: readonly unknown[] };
    // A tagged union names the tag's path, the values it may have, and no alternatives.
    if (issue.errors.length === 0 && options !== undefined) return this.choice(path, found, options);
    if (found === undefined) return this.missing(path);
    const tagged = taggedChoiceAt(scenarioSchema, path, this.value, found);
    if (tagged !== null && typeof found === 'object' && found !== null && !Array.isArray(found)) {
      const own = issue.errors[tagged.meant];
      if (own !== undefined) return own.flatMap((inner) => this.explain(inner, path));
      const tagPath = [...path, tagged.tag];
      return this.choice(tagPath, valueAt(this.value, tagPath), tagged.words);
    }
    const isOther = (one: Issue) =>
      one.path.length === 0 && (one.code === 'invalid_type' || one.code === 'invalid_value');
    const meant = issue.errors.find((alternative) => !alternative.some(isOther));
    if (meant !== undefined) return meant.flatMap((inner) => this.explain(inner, path));
    const words = issue.errors.flat().flatMap((one) => (one.code === 'invalid_value' ? one.values : []));
    const guess = typeof found === 'string' ? closest(found, words.map(String)) : null;
    const kinds = issue.errors.flat().flatMap((one) => {
      return one.code === 'invalid_type' ? [EXPECTED[one.expected] ?? one.expected] : [];
    });
    const wanted = [...new Set([...words.map(String), ...kinds])].join(' or ');
    const message = `must be ${wanted}, not ${valueNoun(found)}`;
    return this.at(path, message, guess === null ? this.examples(path) : `did you mean ${guess}?`);
  }

  /** One of each kind that a union takes. */
  private examples(path: Path): string | null {
    const examples = examplesAt(scenarioSchema, path, this.value);
    return examples.length === 0 ? null : `for example ${examples.map(inline).join(' or ')}`;
  }

  /** A mistake that `report` found: it may point at another key where this one holds a default. */
  private custom(issue: z.core.$ZodIssueCustom, path: Path): Problem[] {
    const { hint, orElse, own } = (issue.params ?? {}) as { hint?: string; orElse?: Path; own?: number };
    const checked = path.slice(0, path.length - (own ?? 0));
    const instead = [...checked, ...(orElse ?? [])];
    const isSpelledOut = (one: Path) => find(this.tree, one).depth === one.length;
    const place = orElse !== undefined && !isSpelledOut(path) && isSpelledOut(instead) ? instead : path;
    return this.at(place, issue.message, hint ?? null);
  }
}

/** Every problem that zod found, located in the file. */
export function explainIssues(issues: readonly Issue[], tree: YamlTree, value: unknown): Problem[] {
  const explainer = new Explainer(tree, value);
  // Beyond what a double holds exactly a number is too large twice; the narrower bound is told last.
  const lastOf = new Map(issues.map((issue) => [JSON.stringify([issue.path, issue.code]), issue]));
  const isTold = (issue: Issue) =>
    issue.code !== 'too_big' || lastOf.get(JSON.stringify([issue.path, issue.code])) === issue;
  return issues.filter(isTold).flatMap((issue) => explainer.explain(issue));
}
