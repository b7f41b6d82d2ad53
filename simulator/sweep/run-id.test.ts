import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type ScenarioOverrides, scenarioFromText } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { codeVersion } from './code-version.ts';
import { releasedModules, runId, runInputs, storedText } from './run-id.ts';
import { runTask } from './run-task.ts';

const TEXT = `name: named
network: { relays: 40, degree: 6 }
updates: [{ module: strict-cells }]
arms: { live: { channel: gossip } }
`;

describe('the name of a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-id-'));
  after(() => rmSync(folder, { recursive: true }));

  function load(text = TEXT, overrides: ScenarioOverrides = {}): Scenario {
    return scenarioFromText(join(folder, 'named.yaml'), text, overrides).scenario;
  }
  const idOf = (scenario: Scenario) => runTask(scenario, [], { command: '', notes: [] }).id;

  it('is the same for the same scenario however it was written, and on any number of threads', () => {
    const id = idOf(load());
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.equal(idOf(load(`# a comment\n${TEXT}seed: 1\n`)), id);
    assert.equal(idOf(load(TEXT, { threads: '2' })), id);
    assert.equal(idOf(load(TEXT.replace('relays: 40', 'relays: 60'), { set: ['network.relays=40'] })), id);
  });

  it('differs by seed, by any key, by the code and by the modules that are released', () => {
    const scenario = load();
    const text = storedText(scenario, '../../inputs');
    const modules = releasedModules(scenario);
    assert.equal(runId(text, modules), idOf(scenario));
    const ids = [
      idOf(scenario),
      idOf(load(TEXT, { seed: '2' })),
      idOf(load(TEXT, { set: ['network.degree=8'] })),
      runId(text, modules, `${codeVersion()}x`),
      runId(text, [...modules, 'bad-loop']),
    ];
    assert.equal(new Set(ids).size, ids.length);
  });

  it('depends on the modules of updates and of adversaries', () => {
    const hostile = load(
      `${TEXT}adversary: { share: 5%, attacks: [{ attack: stolen-keys, module: hostile-backdoor, keys: 2 }] }\n`,
    );
    assert.deepEqual(releasedModules(hostile), ['hostile-backdoor', 'strict-cells']);
  });

  it('depends on what is in a file of relays and not on where it lies', () => {
    const relays = (name: string, bandwidth: number) => {
      const rows = Array.from({ length: 50 }, (_unused, index) => `${bandwidth + index},de,24940`);
      writeFileSync(join(folder, name), `bandwidth,country,network\n${rows.join('\n')}\n`);
      return load(TEXT.replace('degree: 6', `degree: 6, population: { csv: ${name} }`));
    };
    const [one, copy, other] = [relays('one.csv', 1000), relays('copy.csv', 1000), relays('other.csv', 2000)];
    assert.equal(idOf(one), idOf(copy));
    assert.notEqual(idOf(one), idOf(other));
    const [input] = runInputs(one);
    assert.equal(input?.name, `${input?.sha256}.csv`);
    assert.ok(storedText(one, '../../inputs').includes(`../../inputs/${input?.name}`));
    assert.ok(!storedText(one, '../../inputs').includes(folder));
  });
});
