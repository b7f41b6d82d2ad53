/**
 * Health, status and metrics over HTTP, on loopback only: whoever has an account on the machine may read them.
 *
 * It changes nothing and reads no bodies. A page in the operator's browser cannot read it either: a request must name
 * this machine as its host, so that no other name can be made to point here.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { DaemonError, systemCode } from './daemon-error.ts';
import type { DaemonStatus } from './status.ts';

const HOST = '127.0.0.1';
const OWN_HOSTS = /^(127\.0\.0\.1|localhost)(:\d+)?$/;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 32;

export interface StatusServerParts {
  /** 0 takes any that is free. */
  readonly port: number;
  readonly status: () => DaemonStatus;
  readonly registry: Registry;
}

export class StatusServer {
  readonly address: string;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.address = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  }

  /** Throws DaemonError for a port that cannot be had. */
  static async start(parts: StatusServerParts): Promise<StatusServer> {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      answer(request, response, parts).catch((error: unknown) => response.destroy(error as Error));
    });
    server.maxConnections = CONNECTIONS_MAX;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(asDaemonError(parts.port, error)));
      server.listen(parts.port, HOST, resolve);
    });
    return new StatusServer(server);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function answer(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  { status, registry }: StatusServerParts,
): Promise<void> {
  if (!OWN_HOSTS.test(headers.host ?? '')) return send(response, 421, { error: 'not the name of this host' });
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, { error: 'nothing can be changed here' });
  }
  switch (url) {
    case '/health': {
      const { phase } = status();
      return send(response, phase === 'serving' ? 200 : 503, { phase });
    }
    case '/status':
      return send(response, 200, status());
    case '/metrics': {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' });
      response.end(text);
      return;
    }
    default:
      send(response, 404, { error: 'there are /health, /status and /metrics' });
  }
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

function asDaemonError(port: number, error: unknown): unknown {
  const code = systemCode(error);
  if (code === null) return error;
  const cure = code === 'EACCES' ? 'give a port from 1024 on' : 'give another port; 0 takes any that is free';
  return new DaemonError('failed', `--status-port ${port}: cannot be listened on (${code})`, cure);
}
