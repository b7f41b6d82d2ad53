/**
 * The server of the page: on loopback, with its own board of runs, until it is closed.
 */

import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { makeFolders } from '../../node/make-folders.ts';
import { bundlePage } from '../report/page-bundle.ts';
import { viewApp } from './app.ts';
import { JobBoard } from './job-board.ts';
import { placesOfRelays } from './job-places.ts';
import { tidyResults } from './old-drafts.ts';
import { RunIndex } from './run-index.ts';
import { ScenarioShelf } from './scenario-shelf.ts';

export const DEFAULT_PORT = 8717;
const LOOPBACK = '127.0.0.1';
/** Ports that are tried after the default one. */
const PORTS_TRIED = 20;

export interface ViewOptions {
  /** Where results/ is, and where runs are started. */
  readonly home: string;
  readonly scenariosFolder: string;
  /** relaywave.mjs. */
  readonly commandFile: string;
  /** That port and no other; 0 for any. Left out: the default one, or the next that is free. */
  readonly port?: number | undefined;
}

export interface ViewServer {
  readonly url: string;
  readonly board: JobBoard;
  /** Stops the runs and closes every connection. */
  close(): Promise<void>;
}

/** A port that was asked for and cannot be had. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly code: string;

  constructor(port: number, code: string) {
    const why =
      code === 'EADDRINUSE'
        ? 'is in use'
        : code === 'EACCES'
          ? 'may not be used'
          : `cannot be used (${code})`;
    super(`port ${port} ${why}`);
    this.code = code;
  }
}

type HttpServer = ReturnType<typeof createAdaptorServer>;

function listen(server: HttpServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(new PortError(port, error.code ?? 'unknown'));
    server.once('error', fail);
    server.listen(port, LOOPBACK, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

async function listenSomewhere(server: HttpServer, port: number | undefined): Promise<void> {
  if (port !== undefined) return listen(server, port);
  for (let tried = 0; ; tried++) {
    try {
      return await listen(server, DEFAULT_PORT + tried);
    } catch (error) {
      const isTaken = error instanceof PortError && error.code === 'EADDRINUSE';
      if (!isTaken || tried + 1 >= PORTS_TRIED) throw error;
    }
  }
}

/** Starts the server; rejects with PortError where the port cannot be had. */
export async function startView({
  home,
  scenariosFolder,
  commandFile,
  port,
}: ViewOptions): Promise<ViewServer> {
  const results = join(home, 'results');
  makeFolders(results);
  const resultsFolder = await realpath(results);
  await tidyResults(resultsFolder, Date.now());
  const board = new JobBoard({ resultsFolder, folder: home, commandFile, placesOf: placesOfRelays });
  const app = viewApp({
    places: { home, resultsFolder, scenariosFolder, fence: [scenariosFolder, resultsFolder] },
    bundle: await bundlePage('view'),
    index: new RunIndex(resultsFolder),
    shelf: new ScenarioShelf(scenariosFolder),
    board,
    token: randomBytes(32).toString('base64url'),
  });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  await listenSomewhere(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${taken}/`,
    board,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await board.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
