import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { performTask } from '../sweep/perform-task.ts';
import type { Runner } from '../sweep/run-seeds.ts';
import { MADE_LIVE_ARM, madeRun } from '../testing/made-run.ts';
import { sweptBytes } from '../testing/swept-bytes.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';

const SCENARIO = `name: made
question: What does the time depend on?
network: { relays: 40, degree: 6 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
sweep:
  vary: { network.degree: [6, 10, 12], network.relays: [20, 30] }
  runs: 2
`;

describe('merge', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-merge-'));
  const file = join(folder, 'made.yaml');
  after(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);

  const runner: Runner = async (scenario) => {
    const { relays } = scenario.network;
    const outcome = { ...madeRun({ relays, seed: scenario.seed, arms: [MADE_LIVE_ARM] }), scenario };
    return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
  };
  const rooms: SimulateRooms = {
    ...SIMULATE_ROOMS,
    openTaskPool: () => ({
      perform: (task, home, options) => performTask(task, home, options, runner),
      close: async () => undefined,
    }),
  };

  async function run(...args: string[]) {
    const captured = capturedContext(folder, {});
    const code = await runCommandLine(args, captured.context, {
      rooms,
      machine: () => ({ availableBytes: 400e6 }),
      watch: () => ({ signal: new AbortController().signal, stop: () => undefined }),
    });
    return { code, out: captured.out(), err: captured.err() };
  }
  const shard = (name: string, share: string, ...more: string[]) =>
    run('sweep', file, '--out', at(name), '--shard', share, '--quiet', ...more);

  before(async () => {
    writeFileSync(file, SCENARIO);
    assert.equal((await run('sweep', file, '--out', at('local'), '--quiet')).code, 0);
    for (const index of [1, 2, 3]) assert.equal((await shard(`shard-${index}`, `${index}/3`)).code, 0);
  });

  it('shards put together are the same bytes as one run of the whole sweep', async () => {
    const { code, out } = await run('merge', at('merged'), at('shard-3'), at('shard-1'), at('shard-2'));
    assert.equal(code, 0);
    assert.match(out, /made: 6 points, medians of 2 runs each/);
    const whole = sweptBytes(at('local'));
    assert.equal([...whole.keys()].filter((name) => name.endsWith('summary.json')).length, 13);
    assert.deepEqual(sweptBytes(at('merged')), whole);
  });

  it('shards that share a folder are merged where they are', async () => {
    for (const share of ['2/2', '1/2']) await shard('shared', share);
    assert.equal((await run('merge', at('shared'))).code, 0);
    assert.deepEqual(sweptBytes(at('shared')), sweptBytes(at('local')));
  });

  it('a shard has its share of the runs and nothing else', () => {
    const counts = [1, 2, 3].map((index) => readdirSync(join(at(`shard-${index}`), 'runs')).length);
    assert.deepEqual(counts, [4, 4, 4]);
    assert.ok(!readdirSync(at('shard-1')).includes('all'));
  });

  it('missing runs are counted, nothing is merged, and a sweep in the same folder does the rest', async () => {
    const { code, err } = await run('merge', at('partial'), at('shard-1'), at('shard-2'), '--quiet');
    assert.equal(code, 2);
    assert.match(err, /4 of 12 runs are missing \(.* --resume does the rest/);
    assert.ok(!readdirSync(at('partial')).includes('all'));
    const rest = await run('sweep', file, '--out', at('partial'), '--resume');
    assert.match(rest.err, /6 points, 12 runs, 4 of them to do/);
    assert.deepEqual(sweptBytes(at('partial')), sweptBytes(at('local')));
  });

  it('a run that was cut on its way is not merged', async () => {
    cpSync(at('shard-2'), at('cut'), { recursive: true });
    const [id = ''] = readdirSync(join(at('cut'), 'runs'));
    const path = join(at('cut'), 'runs', id, 'curves.csv');
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    const { code, err } = await run('merge', at('whole'), at('shard-1'), at('cut'), at('shard-3'), '--quiet');
    assert.equal(code, 2);
    assert.match(err, new RegExp(`1 are damaged \\(${id}\\)`));
  });

  it('shards of different sweeps, and folders of none, are refused', async () => {
    await shard('other', '1/3', '--set', 'network.dialing=consensus-weight');
    const different = await run('merge', at('mixed'), at('shard-1'), at('other'));
    assert.equal(different.code, 2);
    assert.match(different.err, /shard-1 and .*other are of different sweeps/);
    const none = await run('merge', at('mixed'), folder);
    assert.equal(none.code, 2);
    assert.match(none.err, /holds no sweep: there is no sweep.json in it/);
  });

  it('shards of different code are told apart', async () => {
    cpSync(at('shard-2'), at('old'), { recursive: true });
    const path = join(at('old'), 'sweep.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"version": "[^"]*"/, '"version": "0.0.9+abc"'));
    const { code, err } = await run('merge', at('mixed'), at('shard-1'), at('old'));
    assert.equal(code, 2);
    assert.match(err, /were made by different code \(.* and 0.0.9\+abc\); merge shards of one sweep/);
  });

  it('a share that is none is refused before anything runs', async () => {
    for (const share of ['0/3', '4/3', '3', '1/0', 'x/y', '1/99999']) {
      const { code, err } = await shard('none', share);
      assert.equal(code, 2, share);
      assert.match(err, /is not i\/n/);
    }
  });
});
