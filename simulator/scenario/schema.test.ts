import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fittedLaw } from '../baseline/lag-law.ts';
import { testUpdate } from '../testing/test-scenario.ts';
import { HISTORICAL_NAMES, LAST_OBSERVED_DAY } from './lag-schema.ts';
import { loadScenario } from './load.ts';
import { schemaJson } from './schema.ts';

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node | readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

const SCHEMA = JSON.parse(schemaJson()) as Node;

/** Every key of the language with its path. */
function* keys(node: Node, path = ''): Generator<[string, Node]> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    yield [`${path}${key}`, child];
    yield* keys(child, `${path}${key}.`);
  }
  const { items, additionalProperties, anyOf = [], oneOf = [] } = node;
  const entries = items === undefined ? [] : [items].flat();
  for (const child of [...entries, ...anyOf, ...oneOf]) yield* keys(child as Node, path);
  if (typeof additionalProperties === 'object') yield* keys(additionalProperties, `${path}*.`);
}

function scenarioFile(name: string): string {
  return new URL(`../../scenarios/${name}`, import.meta.url).pathname;
}

describe('the scenario language', () => {
  it('scenarios/schema.json is what `npm run schema` writes now', () => {
    const committed = readFileSync(scenarioFile('schema.json'), 'utf8');
    assert.equal(committed, schemaJson(), 'run `npm run schema` and commit scenarios/schema.json');
  });

  it('every key says what it means, and unknown keys are refused everywhere', () => {
    const all = [...keys(SCHEMA)];
    assert(all.length > 40, `only ${all.length} keys were seen`);
    for (const [path, node] of all) {
      assert((node.description ?? '').length > 10, `${path} has no description`);
      if (node.properties !== undefined) assert.equal(node.additionalProperties, false, path);
    }
  });

  it('editors are told the defaults', () => {
    const defaults = Object.fromEntries([...keys(SCHEMA)].map(([path, node]) => [path, node.default]));
    assert.equal(defaults.duration, '10min');
    assert.equal(defaults['network.latency'], 'population');
    assert.equal(defaults['gossipsub.D'], 6);
    assert.equal(defaults['costs.verifySignature'], '205us');
    assert.equal(defaults['traffic.utilization'], 0.4);
    assert.equal(defaults['updates.at'], '60s');
  });

  it('an era is drawn up to the last whole day that its fitted law knows', () => {
    for (const name of HISTORICAL_NAMES) {
      assert.equal(LAST_OBSERVED_DAY[name], Math.floor(fittedLaw(name).lastObservedDay));
    }
  });

  it('the scenarios of the project load, name the schema and only spell out what they need', () => {
    for (const [name, relays, seconds] of [
      ['tor7500', 7500, 600],
      ['quick', 500, 120],
    ] as const) {
      const file = scenarioFile(`${name}.yaml`);
      const { scenario } = loadScenario(file);
      assert.equal(scenario.name, name);
      assert.equal(scenario.network.relays, relays);
      assert.equal(scenario.durationSeconds, seconds);
      assert.deepEqual(scenario.updates, [testUpdate({ atSeconds: 60, sizeBytes: 20 * 1024 })]);
      assert.deepEqual(
        scenario.arms.map((arm) => arm.name),
        ['live', 'manual'],
      );
      assert.deepEqual(scenario.historical, ['tor-2016-17', 'tor-2025-26']);
      assert.match(readFileSync(file, 'utf8'), /^# yaml-language-server: \$schema=\.\/schema\.json\n/);
    }
  });
});
