import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JSON_DEPTH_MAX } from './limits.ts';
import { parseStrictJson } from './strict-json.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

function parse(text: string) {
  return parseStrictJson(Buffer.from(text));
}

function fault(text: string): string {
  const parsed = parse(text);
  assert('malformed' in parsed, text);
  return parsed.malformed;
}

/** JSON whose objects may have a key twice: lists of members, which are written as they are. */
type Tree = string | number | boolean | null | Tree[] | { members: [string, Tree][] };

const keyName = fc.oneof(fc.constantFrom('a', 'b', '"', '\\', 'é', '😀', ''), fc.string({ unit: 'binary' }));
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, 0, -1.5e300, '', '{', '"a":1,"a":2', '\\"'),
    fc.string({ unit: 'binary' }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.record({ members: fc.array(fc.tuple(keyName, tie('tree')), { maxLength: 4 }) }),
  ),
}));

function hasRepeatedKey(node: Tree): boolean {
  if (Array.isArray(node)) return node.some(hasRepeatedKey);
  if (typeof node !== 'object' || node === null) return false;
  const names = node.members.map(([name]) => name);
  return new Set(names).size < names.length || node.members.some(([, value]) => hasRepeatedKey(value));
}

function hasPrototypeKey(node: Tree): boolean {
  if (Array.isArray(node)) return node.some(hasPrototypeKey);
  if (typeof node !== 'object' || node === null) return false;
  return node.members.some(([name, value]) => name === '__proto__' || hasPrototypeKey(value));
}

/** Writes a tree with or without escapes and spaces, by turns. */
function write(node: Tree, turns: () => boolean): string {
  const space = turns() ? ' \n' : '';
  const text = (content: string) => {
    if (!turns()) return JSON.stringify(content);
    const units = [...Array(content.length).keys()].map((at) => content.charCodeAt(at));
    return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
  };
  if (Array.isArray(node)) return `[${space}${node.map((item) => write(item, turns)).join(`,${space}`)}]`;
  if (typeof node === 'string') return text(node);
  if (typeof node !== 'object' || node === null) return JSON.stringify(node);
  const members = node.members.map(([name, value]) => `${text(name)}${space}:${write(value, turns)}`);
  return `{${members.join(`,${space}`)}${space}}`;
}

test('strict JSON: refuses a tree exactly if a key stands in an object twice, however it is written', () => {
  let repeated = 0;
  fc.assert(
    fc.property(tree, fc.infiniteStream(fc.boolean()), (node, choices) => {
      fc.pre(!hasPrototypeKey(node));
      const json = write(node, () => choices.next().value);
      const parsed = parse(json);
      if (hasRepeatedKey(node)) {
        repeated++;
        assert('malformed' in parsed, json);
      } else assert.deepEqual(parsed, { value: JSON.parse(json) }, json);
    }),
    { seed, numRuns: 2000 },
  );
  assert(repeated > 100, `${repeated} cases had a key twice`);
});

test('strict JSON: takes nothing that JSON.parse does not take', () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', ']', ',', '\\', 'x'))
    .map(
      ([json, at, piece]) =>
        json.slice(0, at % (json.length + 1)) + piece + json.slice((at % (json.length + 1)) + 1),
    );
  fc.assert(
    fc.property(fc.oneof(broken, fc.string()), (text) => {
      const parsed = parse(text);
      if ('value' in parsed) assert.deepEqual(parsed.value, JSON.parse(text));
    }),
    { seed, numRuns: 2000 },
  );
});

test('strict JSON: takes what other libraries write', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!text.includes('__proto__'));
      assert.deepEqual(parse(text), { value: JSON.parse(text) });
    }),
    { seed, numRuns: 1000 },
  );
});

test('strict JSON: an escaped key is the same key', () => {
  assert.match(fault('{"a":1,"\\u0061":2}'), /"a" twice/);
  assert.match(fault('{"x":{"/":1,"\\/":2}}'), /twice/);
  assert.deepEqual(parse('{"a":{"a":1},"b":[{"a":1},{"a":1}]}'), {
    value: { a: { a: 1 }, b: [{ a: 1 }, { a: 1 }] },
  });
});

test('strict JSON: half a surrogate pair is refused, a whole one is not', () => {
  assert.match(fault('["\\ud83d"]'), /surrogate/);
  assert.match(fault('{"\\ude00":1}'), /surrogate/);
  assert.match(fault('["\\ude00\\ud83d"]'), /surrogate/);
  assert.deepEqual(parse('["\\ud83d\\ude00"]'), { value: ['😀'] });
});

test('strict JSON: the prototype key is refused', () => {
  assert.match(fault('{"a":{"__proto__":{}}}'), /__proto__/);
  assert.match(fault('{"_\\u005fproto__":{}}'), /__proto__/);
  assert.deepEqual(parse('["__proto__"]'), { value: ['__proto__'] });
});

test('strict JSON: nesting has a bound, at which nothing overflows', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert('value' in parse(nested(JSON_DEPTH_MAX)));
  assert.match(fault(nested(JSON_DEPTH_MAX + 1)), /nested/);
  assert.match(fault(nested(100_000)), /nested/);
  assert('malformed' in parse('{"a":'.repeat(100_000)));
});

test('strict JSON: bytes that are no UTF-8, and a byte order mark, are refused', () => {
  assert.deepEqual(parseStrictJson(Buffer.from([0x22, 0xff, 0x22])), { malformed: 'no UTF-8' });
  assert.deepEqual(parseStrictJson(Buffer.from([0x22, 0xc0, 0xaf, 0x22])), { malformed: 'no UTF-8' });
  assert.deepEqual(parseStrictJson(Buffer.from([0xef, 0xbb, 0xbf, 0x31])), { malformed: 'no JSON' });
  assert.deepEqual(parseStrictJson(new Uint8Array()), { malformed: 'no JSON' });
});
