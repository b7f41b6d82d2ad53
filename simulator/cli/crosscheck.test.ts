import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { FailingModuleError } from '../engine/model/failing-module.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { MADE_LIVE_ARM, madeRun } from '../testing/made-run.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';

const SCENARIO = `name: made
network: { relays: 60, degree: 6 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
`;

describe('crosscheck', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-crosscheck-'));
  const file = join(folder, 'made.yaml');
  writeFileSync(file, SCENARIO);
  after(() => rmSync(folder, { recursive: true }));

  /** The seed that a made run draws from. */
  type Chance = (engine: string, seed: number) => number;

  /** Runs the command with made runs. */
  async function run(args: readonly string[], chance: Chance = (_engine, seed) => seed) {
    const captured = capturedContext(folder, {});
    const ran: string[] = [];
    const rooms: SimulateRooms = {
      ...SIMULATE_ROOMS,
      runScenario: async (scenario: Scenario) => {
        const { seed, engine, stack, arms } = scenario;
        const name = stack === 'bare' ? engine : stack;
        ran.push(`${name}/${seed}/${arms.map(({ name }) => name).join('+')}`);
        const made = madeRun({ relays: 60, seed: chance(name, seed), arms: [MADE_LIVE_ARM] });
        const outcome = { ...made, scenario, arms: made.arms.map((arm) => ({ ...arm, engine })) };
        return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
      },
    };
    const code = await runCommandLine(['crosscheck', file, ...args], captured.context, {
      rooms,
      machine: () => ({ availableBytes: 2e9 }),
      watch: () => ({ signal: new AbortController().signal, stop: () => undefined }),
    });
    return { code, ran, out: captured.out(), err: captured.err() };
  }

  it('runs the live arms of each seed on both engines, and writes table, summary and chart', async () => {
    const out = join(folder, 'same');
    const { code, ran, out: printed, err } = await run(['--runs', '2', '--out', out]);
    assert.equal(code, 0, err);
    assert.deepEqual(ran, ['gossipsub/1/live', 'model/1/live', 'gossipsub/2/live', 'model/2/live']);
    assert.match(printed, /^made: 60 relays, engines gossipsub and model, seeds 1 to 2$/m);
    assert.match(printed, /^live +2 +time to 99 % .* 0 +5 % +within *$/m);
    assert.match(printed, /model agrees with gossipsub within the bounds\.$/m);
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    assert.deepEqual(
      [summary.engines, summary.isWithin, summary.arms.length],
      [['gossipsub', 'model'], true, 2],
    );
    const svg = readFileSync(join(out, 'charts', 'crosscheck-live.svg'), 'utf8');
    assert.match(svg, /engines gossipsub and model/);
    assert(existsSync(join(out, 'charts', 'crosscheck-live.png')));
    assert.equal((await run(['--out', out])).code, 2, 'a second one does not replace it');
    assert.equal((await run(['--out', out, '--force', '--quiet'])).code, 0);
    for (const words of [
      ['verify', out],
      ['report', out],
    ]) {
      const { context, err } = capturedContext(folder, {});
      assert.equal(await runCommandLine(words, context), 2);
      assert.match(err(), /same holds a crosscheck, whose runs are not kept\n *hint: /);
    }
    const { context } = capturedContext(folder, {});
    assert.equal(await runCommandLine(['verify', out, '--hashes-only'], context), 0);
  });

  it('exits with 1 when a figure is beyond its bound, and says which', async () => {
    const ofOtherChance: Chance = (engine, seed) => (engine === 'model' ? seed + 1000 : seed);
    const { code, out: printed } = await run(['--out', join(folder, 'other')], ofOtherChance);
    assert.equal(code, 1);
    assert.match(printed, /^live +1 +time to 99 % .* BEYOND *$/m);
    assert.match(printed, /model does NOT agree with gossipsub/);
  });

  it('--stacks compares two stacks of the engine gossipsub, and names them', async () => {
    const out = join(folder, 'stacks');
    const args = ['--stacks', 'bare,libp2p', '--out', out];
    const { code, ran, out: printed, err } = await run(args);
    assert.equal(code, 0, err);
    assert.deepEqual(ran, ['gossipsub/1/live', 'libp2p/1/live']);
    assert.match(printed, /^made: 60 relays, engines gossipsub and gossipsub, stack libp2p, seed 1$/m);
    assert.match(printed, /^live +1 +time to 99 % .* 0 +5 % +within *$/m);
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    assert.deepEqual(summary.engines, ['gossipsub', 'gossipsub, stack libp2p']);
    const svg = readFileSync(join(out, 'charts', 'crosscheck-live.svg'), 'utf8');
    assert.match(svg, /engines gossipsub and gossipsub, stack libp2p/);
    assert.equal((await run(['--stacks', 'bare'])).code, 2);
    assert.equal((await run([...args, '--engines', 'gossipsub,model'])).code, 2, 'one of the two');
    const { err: sybils } = await run([
      ...args,
      '--set',
      'adversary={ sybils: { attack: eclipse, count: 5, degree: 3 } }',
    ]);
    assert.match(sybils, /adversary\.sybils: sybils speak gossipsub without the rest of libp2p/);
  });

  it('real relays run each seed several times, and their median and noise are told', async () => {
    const wire = ['--engines', 'gossipsub,wire', '--set', 'network.relays=60'];
    const {
      code,
      ran,
      out: printed,
      err,
    } = await run([...wire, '--repeats', '2', '--out', join(folder, 'wire')]);
    assert.equal(code, 0, err);
    assert.deepEqual(ran, ['gossipsub/1/live', 'wire/1/live', 'wire/1/live']);
    assert.match(printed, /^wire: the median of 2 runs of each seed$/m);
    assert.match(printed, /^live +1 +time to 50 % .* ±0 % +0 +10 % +within *$/m);
    assert.match(printed, /wire agrees with gossipsub within the bounds and the noise\.$/m);
    assert.equal((await run([...wire, '--out', join(folder, 'thrice')])).ran.length, 4);
  });

  it('real relays whose runs are too far apart do not pass, however near their median is', async () => {
    let runs = 0;
    const noisy: Chance = (engine, seed) => (engine === 'wire' ? seed + 1000 * ++runs : seed);
    const args = ['--engines', 'gossipsub,wire', '--repeats', '2', '--out', join(folder, 'noisy')];
    const { code, out: printed } = await run(args, noisy);
    assert.equal(code, 1);
    assert.match(printed, /TOO NOISY/);
  });

  it('--json prints summary.json and nothing else', async () => {
    const out = join(folder, 'json');
    const { out: printed } = await run(['--out', out, '--json', '--quiet']);
    assert.equal(printed, readFileSync(join(out, 'summary.json'), 'utf8'));
  });

  it('what one of the engines cannot do is told at its key', async () => {
    const { code, err, ran } = await run(['--set', 'faults=[{ kind: pause, from: 40s, for: 1s }]']);
    assert.equal(code, 2);
    assert.match(err, /faults: the engine model has no faults/);
    assert.deepEqual(ran, []);
  });

  it('a module that only the run shows to be beyond an engine is told at its key', async () => {
    const failing = (): never => {
      throw new FailingModuleError('module strict-cells fails on trial');
    };
    const { code, err } = await run(['--out', join(folder, 'failing')], failing);
    assert.equal(code, 2);
    assert.match(err, /made\.yaml.* updates\[0\]\.module: module strict-cells fails on trial/);
  });

  it('needs two engines, a number of runs, and an arm that runs on an engine', async () => {
    for (const args of [
      ['--engines', 'model'],
      ['--engines', 'model,model'],
      ['--runs', '0'],
    ]) {
      assert.equal((await run(args)).code, 2, args.join(' '));
    }
    assert.match(
      (await run(['--engines', 'wire,gossipsub'])).err,
      /wire differs from run to run\n +hint: write gossipsub,wire/,
    );
    assert.match((await run(['--repeats', '2'])).err, /--repeats 2 would give the same model every time/);
    const { code, err } = await run(['--set', 'arms.live=null']);
    assert.equal(code, 2);
    assert.match(err, /no arm runs on an engine/);
  });
});
