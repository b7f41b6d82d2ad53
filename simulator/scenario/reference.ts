/**
 * The reference page of the language, made from the schema: every key with its meaning, kind, limits, default and
 * an example, so that it cannot say anything else than what is read.
 *
 * A map of keys is a section; a place that may be one of several maps (an arm, a law) has a section for each.
 */

import { stringify } from 'yaml';
import { z } from 'zod';
import {
  ARM_MEASURES,
  type MeasureFacts,
  type MeasureKind,
  RUN_MEASURES,
  updateMeasures,
} from './assertion-measures.ts';
import { DURATION_FLOOR_SECONDS, RELAYS_FLOOR, START_SECONDS } from './scale.ts';
import { scenarioSchema } from './schema.ts';
import { quantityFacts, scalingOf } from './schema-facts.ts';
import { definition, layersOf } from './schema-lookup.ts';
import { formatDuration } from './units.ts';

type Schema = z.core.$ZodType;

interface Limits {
  readonly low: number | null;
  readonly isAbove: boolean;
  readonly high: number | null;
}

/** Of a number or of the length of a list, as zod checks them. */
function limitsOf(schema: Schema): Limits {
  const checks = (definition(schema).checks ?? []).map(({ _zod }) => _zod.def as unknown as Check);
  const low = checks.find(({ check }) => check === 'greater_than' || check === 'min_length');
  const high = checks.find(({ check }) => check === 'less_than' || check === 'max_length');
  return {
    low: low?.value ?? low?.minimum ?? null,
    isAbove: low?.inclusive === false,
    high: high?.value ?? high?.maximum ?? null,
  };
}

interface Check {
  readonly check: string;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Section {
  /** As in `updates[].rollout`. */
  readonly path: string;
  /** Tells sections of one path apart: `channel: manual`. */
  readonly variant: string | null;
  readonly shape: Readonly<Record<string, Schema>>;
  readonly text: string | null;
}

interface Meta {
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

function core(schema: Schema): Schema {
  return layersOf(schema).at(-1)!;
}

function metaOf(schema: Schema): Meta {
  const found = layersOf(schema).map((layer) => (z.globalRegistry.get(layer) ?? {}) as Meta);
  const description = found.find((meta) => meta.description !== undefined)?.description;
  const examples = found.find((meta) => meta.examples !== undefined)?.examples;
  return { ...(description !== undefined && { description }), ...(examples !== undefined && { examples }) };
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A value as one line of YAML. */
function inline(value: unknown): string {
  if (value === '') return '""';
  return code(
    stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim(),
  );
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function numberText(schema: Schema): string {
  const { low, isAbove, high } = limitsOf(schema);
  const noun = definition(schema).format === 'safeint' ? 'whole number' : 'number';
  if (low === null && high === null) return noun;
  const lowText = low === null ? '' : `${isAbove ? 'above ' : ''}${grouped(low)}`;
  return `${noun}, ${lowText}${high === null ? ' or more' : ` to ${grouped(high)}`}`;
}

function countText(schema: Schema): string {
  const { low, high } = limitsOf(schema);
  return high === null ? '' : ` of ${low === null ? 'up' : low} to ${high}`;
}

/** Heading of a section, and what a link to it is called. */
function heading({ path, variant }: Pick<Section, 'path' | 'variant'>): string {
  return variant === null ? path : `${path} (${variant})`;
}

/** As GitHub makes anchors of headings. */
function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function link(section: Section): string {
  const text = heading(section);
  return `[${text}](#${anchor(text)})`;
}

/** What tells the maps that a place may be apart: the words of a key, or what each holds. */
function variantOf(shape: Section['shape'], isOneOfSeveral: boolean): string | null {
  if (!isOneOfSeveral) return null;
  const [key] = Object.keys(shape);
  const words = wordsOf(shape[key!]!);
  return words.length === 1
    ? `${key}: ${words[0]}`
    : `${key}: ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function wordsOf(schema: Schema): string[] {
  const { values, entries, options, element } = definition(core(schema));
  if (options !== undefined) return [...new Set(options.flatMap(wordsOf))];
  if (element !== undefined) return wordsOf(element);
  return [...(values ?? []), ...Object.values(entries ?? {})].map(String);
}

/** Places that hold the same as another, which has the section. */
const SAME_AS: Readonly<Record<string, string>> = {
  'arms.NAME.operators': 'operators',
  'operators.classes[].lag': 'arms.NAME.lag',
  'operators.classes[].delay': 'arms.NAME.lag',
  'operators.platforms[].delay': 'arms.NAME.lag',
};

/** The sections that a place opens, those inside it not included. */
function sectionsAt(schema: Schema, at: string): Section[] {
  const path = SAME_AS[at] ?? at;
  const { shape, options, element, valueType } = definition(core(schema));
  const text = metaOf(schema).description ?? null;
  if (shape !== undefined) return [{ path, variant: null, shape, text }];
  if (element !== undefined) return sectionsAt(element, `${path}[]`);
  if (valueType !== undefined) return sectionsAt(valueType, `${path}.NAME`);
  if (options === undefined) return [];
  const maps = options.flatMap((option) => sectionsAt(option, path));
  return maps.map((section) => ({
    ...section,
    variant: section.variant ?? variantOf(section.shape, maps.length > 1),
    text: section.text ?? text,
  }));
}

function kindText(schema: Schema, path: string): string {
  const inner = core(schema);
  const { type, options, element, items, values, entries } = definition(inner);
  const quantity = layersOf(schema)
    .map(quantityFacts)
    .find((facts) => facts !== null);
  if (quantity != null) {
    const { noun, range, word } = quantity;
    return `${word === undefined ? '' : `${code(word)}, or `}${noun}, ${range}`;
  }
  if (options !== undefined) return options.map((option) => kindText(option, path)).join(', or ');
  switch (type) {
    case 'object':
      return sectionsAt(schema, path).map(link).join(', ');
    case 'record':
      return `map of names: ${sectionsAt(schema, path).map(link).join(', ')}`;
    case 'array':
      return `list${countText(inner)}: ${kindText(element!, `${path}[]`)}`;
    case 'tuple':
      return `list of ${items!.length}: ${kindText(items![0]!, path)}`;
    case 'enum':
      return Object.values(entries!)
        .map((word) => code(String(word)))
        .join(', ');
    case 'literal':
      return values!.map((word) => code(String(word))).join(', ');
    case 'boolean':
      return '`true` or `false`';
    case 'number':
    case 'int':
      return numberText(inner);
    case 'string':
      return 'text';
    default:
      return patternText(schema);
  }
}

/** Texts with a form of their own say what it is by the message that editors show. */
function patternText(schema: Schema): string {
  const found = layersOf(schema).map(
    (layer) => z.globalRegistry.get(layer) as { patternErrorMessage?: string },
  );
  return found.find((meta) => meta?.patternErrorMessage !== undefined)?.patternErrorMessage ?? 'text';
}

function defaultText(schema: Schema): string {
  const layers = layersOf(schema).map(definition);
  const given = layers.find(({ type }) => type === 'default' || type === 'prefault');
  if (given === undefined) return layers.some(({ type }) => type === 'optional') ? '–' : '**needed**';
  const value = given.defaultValue;
  const isEmptyMap =
    typeof value === 'object' && !Array.isArray(value) && Object.keys(value as object).length === 0;
  return isEmptyMap ? 'its own' : inline(value);
}

function scalingText(schema: Schema): string {
  const how = layersOf(schema)
    .map(scalingOf)
    .find((found) => found !== null);
  if (how == null) return '';
  if (how === 'count') return ' *Scaled with the relays.*';
  return how === 'moment' ? ' *A moment, scaled.*' : ' *Scaled with the duration.*';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

function row(path: string, key: string, schema: Schema): string {
  const { description = '', examples = [] } = metaOf(schema);
  const at = path === '' ? key : `${path}.${key}`;
  const cells = [
    code(key),
    `${description.replaceAll('<', '&lt;')}.${scalingText(schema)}`,
    kindText(schema, at),
    defaultText(schema),
    examples.length === 0 ? '' : inline(examples[0]),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function sectionText(section: Section): string {
  const { path, shape, text } = section;
  const lines =
    path === ''
      ? []
      : [`## ${heading(section)}`, '', ...(text === null ? [] : [`${text.replaceAll('<', '&lt;')}.`, ''])];
  lines.push('| key | meaning | value | default | example |', '| --- | --- | --- | --- | --- |');
  lines.push(...Object.entries(shape).map(([key, schema]) => row(path, key, schema)), '');
  return lines.join('\n');
}

function* allSections(schema: Schema, path: string): Generator<Section> {
  if (path in SAME_AS) return;
  for (const section of sectionsAt(schema, path)) {
    yield section;
    for (const [key, inner] of Object.entries(section.shape)) {
      yield* allSections(inner, section.path === '' ? key : `${section.path}.${key}`);
    }
  }
}

const INTRODUCTION = `# Scenario reference

Every key of a scenario file. \`npm run schema\` writes this page, and \`scenarios/schema.json\` for editors, from the
schema that scenarios are read with.

- **Durations** have a unit: \`250ms\`, \`60s\`, \`10min\`, \`2h\`, \`3d\`. **Sizes**: \`900 B\`, \`20 KiB\`, \`1 MB\`. **Rates**:
  \`512 kbit/s\`, \`20 Mbit/s\`, \`2.5 MB/s\`; bytes need the capital B. **Shares** are numbers from 0 to 1, or in
  percent: \`5%\`.
- Unknown keys are mistakes. All mistakes are told at once, each with its file, line, reason and a value that works.
- A file is one YAML document of at most 1 MiB in UTF-8, nested 32 levels deep at most, with at most 16 aliases.
- \`npm run validate -- FILE\` checks without running; \`--set network.relays=500\`, \`--set updates[0].at=90s\` or
  \`--set 'arms.manual.lag={weibull: {scale: 2d, shape: 4}}'\` change a key for one run.

**[extends](#scenario)** starts from another file, named relative to the one that names it, at most 8 files in a row.
Maps merge key by key; a list or a single value replaces what stood there; \`null\` takes a key out, and is a mistake
where there is none. \`name\` is not handed down. Keys of the other file come first, in its order. To replace one
form of a key by another, take the old one out: \`lag: { lognormal: null, weibull: { scale: 2d, shape: 4 } }\`.

**[assert](#scenario)** takes conditions such as \`live.t99 < 30s\`. A measure of an arm is \`ARM.MEASURE\`, of a later
update \`ARM.updates[1].MEASURE\`; the right side is a limit with its unit, or another measure of the same kind.
ASSERTIONS
A time that was not reached is later than all that the arm shows: it is below no limit, and above one only where the
arm shows at least so much. What an arm has nothing of holds in no comparison. The command ends with 3 when a condition
does not hold; its results are kept. With \`--runs\` a condition holds when it holds in every run.

**\`--scale R\`** (0 < R <= 1) makes a scenario smaller, to see within seconds that it runs. It applies last, after
\`extends\` and \`--set\`, to a scenario that is valid at its full size:

1. \`network.relays\` becomes R of itself, but not less than SMALLEST relays, nor so few that a rollout's first step or
   an adversary's share would be nobody; a scenario with fewer relays keeps its own number.
2. \`duration\` becomes R of itself, but not less than SHORTEST; a shorter scenario keeps its own.
3. The first STARTING, in which relays start and dial each other, stay as long as they are. A key marked *a moment,
   scaled* that comes later is STARTING plus the rest of it times F, where F is what the duration after STARTING really
   shrank by; so the order of moments stays, and the end stays the end.
4. Keys marked *scaled with the duration* are multiplied by F, down to their smallest value; those marked *scaled with
   the relays* by what the relays shrank by, rounded down, to 1 at least.
5. \`network.degree\` becomes at most one less than the relays. \`assert\` is left out.
6. Nothing else changes: lags, latencies, sizes, rates, costs, parameters of protocols.

Results go to \`results/<name>/scale-<R>/\`, and say that they do not answer the scenario's question.

`;

const KIND_LIMITS: Readonly<Record<MeasureKind, string>> = {
  duration: 'a duration',
  share: 'a share',
  count: 'a whole number',
  size: 'a size',
  'relay hours': 'a number',
  ratio: 'a number',
};

function measureRows(measures: ReadonlyMap<string, MeasureFacts>, of: string): string[] {
  const byKind = new Map<string, string[]>();
  for (const [name, { kind, manual }] of measures) {
    const key = `${of}${manual ? '' : ', live ones only'} | ${KIND_LIMITS[kind]}`;
    byKind.set(key, [...(byKind.get(key) ?? []), code(name)]);
  }
  return [...byKind].map(([key, names]) => `| ${names.join(', ')} | ${key} |`);
}

function measureTable(): string {
  return [
    '',
    '| measures | of | compared with |',
    '| --- | --- | --- |',
    ...measureRows(updateMeasures([]), 'an update in an arm'),
    ...measureRows(ARM_MEASURES, 'an arm'),
    ...measureRows(RUN_MEASURES, 'the run, without an arm'),
    '',
    'With [measure.milestones](#measure), `t10` and the like count as well.',
  ].join('\n');
}

/** The text of docs/scenario-reference.md. */
export function scenarioReference(): string {
  const [whole, ...sections] = allSections(scenarioSchema, '');
  const introduction = INTRODUCTION.replace('ASSERTIONS', measureTable())
    .replace('SMALLEST', String(RELAYS_FLOOR))
    .replace('SHORTEST', formatDuration(DURATION_FLOOR_SECONDS, 's'))
    .replaceAll('STARTING', formatDuration(START_SECONDS, 's'));
  const contents = sections.map((section) => `- ${link(section)}`).join('\n');
  const parts = [`## scenario\n\n${sectionText(whole!)}`, ...sections.map(sectionText)];
  return `${introduction}Sections:\n\n- [scenario](#scenario)\n${contents}\n\n${parts.join('\n')}`;
}
