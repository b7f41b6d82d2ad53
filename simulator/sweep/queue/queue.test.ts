/** Both sides of the queue in one process, with runs that are made up, and everything that can be wrong with Redis. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Queue } from 'bullmq';
import { scenarioFromText } from '../../scenario/load.ts';
import { MADE_LIVE_ARM, madeRun } from '../../testing/made-run.ts';
import { freePort, startRedis, type TestRedis } from '../../testing/redis.ts';
import { codeVersion } from '../code-version.ts';
import { performTask } from '../perform-task.ts';
import type { Runner } from '../run-seeds.ts';
import { RunStore } from '../run-store.ts';
import { type RunTask, runTask } from '../run-task.ts';
import type { TaskPool } from '../task-pool.ts';
import { openConnection, type QueueConnection } from './connection.ts';
import { QueueError } from './queue-error.ts';
import { jobId, QUEUE_PREFIX, queueName, resultKey } from './queue-keys.ts';
import { workOnQueue } from './queue-worker.ts';
import { parseRedisAddress } from './redis-address.ts';
import { runOverQueue } from './run-queue.ts';

const TEXT = `name: queued
network: { relays: 30, degree: 6 }
updates: [{ module: strict-cells }]
arms: { live: { channel: gossip } }
`;

function taskOf(seed: number): RunTask {
  const { scenario } = scenarioFromText('queued.yaml', TEXT, { seed: String(seed) });
  return runTask(scenario, [], { command: '', notes: [] });
}

const never = new AbortController().signal;

describe('the queue', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-queue-'));
  const connections: QueueConnection[] = [];
  let redis: TestRedis;
  const ran: number[] = [];

  before(async () => {
    redis = await startRedis();
  });
  after(async () => {
    for (const connection of connections) connection.close();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  async function connect(notices: string[] = []): Promise<QueueConnection> {
    const onNotice = (line: string): void => void notices.push(line);
    const connection = await openConnection(parseRedisAddress(redis.url), { onNotice });
    connections.push(connection);
    return connection;
  }

  const runner: Runner = async (scenario) => {
    ran.push(scenario.seed);
    const outcome = {
      ...madeRun({ relays: 30, seed: scenario.seed, arms: [MADE_LIVE_ARM] }),
      scenario,
    };
    return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
  };
  function poolOf(run: Runner = runner): TaskPool {
    return { perform: (task, home, options) => performTask(task, home, options, run), close: async () => {} };
  }

  async function work(run?: Runner, version = codeVersion(), idleWallMs = 700) {
    const notices: string[] = [];
    const done = await workOnQueue({
      connection: await connect(),
      version,
      pool: poolOf(run),
      machine: { availableBytes: 8e9 },
      concurrency: 2,
      takeoverWallMs: 5000,
      idleWallMs,
      signal: never,
      onNotice: (line) => notices.push(line),
    });
    return { done, notices };
  }

  async function coordinate(
    tasks: readonly RunTask[],
    store: RunStore,
    signal = never,
    version = codeVersion(),
  ) {
    const notices: string[] = [];
    const written: string[] = [];
    const failed = await runOverQueue(tasks, {
      connection: await connect(),
      version,
      signal,
      onProgress: () => undefined,
      onFinished: async (task, files) => {
        await store.writeChecked(task, files);
        written.push(task.id);
      },
      onNotice: (line) => notices.push(line),
    });
    return { failed, notices, written };
  }

  it('each run is done once and written once, though two sweeps ask for it', async () => {
    const tasks = [1, 2, 3, 4].map(taskOf);
    const [one, two] = ['one', 'two'].map((name) => new RunStore(join(folder, name))) as [RunStore, RunStore];
    const [first, second, worker] = await Promise.all([
      coordinate(tasks, one),
      coordinate(tasks.slice(1), two),
      work(),
    ]);
    assert.deepEqual([first.failed, second.failed], [[], []]);
    assert.deepEqual(first.written.sort(), tasks.map(({ id }) => id).sort());
    assert.equal(second.written.length, 3);
    assert.deepEqual(ran.sort(), [1, 2, 3, 4]);
    assert.equal(worker.done, 4);
    for (const { id, text } of tasks) assert.equal((await one.find(id, text)).state, 'whole');
  });

  it('a result that is in Redis is taken without doing the run again', async () => {
    const task = taskOf(10);
    const store = new RunStore(join(folder, 'late'));
    const controller = new AbortController();
    const stopped = coordinate([task], store, controller.signal);
    await assert.rejects(
      Promise.all([
        stopped,
        work(async (scenario, options) => {
          // The coordinator goes while the run is being done.
          controller.abort(new Error('gone'));
          return runner(scenario, options);
        }),
      ]),
      /gone/,
    );
    while ((await redis.client.exists(resultKey(task.id))) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const before = ran.length;
    assert.deepEqual((await coordinate([task], store)).written, [task.id]);
    assert.equal(ran.length, before);
  });

  it('a result that was changed on its way is refused, and the run is done again', async () => {
    const task = taskOf(11);
    await redis.client.set(resultKey(task.id), 'not a result');
    const store = new RunStore(join(folder, 'changed'));
    const [{ written, notices }] = await Promise.all([
      coordinate([task], store),
      work(undefined, undefined, 5000),
    ]);
    assert.deepEqual(written, [task.id]);
    assert.match(
      notices.join('\n'),
      /the result of run .* is damaged \(it does not inflate\); it is done again/,
    );
    assert.equal((await store.find(task.id, task.text)).state, 'whole');
  });

  it('a worker of another version refuses the runs and says so, and so does the sweep', async () => {
    const task = taskOf(12);
    const store = new RunStore(join(folder, 'versions'));
    const before = ran.length;
    const controller = new AbortController();
    const sweeping = coordinate([task], store, controller.signal);
    const other = await work(undefined, '0.0.9+abcdef', 2500);
    assert.equal(other.done, 0);
    assert.equal(ran.length, before);
    const words = `is of relaywave ${codeVersion()}, and this worker is 0.0.9+abcdef`;
    assert.ok(other.notices.join('\n').includes(words), other.notices.join('\n'));
    const [{ written, notices }] = await Promise.all([sweeping, work()]);
    assert.deepEqual(written, [task.id]);
    assert.match(
      notices.join('\n'),
      /a worker of relaywave 0.0.9\+abcdef is there and is given none of these runs/,
    );
  });

  it('jobs that are no run, of other code, or of another scenario than their name says are refused', async () => {
    const connection = await connect();
    const queue = new Queue(queueName(codeVersion()), { connection: connection.redis, prefix: QUEUE_PREFIX });
    const forged = [
      { ...taskOf(20), version: '0.0.9+abcdef' },
      { ...taskOf(21), text: taskOf(22).text },
      { id: 'x' },
      { ...taskOf(23), inputs: ['../../../etc/passwd'] },
    ];
    for (const [index, data] of forged.entries()) {
      await queue.add('run', data, { jobId: `forged-${index}`, attempts: 4 });
    }
    const before = ran.length;
    assert.equal((await work()).done, 0);
    const reasons = await Promise.all(
      forged.map(async (_data, index) => (await queue.getJob(`forged-${index}`))?.failedReason ?? ''),
    );
    assert.match(reasons[0] ?? '', /it is of relaywave 0.0.9\+abcdef, and this worker is/);
    assert.match(reasons[1] ?? '', /its scenario or its modules are not those of run/);
    assert.match(reasons[2] ?? '', /it is no run/);
    assert.match(reasons[3] ?? '', /it is no run/);
    assert.equal(ran.length, before);
    await queue.close();
  });

  it('what may pass is tried again, and what cannot is told with its reason while the others are kept', async () => {
    const tasks = [30, 31].map(taskOf);
    let attempts = 0;
    const store = new RunStore(join(folder, 'failing'));
    const [{ written, failed }] = await Promise.all([
      coordinate(tasks, store),
      work(
        async (scenario, options) => {
          if (scenario.seed === 30 && attempts++ === 0) throw new Error('no memory for the moment');
          return runner(scenario, options);
        },
        undefined,
        4000,
      ),
    ]);
    assert.deepEqual([written.length, failed, attempts], [2, [], 2]);
    const { FailingModuleError } = await import('../../engine/model/failing-module.ts');
    const bad = [32, 33].map(taskOf);
    const [second] = await Promise.all([
      coordinate(bad, store),
      work(async (scenario, options) => {
        if (scenario.seed === 32) throw new FailingModuleError('module strict-cells fails on trial');
        return runner(scenario, options);
      }),
    ]);
    assert.deepEqual(second.written, [bad[1]?.id]);
    assert.deepEqual(second.failed, [{ id: bad[0]?.id, reason: 'module strict-cells fails on trial' }]);
  });

  it('a Redis that was emptied is given the runs again', async () => {
    const task = taskOf(40);
    const store = new RunStore(join(folder, 'emptied'));
    const sweeping = coordinate([task], store);
    const connection = await connect();
    const queue = new Queue(queueName(codeVersion()), { connection: connection.redis, prefix: QUEUE_PREFIX });
    while ((await queue.getJob(jobId(task.id))) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await redis.client.flushall();
    const [{ written }] = await Promise.all([sweeping, work(undefined, undefined, 5000)]);
    assert.deepEqual(written, [task.id]);
    await queue.close();
  });
});

describe('a Redis that cannot be used', () => {
  async function refusal(address: string): Promise<QueueError> {
    try {
      const connection = await openConnection(parseRedisAddress(address), { onNotice: () => undefined });
      connection.close();
    } catch (error) {
      assert.ok(error instanceof QueueError, String(error));
      assert.ok(!error.message.includes('guess'));
      return error;
    }
    return assert.fail('it was accepted');
  }

  it('nobody there, no such host: told within seconds, with the cure', async () => {
    const nobody = await refusal(`redis://127.0.0.1:${await freePort()}`);
    assert.equal(nobody.fault, 'unreachable');
    assert.match(nobody.message, /nothing listens at redis:\/\/127.0.0.1/);
    assert.match(nobody.hint ?? '', /redis-server/);
    assert.match((await refusal('redis://nowhere.invalid')).message, /the host of .* is not known/);
  });

  it('no password and a wrong one are told apart, and neither is repeated', async () => {
    const guarded = await startRedis({ password: 'sesame' });
    try {
      const at = `127.0.0.1:${guarded.port}`;
      assert.match((await refusal(`redis://${at}`)).message, /wants a password/);
      const wrong = await refusal(`redis://:guess@${at}`);
      assert.equal(wrong.fault, 'denied');
      assert.match(wrong.message, /does not take this user and password/);
      const right = await openConnection(parseRedisAddress(guarded.url), { onNotice: () => undefined });
      right.close();
    } finally {
      await guarded.stop();
    }
  });

  it('something else that listens there, and something that never answers', async () => {
    const web = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    const mute = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await Promise.all([once(web, 'listening'), once(mute, 'listening')]);
    const portOf = (server: typeof web) => (server.address() as { port: number }).port;
    const [other, silent] = await Promise.all([
      refusal(`redis://127.0.0.1:${portOf(web)}`),
      refusal(`redis://127.0.0.1:${portOf(mute)}`),
    ]);
    assert.equal(other.fault, 'unusable');
    assert.match(silent.message, /did not answer within 8 s/);
    web.close();
    mute.close();
  });

  it('one that goes and does not come back ends the work', async () => {
    const redis = await startRedis();
    const notices: string[] = [];
    const connection = await openConnection(parseRedisAddress(redis.url), {
      onNotice: (line) => notices.push(line),
      awayMostWallMs: 300,
    });
    const sweeping = runOverQueue([taskOf(1)], {
      connection,
      version: codeVersion(),
      signal: never,
      onProgress: () => undefined,
      onFinished: async () => undefined,
      onNotice: () => undefined,
    });
    await redis.stop();
    await assert.rejects(sweeping, (error) => error instanceof QueueError && error.fault === 'lost');
    assert.match(notices.join('\n'), /broke; trying again/);
    connection.close();
  });
});
