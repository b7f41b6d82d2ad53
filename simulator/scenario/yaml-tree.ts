/**
 * A scenario's YAML with the place of every key and value.
 *
 * The text is untrusted. It is taken apart one lexeme at a time and dropped as soon as it nests too deep
 * or holds too much, before the parts that recurse or compare all keys with each other see it; so a
 * hostile file costs no more than an ordinary one. Aliases stay few, since nested ones multiply.
 */

import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  Parser,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { excerptOf, type Problem, pathText, quoted } from './problem.ts';

export type Path = readonly (string | number)[];

export const DEPTH_MAX = 32;
export const ALIASES_MAX = 16;
/** Values that a file may hold once its aliases are followed; without any it cannot hold so many. */
const VALUES_MAX = 20_000;
const LEXEMES_MAX = 10_000;
const VALUE_CHARACTERS_MAX = 64 * 1024;

export interface YamlTree {
  /** As named by the user. */
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed | null;
  readonly lines: LineCounter;
  /** Values that came from an option, and the option: they have no place in the file. */
  readonly origins: Map<Node, string>;
  /** Nodes that came from a file that this one extends, and the tree of that file. */
  readonly sources: Map<Node, YamlTree>;
}

/** A problem at the characters `start` to `end` of the file. */
export function problemAt(
  tree: YamlTree,
  start: number,
  end: number,
  path: string,
  message: string,
  hint: string | null,
): Problem {
  const { line, col } = tree.lines.linePos(start);
  const excerpt = excerptOf(tree.text, line, start, end);
  return { file: tree.file, line, column: col, path, message, hint, excerpt };
}

type Tokens = { tokens: ReturnType<Parser['next']> extends Generator<infer T> ? T[] : never };

function takeApart(text: string, lines: LineCounter): Tokens | { refused: string; offset: number } {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: Tokens['tokens'] = [];
  let lexemes = 0;
  let valueCharacters = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (!/^(#|\s*$)/.test(lexeme)) valueCharacters += lexeme.length;
    const offset = Math.min(parser.offset, text.length);
    // The parser's stack holds the document, the collections around this place, and the scalar in hand.
    if (parser.stack.length > DEPTH_MAX + 2)
      return { refused: `nests deeper than ${DEPTH_MAX} levels`, offset };
    if (++lexemes > LEXEMES_MAX) return { refused: 'holds more than a scenario can', offset };
    if (valueCharacters > VALUE_CHARACTERS_MAX) return { refused: 'holds too long a text', offset };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

const TWICE = 'this key stands here twice';
const TAGGED = 'tags are not read';
const MESSAGES: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: TWICE,
  TAG_RESOLVE_FAILED: TAGGED,
};
const SYNTAX_HINTS: Partial<Record<YAMLError['code'], string>> = {
  TAG_RESOLVE_FAILED: 'write the value alone; quotes make a text of it',
  DUPLICATE_KEY: 'keep one of them; the other would be lost',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'line the key up with its neighbours, two spaces a level',
  BLOCK_AS_IMPLICIT_KEY: 'a value may hold ": " only inside quotes',
  MISSING_CHAR: 'close the quote or bracket',
};

function syntaxProblem(tree: YamlTree, error: YAMLError): Problem {
  const [start, end] = error.pos;
  const at = Math.min(start, Math.max(0, tree.text.length - 1));
  const message = MESSAGES[error.code] ?? error.message.replace(/\s+/g, ' ').trim();
  return problemAt(tree, at, Math.max(end, at + 1), '', message, SYNTAX_HINTS[error.code] ?? null);
}

/** Characters that no editor puts into a text on purpose: control characters, and ends of lines that are no line. */
const STRAY = /[^\P{Cc}\t\n\r\u007f-\u009f]|\r(?!\n)/u;

function strayCharacter(tree: YamlTree): Problem | null {
  const { text, lines } = tree;
  const at = STRAY.exec(text)?.index;
  if (at === undefined) return null;
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) {
    lines.addNewLine(end + 1);
  }
  if (text[at] === '\r') {
    const message = 'a carriage return ends no line here';
    return problemAt(tree, at, at + 1, '', message, 'save the file with the line ends of Unix or of Windows');
  }
  const name = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  const hint = 'remove it; this may be another kind of file';
  return problemAt(tree, at, at + 1, '', `a control character (U+${name}) stands here`, hint);
}

/** Directives can make other values of the same text: under YAML 1.1 `no` is false, and 1:30 is ninety. */
function directiveProblems(tree: YamlTree, tokens: Tokens['tokens']): Problem[] {
  return tokens.flatMap((token) => {
    if (token.type !== 'directive' || /^%YAML\s+1\.2\s*$/.test(token.source)) return [];
    const { offset, source } = token;
    const message = `directives such as ${quoted(source)} are not read`;
    return [
      problemAt(tree, offset, offset + source.length, '', message, 'remove the line; scenarios are YAML 1.2'),
    ];
  });
}

/** Parses the text; the tree has no document when the problems forbid to look further. */
export function parseYaml(file: string, text: string): { tree: YamlTree; problems: Problem[] } {
  const lines = new LineCounter();
  const nothing: YamlTree = { file, text, document: null, lines, origins: new Map(), sources: new Map() };
  const stray = strayCharacter(nothing);
  if (stray !== null) return { tree: nothing, problems: [stray] };
  const parts = takeApart(text, lines);
  if ('refused' in parts) {
    const hint = 'a scenario is a short file; examples are in scenarios/';
    const at = Math.max(0, parts.offset - 1);
    return {
      tree: nothing,
      problems: [problemAt(nothing, at, at + 1, '', `the file ${parts.refused}`, hint)],
    };
  }
  const directives = directiveProblems(nothing, parts.tokens);
  if (directives.length > 0) return { tree: nothing, problems: directives };
  const composer = new Composer({ prettyErrors: false, lineCounter: lines, stringKeys: false });
  const documents = [...composer.compose(parts.tokens, true, text.length)];
  const document = documents[0] as Document.Parsed;
  if (documents.length > 1) {
    const [start] = documents[1].range;
    const hint = 'one file holds one scenario; remove the line "---" and what follows, or use two files';
    return {
      tree: nothing,
      problems: [problemAt(nothing, start, start + 1, '', 'a second document starts here', hint)],
    };
  }
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    return { tree: nothing, problems: faults.map((fault) => syntaxProblem(nothing, fault)) };
  const tree = { ...nothing, document };
  const problems = contentProblems(tree);
  return problems.length > 0 ? { tree: nothing, problems } : { tree, problems };
}

function contentProblems(tree: YamlTree): Problem[] {
  const { document } = tree;
  const contents = document?.contents ?? null;
  if (document === null || contents === null || (isScalar(contents) && contents.value === null)) {
    const hint = 'start from scenarios/quick.yaml, or let the verb init write one';
    return [
      { file: tree.file, line: 1, column: 1, path: '', message: 'the file is empty', hint, excerpt: null },
    ];
  }
  const problems: Problem[] = [];
  const refuseTag = ({ tag, range }: Node) => {
    const [start, end] = range ?? [0, 1];
    if (tag === undefined) return;
    problems.push(problemAt(tree, start, end, '', TAGGED, SYNTAX_HINTS.TAG_RESOLVE_FAILED!));
  };
  let aliases = 0;
  visit(document, {
    Alias(_key, alias) {
      const [start, end] = alias.range!;
      aliases += 1;
      if (aliases === ALIASES_MAX + 1) {
        const hint = `at most ${ALIASES_MAX} are read, since nested ones multiply; write the values out`;
        problems.push(problemAt(tree, start, end, '', 'too many aliases', hint));
      } else if (aliases <= ALIASES_MAX) {
        const target = alias.resolve(document);
        const inside = target?.range != null && target.range[0] <= start && start < target.range[2];
        if (target === undefined || inside) {
          problems.push(problemAt(tree, start, end, '', `*${alias.source} has no anchor before it`, null));
        }
      }
    },
    Pair(_key, pair) {
      const key = pair.key as ParsedNode;
      if (isScalar(key) && key.value !== '__proto__') return;
      const [start, end] = key.range ?? [0, 1];
      problems.push(problemAt(tree, start, end, '', 'this cannot be a key', 'a key is a word'));
    },
    Value: (_key, node) => refuseTag(node),
    Map(_key, map) {
      refuseTag(map);
      // To the parser 1 and "1" are two keys; here a key is its text.
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const text = keyText(key);
        const [start, end] = (key as ParsedNode).range ?? [0, 1];
        if (seen.has(text))
          problems.push(problemAt(tree, start, end, '', TWICE, SYNTAX_HINTS.DUPLICATE_KEY!));
        seen.add(text);
      }
    },
  });
  if (problems.length > 0 || aliases === 0 || countValues(tree, contents) <= VALUES_MAX) return problems;
  const hint = 'write fewer of them out, or use a shorter file';
  return [problemAt(tree, 0, 1, '', `the aliases multiply to more than ${VALUES_MAX} values`, hint)];
}

/** How many values there are once aliases are followed; stops counting above the limit. */
function countValues(tree: YamlTree, node: unknown, counted = 0): number {
  if (isAlias(node)) return countValues(tree, node.resolve(tree.document!), counted);
  let count = counted + 1;
  const items = isMap(node) ? node.items.map(({ value }) => value) : isSeq(node) ? node.items : [];
  for (const item of items) {
    if (count > VALUES_MAX) break;
    count = countValues(tree, item, count);
  }
  return count;
}

/** The values alone, as JavaScript has them. */
export function plainValue(tree: YamlTree, node: unknown = tree.document?.contents): unknown {
  if (isAlias(node)) return plainValue(tree, node.resolve(tree.document!));
  if (isMap(node)) {
    const value: Record<string, unknown> = {};
    for (const pair of node.items) value[keyText(pair.key)] = plainValue(tree, pair.value);
    return value;
  }
  if (isSeq(node)) return node.items.map((item) => plainValue(tree, item));
  return isScalar(node) ? node.value : null;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** The entry of a map under this key, compared as text. */
export function entryOf(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((item) => keyText(item.key) === String(key));
}

interface Found {
  readonly node: Node | null;
  /** The key of the map entry that holds the node. */
  readonly key: Node | null;
  /** The option that brought the node. */
  readonly origin: string | null;
  /** How many parts of the path exist. */
  readonly depth: number;
}

/** Follows the path as far as it exists. */
export function find(tree: YamlTree, path: Path): Found {
  let node: Node | null = tree.document?.contents ?? null;
  let key: Node | null = null;
  let origin: string | null = null;
  let depth = 0;
  for (; depth <= path.length; depth++) {
    if (isAlias(node)) node = node.resolve(tree.document!) ?? null;
    if (node !== null) origin = tree.origins.get(node) ?? origin;
    if (depth === path.length) break;
    const part = path[depth];
    let next: { key: Node | null; value: Node | null } | undefined;
    if (isMap(node)) {
      const pair = entryOf(node, part);
      if (pair !== undefined) next = { key: pair.key as Node, value: pair.value as Node | null };
    } else if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
      next = { key: null, value: node.items[part] as Node };
    }
    if (next === undefined) break;
    key = next.key;
    node = next.value;
  }
  return { node, key, origin, depth };
}

/** Where to point for a path: at its value, at its key, or (when it is missing) at the key that should hold it. */
export function locate(
  tree: YamlTree,
  path: Path,
  pointAt: 'value' | 'key',
  message: string,
  hint: string | null,
): Problem {
  const found = find(tree, path);
  const text = pathText(path);
  if (found.origin !== null) {
    return { file: found.origin, line: null, column: null, path: text, message, hint, excerpt: null };
  }
  const missing = found.depth < path.length;
  const placed = [found.node, found.key].filter((node) => node?.range != null);
  if (missing || pointAt === 'key') placed.reverse();
  const [node] = placed;
  const [start, end] = node?.range ?? [0, 1];
  const source = node == null ? tree : sourceOf(tree, node);
  return problemAt(source, start, Math.max(end, start + 1), text, message, hint);
}

/** Points at some characters of the text at `path`; at all of it where they cannot be told apart in the file. */
export function locateWithin(
  tree: YamlTree,
  path: Path,
  [from, to]: readonly [from: number, to: number],
  message: string,
  hint: string | null,
): Problem {
  const { node, origin } = find(tree, path);
  const whole = locate(tree, path, 'value', message, hint);
  if (origin !== null || !isScalar(node) || node.range == null) return whole;
  const source = sourceOf(tree, node);
  const written = source.text.slice(node.range[0], node.range[1]);
  const value = String(node.value);
  const offset = written.indexOf(value);
  const at = offset >= 0 ? offset + from : onlyPlace(written, value.slice(from, to));
  if (at === null) return whole; // folded over lines, or with escapes
  const start = node.range[0] + at;
  return problemAt(source, start, start + to - from, pathText(path), message, hint);
}

/** Where a part stands in a text; null where it does not, or more than once. */
function onlyPlace(text: string, part: string): number | null {
  const first = text.indexOf(part);
  return first < 0 || text.indexOf(part, first + 1) >= 0 ? null : first;
}

/** The tree of the file that a node was read from. */
export function sourceOf(tree: YamlTree, node: Node): YamlTree {
  return tree.sources.get(node) ?? tree;
}

/** The file that names what stands at `path`: names of further files are relative to it. */
export function fileOf(tree: YamlTree, path: Path): string {
  const { node } = find(tree, path);
  return node === null ? tree.file : sourceOf(tree, node).file;
}

/** "a whole number", "the text "x"": what a value is, in the words of the messages. */
export function valueNoun(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  return String(value);
}
