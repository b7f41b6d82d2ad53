/**
 * A Redis of a test's own: on a free port, with its append-only file in a folder of its own, so that tests that run side
 * by side never meet.
 *
 * Without redis-server the test fails: a queue that nobody tried is not known to work. RELAYWAVE_REDIS names one that
 * stands elsewhere.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const SERVER = process.env.RELAYWAVE_REDIS ?? 'redis-server';

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  server.close();
  await once(server, 'close');
  return address.port;
}

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  readonly client: Redis;
  /** Kills the server as a crash would, and starts it again from its append-only file. */
  crashAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  readonly password?: string;
}

export async function startRedis({ password }: TestRedisOptions = {}): Promise<TestRedis> {
  const found = spawnSync(SERVER, ['--version']);
  assert(
    found.error === undefined,
    'redis-server is missing: install it (Debian: apt-get install redis-server), or name one in RELAYWAVE_REDIS',
  );
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  args.push('--appendonly', 'yes', '--appendfsync', 'always');
  if (password !== undefined) args.push('--requirepass', password);
  const client = new Redis({
    port,
    host: '127.0.0.1',
    ...(password !== undefined && { password }),
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  });
  client.on('error', () => {});
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    server = spawn(SERVER, args, { stdio: 'ignore' });
    await client.ping();
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };
  await start();
  return {
    port,
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    client,
    crashAndRestart: async () => {
      await end('SIGKILL');
      await start();
    },
    stop: async () => {
      client.disconnect();
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
