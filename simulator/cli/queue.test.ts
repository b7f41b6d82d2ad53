/** A sweep over Redis, with processes that vanish. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { SweepFile } from '../sweep/sweep-file.ts';
import { type CommandProcess, startCommand, startOnFullDisk } from '../testing/command-process.ts';
import { startRedis, type TestRedis } from '../testing/redis.ts';
import { sweptBytes } from '../testing/swept-bytes.ts';

const SCENARIO = `name: queued
question: What does the time depend on?
engine: model
network: { relays: 30, degree: 6 }
duration: 61s
updates: [{ module: strict-cells }]
arms: { live: { channel: gossip } }
report: { png: false }
sweep:
  vary: { network.degree: [6, 8, 10], network.relays: [20, 30] }
  runs: 2
`;
const RUNS = 12;

describe('a sweep over Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-queue-'));
  const started: CommandProcess[] = [];
  let redis: TestRedis;

  before(async () => {
    redis = await startRedis();
    writeFileSync(join(folder, 'queued.yaml'), SCENARIO);
    const local = startCommand(folder, 'sweep', 'queued.yaml', '--out', 'local', '--quiet');
    assert.equal(await local.ended, 0, local.err());
  });
  after(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  function start(...args: string[]): CommandProcess {
    const command = startCommand(folder, ...args, '--queue', redis.url);
    started.push(command);
    return command;
  }
  const coordinator = (out: string, ...more: string[]) =>
    start('sweep', 'queued.yaml', '--out', out, ...more);
  const worker = (...more: string[]) => start('worker', '--concurrency', '1', '--takeover', '2s', ...more);

  /** Waits until what Redis says is so. */
  async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  async function count(state: 'active' | 'wait'): Promise<number> {
    const [key] = await redis.client.keys(`relaywave:runs-*:${state}`);
    return key === undefined ? 0 : redis.client.llen(key);
  }
  const written = (out: string): string[] => {
    const runs = join(folder, out, 'runs');
    return existsSync(runs) ? readdirSync(runs).filter((name) => /^[0-9a-f]{32}$/.test(name)) : [];
  };

  it('a worker, the coordinator and Redis are killed in the middle: every result is there once, and the bytes are those of one local run', async () => {
    const first = coordinator('chaos');
    const victim = worker();
    await until(async () => (await count('active')) > 0);
    await victim.kill();
    assert.ok((await count('active')) > 0, 'the run of the killed worker is still marked as being done');
    const successor = worker();
    await until(() => written('chaos').length >= 1);
    // It stands still, so that there is something left to do.
    successor.child.kill('SIGSTOP');
    await first.kill();
    const before = written('chaos');
    assert.ok(before.length < RUNS);

    const second = coordinator('chaos', '--resume');
    await second.said(/running, \d+ of \d+ runs done/);
    await redis.crashAndRestart();
    successor.child.kill('SIGCONT');
    assert.equal(await second.ended, 0, second.err());
    assert.match(second.err(), /the connection to redis:.* broke; trying again[\s\S]*connected to .* again/);
    assert.match(successor.err(), /was left by its worker; it is taken over/);
    assert.deepEqual(sweptBytes(join(folder, 'chaos')), sweptBytes(join(folder, 'local')));
    const { points } = JSON.parse(readFileSync(join(folder, 'chaos', 'sweep.json'), 'utf8')) as SweepFile;
    assert.deepEqual(written('chaos').sort(), points.flatMap(({ runs }) => runs).sort());
    successor.child.kill('SIGINT');
    assert.equal(await successor.ended, 130, successor.err());
  });

  it('Ctrl-C of the coordinator takes back what nobody has begun; Ctrl-C of a worker gives back what it does', async () => {
    // A run that takes long enough to be stopped in the middle.
    const long = ['--set', 'duration=2000h', '--set', 'sweep.vary={network.degree: [6, 8, 10]}'];
    const sweeping = coordinator('stopped', ...long);
    const busy = worker();
    await until(async () => (await count('active')) === 1 && (await count('wait')) === 5);
    busy.child.kill('SIGTERM');
    assert.equal(await busy.ended, 143, busy.err());
    assert.match(busy.err(), /interrupted; what was under way was given back to the queue/);
    assert.deepEqual([await count('active'), await count('wait')], [0, 6]);
    sweeping.child.kill('SIGINT');
    assert.equal(await sweeping.ended, 130, sweeping.err());
    assert.match(sweeping.err(), /interrupted; finished runs are in .*stopped, --resume goes on/);
    assert.equal(await count('wait'), 0);
  });

  it('a full disk at the coordinator: 1 with the cure, and the result waits until there is room', async () => {
    const args = ['sweep', 'queued.yaml', '--out', 'full', '--quiet', '--queue', redis.url];
    const full = startOnFullDisk(folder, 3, ...args);
    started.push(full);
    const helper = worker('--idle', '500ms');
    assert.equal(await full.ended, 1, full.err());
    assert.match(
      full.err(),
      /^error: cannot write results to .*(the file would be larger than allowed|no space)/m,
    );
    assert.deepEqual(written('full'), []);
    assert.equal(await helper.ended, 0, helper.err());
    const results = await redis.client.keys('relaywave:result:*');
    assert.ok(results.length > 0);
    const rest = coordinator('full', '--resume');
    const another = worker('--idle', '1s');
    assert.equal(await rest.ended, 0, rest.err());
    await another.ended;
    assert.deepEqual(sweptBytes(join(folder, 'full')), sweptBytes(join(folder, 'local')));
  });
});
