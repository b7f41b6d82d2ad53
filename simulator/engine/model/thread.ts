/** The thread that a run of the model takes place in. */

import { parentPort, workerData } from 'node:worker_threads';
import type { EnteredPhase } from '../gossipsub/job.ts';
import { type ModelJob, type ModelResult, StoppedError } from './model-job.ts';
import { runModelThread } from './thread-run.ts';

export type ModelMessage = EnteredPhase | { readonly type: 'finished'; readonly result: ModelResult };

function tell(message: ModelMessage): void {
  parentPort?.postMessage(message);
}

try {
  const result = runModelThread(workerData as ModelJob, (phase, eventsFired) =>
    tell({ type: 'phase', phase, eventsFired }),
  );
  tell({ type: 'finished', result });
} catch (error) {
  if (!(error instanceof StoppedError)) throw error;
}
