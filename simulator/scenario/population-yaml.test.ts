import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { drawPopulation } from '../population/draw.ts';
import { madeConsensus } from '../testing/made-consensus.ts';
import { MODULES } from '../testing/small-scenario.ts';
import { loadScenario, type ScenarioOverrides, scenarioFromText } from './load.ts';
import { type Problem, ScenarioError } from './problem.ts';
import { resolvedYaml } from './scenario-yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'relaywave-population-yaml-'));
const FILE = join(folder, 'test.yaml');
const RELAYS = Array.from({ length: 40 }, (_, i) => ({ address: `192.0.${i}.1`, bandwidth: 1000 + i }));
writeFileSync(join(folder, 'consensus'), madeConsensus(RELAYS));
writeFileSync(join(folder, 'places.csv'), 'prefix,country,network\n192.0.0.0/18,de,24940\n');
writeFileSync(join(folder, 'relays.csv'), `bandwidth\n${'1000\n'.repeat(30)}`);
writeFileSync(join(folder, 'bad.csv'), 'bandwidth,uptime\n1000,1\nx,7\n');

function text(network: string): string {
  return `name: small
network: ${network}
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
`;
}

function load(network: string, overrides: ScenarioOverrides = {}) {
  return scenarioFromText(FILE, text(network), overrides, MODULES);
}

function told(network: string): string[] {
  try {
    load(network);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ file, line, column, path, message }: Problem) => {
      return `${file.replace(`${folder}/`, '')}:${line}:${column} ${path}: ${message.replaceAll(folder, '')}`;
    });
  }
  assert.fail('the scenario was accepted');
}

describe('population from a file in a scenario', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('the number of relays is that of the file, or of the sample that is asked for', () => {
    assert.equal(load('{ population: { consensus: consensus } }').scenario.network.relays, 40);
    assert.equal(load('{ population: { csv: relays.csv } }').scenario.network.relays, 30);
    assert.equal(load('{ relays: 20, population: { csv: relays.csv } }').scenario.network.relays, 20);
    const set = { set: ['network.population={csv: relays.csv}', 'network.relays=16'] };
    assert.equal(load('{ relays: 20 }', set).scenario.network.relays, 16);
  });

  it('the resolved scenario names the files with their hashes, and reads back as the same', () => {
    for (const population of [
      '{ consensus: consensus, places: places.csv }',
      '{ consensus: consensus }',
      '{ csv: relays.csv }',
    ]) {
      const { scenario, resolvedYaml: resolved } = load(`{ population: ${population} }`);
      const again = scenarioFromText(join(folder, 'resolved.yaml'), resolved, {}, MODULES);
      assert.deepEqual(again.scenario, scenario);
      assert.equal(again.resolvedYaml, resolved);
      assert.match(resolved, /sha256: [0-9a-f]{64}/);
      const moved = resolvedYaml(scenario, undefined, (path) => path.replace(`${folder}/`, ''));
      assert.deepEqual(scenarioFromText(FILE, moved, {}, MODULES).scenario, scenario);
    }
  });

  it('a file that is not what the hash says is refused at the hash', () => {
    const wrong = '0'.repeat(64);
    assert.match(
      told(`{ population: { csv: relays.csv, sha256: "${wrong}" } }`)[0]!,
      /^test.yaml:2:\d+ network.population.sha256: \/relays.csv has the hash [0-9a-f]{64}$/,
    );
    assert.match(
      told(`{ population: { consensus: consensus, places: places.csv, placesSha256: "${wrong}" } }`)[0]!,
      /network.population.placesSha256: /,
    );
  });

  it('mistakes are told where they stand, in the scenario and in its files, and no others', () => {
    assert.deepEqual(told('{ population: { csv: bad.csv } }'), [
      'bad.csv:3:1 bandwidth: "x" is not a number',
      'bad.csv:3:3 uptime: 7 is not between 0 and 1',
    ]);
    assert.deepEqual(told('{ population: { csv: none.csv } }'), [
      'test.yaml:2:31 network.population.csv: /none.csv: there is no such table',
    ]);
    assert.deepEqual(told('{ relays: 31, population: { csv: relays.csv } }'), [
      'test.yaml:2:20 network.relays: 31 are more than the 30 running relays of /relays.csv',
    ]);
    assert.deepEqual(told('{ population: { csv: relays.csv, places: places.csv } }'), [
      'test.yaml:2:51 network.population.places: stands beside a consensus only',
    ]);
    assert.match(told('{ population: { csv: relays.csv, consensus: consensus } }')[0]!, /exactly one of/);
    assert.match(told('{ population: {} }').join('\n'), /exactly one of consensus, csv; none is given/);
    assert.match(told('{ population: { consensus: relays.csv } }')[0]!, /relays.csv:1:1 .*not a consensus/);
    assert.match(told('{ population: tor }').join('\n'), /must be tor-2025-11 or uniform/);
    assert.match(told('{ population: { csv: . } }')[0]!, /is a folder/);
    assert.match(told('{ population: { csv: 7 } }')[0]!, /must be a text/);
  });

  it('without a file the number of relays must be given', () => {
    assert.match(told('{ degree: 4 }')[0]!, /network.relays: is missing/);
    assert.match(told('{ population: uniform }')[0]!, /network.relays: is missing/);
  });

  it('a scenario that extends another finds the file beside the other, and a smaller scale takes a sample', () => {
    mkdirSync(join(folder, 'below'), { recursive: true });
    writeFileSync(FILE, text('{ population: { csv: relays.csv } }'));
    const extending = 'extends: ../test.yaml\nname: other\nnetwork: { degree: 6 }\n';
    const file = join(folder, 'below', 'other.yaml');
    const { network } = scenarioFromText(file, extending, {}, MODULES).scenario;
    assert.ok(typeof network.population !== 'string' && network.population.source === 'csv');
    assert.deepEqual([network.population.csv.path, network.relays], [join(folder, 'relays.csv'), 30]);
    writeFileSync(join(folder, 'large.csv'), `bandwidth\n${'1000\n'.repeat(200)}`);
    const smaller = load('{ population: { csv: large.csv } }', { scale: '0.4' });
    assert.equal(smaller.scenario.network.relays, 80);
  });

  it('the example has sixty relays, and two operators or more', () => {
    const example = new URL('../../examples/own-population/own-population.yaml', import.meta.url).pathname;
    const { scenario } = loadScenario(example);
    const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
    assert.equal(population.relays, 60);
    assert.equal(population.operators, 33);
    assert.equal(
      population.exit?.some((exit) => exit === 1),
      true,
    );
  });

  it('a degree that the file has too few relays for is refused', () => {
    assert.match(told('{ degree: 30, population: { csv: relays.csv } }')[0]!, /degree \(30\) is not below/);
  });
});
