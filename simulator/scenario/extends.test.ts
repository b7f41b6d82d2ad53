import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { load, MODULES, SMALL } from '../testing/small-scenario.ts';
import { type LoadedScenario, loadScenario, type ScenarioOverrides } from './load.ts';
import { ScenarioError } from './problem.ts';

describe('extends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-extends-'));
  after(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): string {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  function read(name: string, overrides: ScenarioOverrides = {}): LoadedScenario {
    return loadScenario(join(folder, name), overrides, MODULES);
  }

  /** `file:line:column path: message | hint` of each problem. */
  function refused(name: string, overrides: ScenarioOverrides = {}): string[] {
    try {
      read(name, overrides);
    } catch (error) {
      assert(error instanceof ScenarioError, String(error));
      return error.problems.map(({ file, line, column, path, message, hint }) => {
        const place = line === null ? '' : `:${line}:${column}`;
        return `${file.replace(`${folder}/`, '')}${place} ${path}: ${message} | ${hint}`;
      });
    }
    assert.fail('the scenario was accepted');
  }

  write(
    'base.yaml',
    `${SMALL}  manual: { channel: manual, lag: tor-2016-17 }\nseed: 4\nhistorical: [tor-2016-17]\n`,
  );

  it('maps merge, lists and single values replace, null takes out; new keys come last', () => {
    write(
      'rules.yaml',
      `name: rules
extends: base.yaml
seed: 5
network: { degree: 4 }
updates:
  - module: padding
arms:
  other: { channel: circuit }
  manual: null
  live: { channel: [gossip, catch-up] }
historical: null
`,
    );
    const { scenario } = read('rules.yaml');
    assert.equal(scenario.name, 'rules');
    assert.equal(scenario.seed, 5);
    assert.deepEqual([scenario.network.relays, scenario.network.degree], [100, 4]);
    assert.deepEqual(
      scenario.updates.map(({ module }) => module),
      ['padding'],
    );
    assert.deepEqual(
      scenario.arms.map((arm) => [arm.name, arm.kind === 'live' ? arm.channels : arm.kind]),
      [
        ['live', ['gossip', 'catch-up']],
        ['other', ['circuit']],
      ],
    );
    assert.deepEqual(scenario.historical, []);
  });

  it('the resolved scenario holds the whole, and nothing of where it came from', () => {
    write('whole.yaml', 'name: whole\nextends: base.yaml\n');
    const whole = read('whole.yaml');
    assert.deepEqual(whole.scenario, { ...read('base.yaml').scenario, name: 'whole' });
    assert.doesNotMatch(whole.resolvedYaml, /extends/);
    assert.deepEqual(load(whole.resolvedYaml).scenario, whole.scenario);
  });

  it('the name is not handed down', () => {
    write('nameless.yaml', 'extends: base.yaml\nseed: 9\n');
    assert.deepEqual(refused('nameless.yaml'), ['nameless.yaml:1:1 name: is missing | add "name: tor7500"']);
  });

  it('a mistake is told in the file and line that it stands in, all of them at once', () => {
    write('wrong/base.yaml', 'network:\n  relays: many\n  degre: 3\nduration: 600\nupdates: []\narms: {}\n');
    write(
      'wrong/own.yaml',
      'name: own\nextends: base.yaml\nnetwork:\n  uplink: 20\nupdates:\n  - module: strict-cell\n',
    );
    assert.deepEqual(
      refused('wrong/own.yaml').map((line) => line.split(' | ')[0]),
      [
        'wrong/own.yaml:4:11 network.uplink: the number 20 has no unit',
        'wrong/own.yaml:6:13 updates[0].module: updates/ has no module "strict-cell"',
        'wrong/base.yaml:2:11 network.relays: must be a number, not the text "many"',
        'wrong/base.yaml:3:3 network.degre: unknown key',
        'wrong/base.yaml:4:11 duration: the number 600 has no unit',
        'wrong/base.yaml:6:7 arms: has no arm',
      ],
    );
  });

  it('what is missing is told at the key of the extending file that should hold it', () => {
    write('holder/base.yaml', SMALL.replace('relays: 100', 'degree: 4'));
    write('holder/own.yaml', 'name: own\nextends: base.yaml\nnetwork:\n  dialing: uniform\n');
    assert.match(refused('holder/own.yaml')[0], /^holder\/own.yaml:3:1 network.relays: is missing/);
    write('holder/plain.yaml', 'name: own\nextends: base.yaml\n');
    assert.match(refused('holder/plain.yaml')[0], /^holder\/base.yaml:2:1 network.relays: is missing/);
  });

  it('null that takes nothing out is a mistake, with what is there', () => {
    write('nothing.yaml', 'name: nothing\nextends: base.yaml\narms:\n  manul: null\n');
    assert.deepEqual(refused('nothing.yaml'), [
      `nothing.yaml:4:3 arms.manul: takes out a key that ${folder}/base.yaml has not | did you mean manual?`,
    ]);
  });

  it('files go on for eight in a row, each relative to the one before', () => {
    write('chain/1.yaml', SMALL);
    for (let index = 2; index <= 9; index++) {
      const text = `name: c${index}\nextends: ${index % 2 === 0 ? '' : '../chain/'}${index - 1}.yaml\nseed: ${index}\n`;
      write(`chain/${index}.yaml`, text);
    }
    assert.equal(read('chain/8.yaml').scenario.seed, 8);
    assert.match(refused('chain/9.yaml')[0], /^chain\/2.yaml:2:10 extends: this is the 8th file in a row/);
  });

  it('circles are refused where they close, also those through a link', () => {
    write('itself.yaml', 'name: a\nextends: itself.yaml\n');
    assert.match(refused('itself.yaml')[0], /^itself.yaml:2:10 extends: a scenario cannot extend itself/);
    write('a.yaml', 'name: a\nextends: b.yaml\n');
    write('b.yaml', 'name: b\nextends: link.yaml\n');
    symlinkSync(join(folder, 'a.yaml'), join(folder, 'link.yaml'));
    assert.match(refused('a.yaml')[0], /^b.yaml:2:10 extends: .*link.yaml extends this file in turn/);
  });

  it('a file that is missing, broken or no scenario is told at its place', () => {
    write('missing.yaml', 'name: a\nextends: bass.yaml\n');
    assert.match(
      refused('missing.yaml')[0],
      /^missing.yaml:2:10 extends: .*no such scenario file \| did you mean .*base.yaml/,
    );
    write('broken.yaml', 'name: a\nname: b\n');
    write('of-broken.yaml', 'name: a\nextends: broken.yaml\n');
    assert.match(refused('of-broken.yaml')[0], /^broken.yaml:2:1 : this key stands here twice/);
    write('list.yaml', '- a\n');
    write('of-list.yaml', 'name: a\nextends: list.yaml\n');
    assert.match(refused('of-list.yaml')[0], /^of-list.yaml:2:10 extends: .*list.yaml is not a map of keys/);
    for (const [text, noun] of [
      ['[a]', 'a list'],
      ['{ a: 1 }', 'a map'],
      ['3', '3'],
      ['""', 'the text ""'],
      ['', 'nothing'],
    ]) {
      write('no-name.yaml', `name: a\nextends: ${text}\n`);
      assert.match(
        refused('no-name.yaml')[0],
        new RegExp(`extends: must be the name of a scenario file, not ${noun}`),
      );
    }
  });

  it('a table is looked for beside the file that names it', () => {
    const arm = (file: string) => `{ channel: manual, lag: { empirical: ${file} } }`;
    write('tables/base.yaml', `${SMALL}  one: ${arm('curve.csv')}\n`);
    write('tables/curve.csv', 'day,fraction\n0,0\n5,0.5\n');
    write('elsewhere/curve.csv', 'day,fraction\n0,0\n7,0.7\n');
    write(
      'elsewhere/own.yaml',
      `name: own\nextends: ../tables/base.yaml\narms:\n  two: ${arm('curve.csv')}\n`,
    );
    const days = read('elsewhere/own.yaml').scenario.arms.map((one) => {
      return one.kind === 'manual' && one.lag.law === 'empirical' ? one.lag.days : [];
    });
    assert.deepEqual(days, [[], [0, 5], [0, 7]]);
  });

  it('aliases mean anchors of their own file; a change by --set reaches one place only', () => {
    write(
      'anchors.yaml',
      `name: a\nnetwork: { relays: 100 }\nupdates:\n  - &u { module: strict-cells, rollout: &r { minReports: 1, every: 1min } }\n  - { module: padding, rollout: *r }\narms:\n  live: &l { channel: gossip }\n  more: *l\n`,
    );
    write(
      'of-anchors.yaml',
      'name: b\nextends: anchors.yaml\narms:\n  late: &l { channel: circuit }\n  last: *l\n',
    );
    const { scenario } = read('of-anchors.yaml', {
      set: ['updates[1].rollout.every=2min', 'arms.more.channel=circuit'],
    });
    assert.deepEqual(
      scenario.updates.map(({ rollout }) => rollout?.everySeconds),
      [60, 120],
    );
    assert.deepEqual(
      scenario.arms.map((arm) => arm.kind === 'live' && arm.channels[0]),
      ['gossip', 'circuit', 'circuit', 'circuit'],
    );
  });

  it('--set cannot name another file to extend', () => {
    assert.match(
      refused('base.yaml', { set: ['extends=a.yaml'] })[0],
      /^--set extends=a.yaml : cannot be changed here/,
    );
  });
});
