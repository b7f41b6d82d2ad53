/**
 * A simulation thread: virtual globals first, then libp2p, then its share of the relays.
 *
 * The main thread bundles this file with everything it imports and starts it as a worker. The order of the
 * first imports matters: nothing of libp2p may load before time is virtual.
 */

import './thread-globals.ts';
import { parentPort } from 'node:worker_threads';
import { InvariantError } from '../invariants/violation.ts';
import type { ThreadMessage } from './job.ts';
import { clock, workerJob } from './thread-globals.ts';
import { runThread } from './thread-run.ts';

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

try {
  const result = await runThread(workerJob, clock, (phase) => tell({ type: 'phase', phase }));
  tell({ type: 'finished', result });
} catch (error) {
  if (!(error instanceof InvariantError)) throw error;
  tell({ type: 'violated', violation: error.violation });
}
