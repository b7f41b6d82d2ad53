/** The thread that a run of the model takes place in. */

import { parentPort, workerData } from 'node:worker_threads';
import type { EnteredPhase } from '../gossipsub/job.ts';
import { type ModelResult, type NetworkJob, type NewsJob, StoppedError } from './model-job.ts';
import { buildModel } from './thread-run.ts';

export type ModelMessage = EnteredPhase | { readonly type: 'finished'; readonly result: ModelResult };

function tell(message: ModelMessage): void {
  parentPort?.postMessage(message);
}

const run = buildModel(workerData as NetworkJob, (phase, eventsFired) =>
  tell({ type: 'phase', phase, eventsFired }),
);
parentPort?.once('message', (news: NewsJob) => {
  try {
    tell({ type: 'finished', result: run(news) });
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  }
});
