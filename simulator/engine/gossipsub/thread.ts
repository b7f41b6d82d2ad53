/**
 * A simulation thread: virtual globals first, then libp2p, then its share of the relays.
 *
 * The main thread bundles this file with everything it imports and starts it as a worker. The order of the
 * first imports matters: nothing of libp2p may load before time is virtual. A thread that is kept takes one job after
 * the other, each with a clock of its own.
 */

import './thread-globals.ts';
import { parentPort } from 'node:worker_threads';
import { InvariantError } from '../invariants/violation.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { ThreadMessage } from './job.ts';
import { clockOf, firstClock, workerJob } from './thread-globals.ts';
import { runThread, type ThreadJob } from './thread-run.ts';

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

async function run(job: ThreadJob, clock: VirtualClock): Promise<void> {
  try {
    const result = await runThread(job, clock, (phase, eventsFired) =>
      tell({ type: 'phase', phase, eventsFired }),
    );
    tell({ type: 'finished', result });
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    tell({ type: 'violated', violation: error.violation });
  }
}

if (workerJob.isKept === true) parentPort?.on('message', (next: ThreadJob) => void run(next, clockOf(next)));
await run(workerJob, firstClock);
