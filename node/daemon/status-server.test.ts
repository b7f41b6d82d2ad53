import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { Counter, Registry } from 'prom-client';
import type { DaemonPhase, DaemonStatus } from './status.ts';
import { StatusServer } from './status-server.ts';

describe('the status server', () => {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
  let phase: DaemonPhase = 'serving';
  const status = () => ({ phase, peer: 'it' }) as unknown as DaemonStatus;
  let server: StatusServer;
  before(async () => {
    server = await StatusServer.start({ port: 0, status, registry });
  });
  after(() => server.stop());

  /** With any method and host, which `fetch` would not let through. */
  function ask(path: string, method = 'GET', host?: string): Promise<{ code: number; body: string }> {
    return new Promise((resolve, reject) => {
      const headers = host === undefined ? {} : { host };
      const asking = request(server.address + path, { method, headers }, (response) => {
        let body = '';
        response.on('data', (part) => {
          body += part;
        });
        response.on('end', () => resolve({ code: response.statusCode!, body }));
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  it('health follows the phase: 200 while it serves, 503 before and after', async () => {
    for (const [now, code] of [
      ['starting', 503],
      ['serving', 200],
      ['draining', 503],
    ] as const) {
      phase = now;
      assert.deepEqual(await ask('/health'), { code, body: `{\n  "phase": "${now}"\n}\n` });
    }
    phase = 'serving';
  });

  it('status is JSON, metrics are as Prometheus reads them, and there is nothing else', async () => {
    assert.deepEqual(JSON.parse((await ask('/status')).body), { phase: 'serving', peer: 'it' });
    const response = await fetch(`${server.address}/metrics`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(await response.text(), /^things_total 3$/m);
    assert.equal((await ask('/')).code, 404);
    assert.equal((await ask('/status/../../etc/passwd')).code, 404);
  });

  it('nothing can be changed, and no other name leads here', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) assert.equal((await ask('/status', method)).code, 405);
    assert.deepEqual(await ask('/health', 'HEAD'), { code: 200, body: '' });
    assert.equal((await ask('/status', 'GET', 'rebound.example.org')).code, 421);
    assert.equal((await ask('/status', 'GET', `localhost:${new URL(server.address).port}`)).code, 200);
  });

  it('listens on loopback only', async () => {
    const port = Number(new URL(server.address).port);
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address);
    for (const host of [...others, '127.9.9.9']) {
      const outcome = await new Promise((resolve) => {
        const socket = connect({ port, host }, () => resolve('connected'));
        socket.on('error', () => resolve('refused'));
      });
      assert.equal(outcome, 'refused', host);
    }
  });
});
