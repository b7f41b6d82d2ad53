import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { scenarioReference } from './reference.ts';
import { scenarioSchema } from './schema.ts';
import { layersOf, placesOf } from './schema-lookup.ts';

const PAGE = scenarioReference();
const LINES = PAGE.split('\n');

/** As GitHub makes anchors of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

const ANCHORS = LINES.filter((line) => line.startsWith('## ')).map((line) => anchorOf(line.slice(3)));

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node | readonly Node[];
  readonly anyOf?: readonly Node[];
}

/** Every key that editors know. */
function* keysOf(node: Node): Generator<string> {
  for (const [key, inner] of Object.entries(node.properties ?? {})) {
    yield key;
    yield* keysOf(inner);
  }
  const { items = [], anyOf = [], additionalProperties } = node;
  for (const inner of [...[items].flat(), ...anyOf]) yield* keysOf(inner as Node);
  if (typeof additionalProperties === 'object') yield* keysOf(additionalProperties);
}

describe('the reference page', () => {
  it('docs/scenario-reference.md is what `npm run schema` writes now', () => {
    const committed = readFileSync(new URL('../../docs/scenario-reference.md', import.meta.url), 'utf8');
    assert.equal(committed, PAGE, 'run `npm run schema` and commit docs/scenario-reference.md');
  });

  it('every key has a row with its meaning, value, default and example', () => {
    const keys = [...keysOf(z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' }) as Node)];
    assert.ok(keys.length > 90, `only ${keys.length} keys were seen`);
    const rows = LINES.filter((line) => line.startsWith('| `') && !/^\| `[^|]*\| (an|the) /.test(line));
    for (const key of keys)
      assert.ok(
        rows.some((line) => line.startsWith(`| \`${key}\` |`)),
        key,
      );
    for (const line of rows) {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      assert.equal(cells.length, 7, line);
      const [, , meaning = '', value = '', standard = ''] = cells;
      assert.ok(meaning.length > 10 && value !== '' && standard !== '', line);
    }
  });

  it('limits, defaults and what --scale does are those of the schema', () => {
    const row = (key: string) => LINES.filter((line) => line.startsWith(`| \`${key}\` |`)).join('\n');
    assert.match(row('relays'), /whole number, 2 to 1,000,000,000 \| \*\*needed\*\* \| `7500`/);
    assert.match(row('heartbeat'), /duration, 10ms to 1h \| `1s`/);
    assert.match(row('uplink'), /`population`, or rate, 1 kbit\/s to 1000 Gbit\/s \| `population`/);
    assert.match(row('utilization'), /share, above 0 to below 1 \| `0.4`/);
    assert.match(row('sigma'), /number, above 0 to 10/);
    assert.match(row('every'), /\*Scaled with the duration\.\*/);
    assert.match(row('minReports'), /\*Scaled with the relays\.\*/);
    assert.doesNotMatch(row('drain'), /Scaled/);
  });

  it('every link leads to a heading, and no two headings share an anchor', () => {
    assert.equal(new Set(ANCHORS).size, ANCHORS.length);
    const links = [...PAGE.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target);
    assert.ok(links.length > 50);
    for (const target of links) assert.ok(ANCHORS.includes(target!), target);
  });

  it('no name is taken for HTML', () => {
    assert.doesNotMatch(PAGE.replaceAll(/`[^`]*`/g, ''), /<[a-z]/);
  });
});

describe('the examples of the schema', () => {
  it('are accepted by their keys', () => {
    let seen = 0;
    const visit = (schema: z.core.$ZodType, path: string): void => {
      for (const layer of layersOf(schema)) {
        const { examples = [] } = (z.globalRegistry.get(layer) ?? {}) as { examples?: readonly unknown[] };
        for (const example of examples) {
          seen += 1;
          const read = z.safeParse(schema, example);
          assert.ok(read.success, `${path}: ${JSON.stringify(example)}: ${read.error?.message}`);
        }
      }
      const { shape, options, element, valueType } = layersOf(schema).at(-1)!._zod.def as unknown as {
        shape?: Record<string, z.core.$ZodType>;
        options?: z.core.$ZodType[];
        element?: z.core.$ZodType;
        valueType?: z.core.$ZodType;
      };
      for (const [key, inner] of Object.entries(shape ?? {})) visit(inner, `${path}.${key}`);
      for (const inner of [...(options ?? []), element, valueType])
        if (inner !== undefined) visit(inner, path);
    };
    visit(scenarioSchema, '');
    assert.ok(seen > 100, `only ${seen} examples were seen`);
  });

  it('places of a value are found with the alternative that it is', () => {
    const arms = {
      live: { channel: 'directory', directory: { interval: '1h' } },
      manual: { channel: 'manual', drain: '1s' },
    };
    const paths = [...placesOf(scenarioSchema, { arms, sed: 1 })].map(({ path }) => path.join('.'));
    assert.deepEqual(paths, [
      '',
      'arms',
      'arms.live',
      'arms.live.channel',
      'arms.live.directory',
      'arms.live.directory.interval',
      'arms.manual',
      'arms.manual.channel',
      'arms.manual.drain',
    ]);
  });
});
