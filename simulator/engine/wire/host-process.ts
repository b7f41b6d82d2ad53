/** The program of a process of relays. It ends when the process of the command does. */

import '../../../node/promise-with-resolvers.ts';
import type { FromHost, ToHost } from './messages.ts';
import { RelayHost } from './relay-host.ts';

let host: RelayHost | null = null;
let paused: readonly number[] = [];

function send(message: FromHost): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  if (host === null) send({ type: 'failed', message: String(error), code: null });
  else host.fail(error);
}

// Ctrl-C reaches every process of a terminal; the command decides what it means.
process.on('SIGINT', () => {});
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.on('disconnect', () => {
  for (const pid of paused) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It is gone already.
    }
  }
  host?.abandon();
  process.exit(0);
});
process.on('message', (message: ToHost) => {
  if (message.type === 'host') {
    host = new RelayHost(message.plan, send);
    host.start().catch(fail);
  } else if (message.type === 'paused') paused = message.pids;
  else host?.onMessage(message);
});
send({ type: 'loaded' });
