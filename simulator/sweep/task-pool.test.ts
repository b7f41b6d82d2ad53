import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { scenarioFromText } from '../scenario/load.ts';
import { codeVersion } from './code-version.ts';
import { performTask } from './perform-task.ts';
import type { RunFile } from './run-files.ts';
import { type RunTask, runTask } from './run-task.ts';
import { TaskError } from './task-error.ts';
import { concurrencyFor, openTaskPool } from './task-pool.ts';

const TEXT = `name: pooled
engine: model
network: { relays: 30, degree: 6 }
duration: 62s
updates: [{ module: strict-cells }]
arms: { live: { channel: gossip } }
`;

function taskOf(set: string[] = []): RunTask {
  const { scenario } = scenarioFromText('pooled.yaml', TEXT, { set });
  return runTask(scenario, [], { command: 'npm run simulate', notes: [] });
}

function dataOf(files: readonly RunFile[]): [string, string][] {
  return files
    .filter(({ name }) => name !== 'manifest.json')
    .map(({ name, bytes }) => [name, Buffer.from(bytes).toString('base64')]);
}

describe('the pool', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-pool-'));
  const pool = openTaskPool();
  after(async () => {
    await pool.close();
    rmSync(home, { recursive: true });
  });

  it('a thread makes the same bytes as this process, run after run', async () => {
    const tasks = [taskOf(), taskOf(['seed=2']), taskOf()];
    const here = await Promise.all(tasks.slice(0, 2).map((task) => performTask(task, home, {})));
    let told = 0;
    const there = [];
    for (const task of tasks) {
      there.push(await pool.perform(task, home, { onProgress: () => told++ }));
    }
    assert.deepEqual(dataOf(there[0]?.files ?? []), dataOf(here[0]?.files ?? []));
    assert.deepEqual(dataOf(there[1]?.files ?? []), dataOf(here[1]?.files ?? []));
    assert.deepEqual(dataOf(there[2]?.files ?? []), dataOf(here[0]?.files ?? []));
    assert.notDeepEqual(dataOf(here[0]?.files ?? []), dataOf(here[1]?.files ?? []));
    assert.deepEqual(there[0]?.files.map(({ name }) => name).slice(-2), [
      'scenario.resolved.yaml',
      'manifest.json',
    ]);
    assert.ok(told > 0);
  });

  it('what is wrong with a task is told as such, and the thread goes on', async () => {
    const unknown = { ...taskOf(), id: '0'.repeat(32) };
    const other = { ...taskOf(), version: '0.0.9+abc' };
    const changed = { ...taskOf(), text: taskOf(['network.degree=8']).text };
    for (const [task, words] of [
      [unknown, /not those of run 0000/],
      [other, new RegExp(`it is of relaywave 0.0.9\\+abc, and this is ${codeVersion().replace('+', '\\+')}`)],
      [changed, /its scenario or its modules are not those of run/],
    ] as const) {
      await assert.rejects(pool.perform(task, home, {}), (error) => {
        assert.ok(error instanceof TaskError);
        assert.equal(error.fault, 'refused');
        assert.match(error.message, words);
        return true;
      });
    }
    const impossible = taskOf(['updates[0].module=bad-trap']);
    await assert.rejects(pool.perform(impossible, home, {}), (error) => {
      assert.ok(error instanceof TaskError);
      assert.equal(error.fault, 'scenario');
      assert.match(error.message, /module bad-trap fails on trial/);
      return true;
    });
    assert.equal((await pool.perform(taskOf(), home, {})).violations.length, 0);
  });

  it('a run that is stopped rejects with the reason', async () => {
    const controller = new AbortController();
    const stopped = pool.perform(taskOf(['engine=gossipsub', 'fidelity=full', 'duration=365d']), home, {
      signal: controller.signal,
      onProgress: ({ phase }) => {
        if (phase === 'run') controller.abort(new Error('Ctrl-C'));
      },
    });
    await assert.rejects(stopped, /Ctrl-C/);
  });

  it('as many at a time as processors and memory carry, and one at least', () => {
    const { scenario } = scenarioFromText('pooled.yaml', TEXT);
    const large = { ...scenario, network: { ...scenario.network, relays: 1_000_000 } };
    const small = Array.from({ length: 9 }, () => scenario);
    assert.equal(concurrencyFor(small, 64e9, 4), 4);
    assert.equal(concurrencyFor(small.slice(0, 3), 64e9, 4), 3);
    assert.equal(concurrencyFor(small, 700e6, 4), 2);
    assert.equal(concurrencyFor([...small, large], 2e9, 4), 2);
    assert.equal(concurrencyFor(small, 1e6, 4), 1);
  });
});
