import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import { loadScenario, scenarioFromText } from '../scenario/load.ts';
import { channelLabel } from '../scenario/scenario.ts';
import { capturedContext } from './captured-output.ts';
import { UsageError } from './exit-code.ts';
import { init } from './init.ts';
import { Interruption } from './interrupt.ts';

/** A terminal at which these lines are typed. */
function typing(...lines: string[]): PassThrough & { isTTY: boolean } {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.end(lines.map((line) => `${line}\n`).join(''));
  return input;
}

const nobody = Object.assign(new PassThrough(), { isTTY: false });

describe('init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-init-'));
  after(() => rmSync(folder, { recursive: true }));

  it('without a terminal it asks nothing and writes a commented scenario that loads', async () => {
    const { context, err } = capturedContext(folder);
    assert.equal(await init('one.yaml', { name: 'one', relays: '300' }, context, nobody), 0);
    const file = join(folder, 'one.yaml');
    const { scenario } = loadScenario(file);
    assert.equal(scenario.name, 'one');
    assert.equal(scenario.network.relays, 300);
    assert.deepEqual(scenario.arms.map(channelLabel), ['gossip', 'manual']);
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=.*scenarios\/schema\.json\n/);
    assert.match(text, /# Run it: {4}npm run simulate -- one\.yaml/);
    assert.match(err(), /^wrote one\.yaml/);
  });

  it('what it leaves behind a # is valid as well, all of it together', async () => {
    const { context } = capturedContext(folder);
    await init('more.yaml', { relays: '300' }, context, nobody);
    const file = join(folder, 'more.yaml');
    const text = readFileSync(file, 'utf8').replace(/^#(?=[a-z])/gm, '');
    const { scenario } = scenarioFromText(file, text);
    assert.equal(scenario.assertions.length, 2);
    assert.equal(scenario.measure.milestonePercents.length, 4);
    assert.equal(scenario.traffic.clients?.count, 200);
  });

  it('never overwrites a file, unless told to', async () => {
    const { context } = capturedContext(folder);
    await init('two.yaml', { relays: '300' }, context, nobody);
    await assert.rejects(
      init('two.yaml', { relays: '400' }, context, nobody),
      (error) => error instanceof UsageError && /two\.yaml exists/.test(error.message),
    );
    assert.equal(loadScenario(join(folder, 'two.yaml')).scenario.network.relays, 300);
    await init('two.yaml', { relays: '400', force: true }, context, nobody);
    assert.equal(loadScenario(join(folder, 'two.yaml')).scenario.network.relays, 400);
  });

  it('an answer that makes no valid scenario is refused by the name of its option', async () => {
    const { context } = capturedContext(folder);
    const attempt = init('three.yaml', { relays: '-4', lag: 'tor-2016', name: 'a: b' }, context, nobody);
    await assert.rejects(attempt, UsageError);
    await assert.rejects(init('three.yaml', { relays: '-4', lag: 'tor-2016' }, context, nobody), (error) => {
      assert(error instanceof UsageError);
      assert.match(error.message, /--relays -4: must be at least 2/);
      assert.match(error.message, /--lag tor-2016: .*did you mean tor-2016-17/);
      return true;
    });
    assert(!readdirSync(folder).includes('three.yaml'));
  });

  it('on a terminal it asks for what no option says, and again after a wrong answer', async () => {
    const { context, err } = capturedContext(folder);
    const input = typing('four', 'many', '250', '', 'tor-2025-26');
    assert.equal(await init(undefined, { duration: '4min' }, context, input), 0);
    const { scenario } = loadScenario(join(folder, 'four.yaml'));
    assert.equal(scenario.network.relays, 250);
    assert.equal(scenario.durationSeconds, 240);
    assert.equal(scenario.updates[0].module, 'strict-cells');
    const [, manual] = scenario.arms;
    assert.deepEqual(manual.kind === 'manual' && manual.lag, { law: 'historical', name: 'tor-2025-26' });
    assert.match(err(), /--relays many: must be a number/);
    assert.doesNotMatch(err(), /Virtual time/);
  });

  it('a terminal that closes half-way writes nothing and is an interrupt', async () => {
    const { context } = capturedContext(folder);
    const before = readdirSync(folder);
    await assert.rejects(init(undefined, {}, context, typing('five')), Interruption);
    assert.deepEqual(readdirSync(folder), before);
  });
});
