/** The thread that a run of the model takes place in, and that of its mesh in quiet times: both have this file's code. */

import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { EnteredPhase } from '../gossipsub/job.ts';
import { followMeshes, type MeshTerms } from './churn/mesh-thread.ts';
import { type ModelResult, type NetworkJob, type NewsJob, StoppedError } from './model-job.ts';
import { buildModel } from './thread-run.ts';

export type ModelMessage = EnteredPhase | { readonly type: 'finished'; readonly result: ModelResult };

function tell(message: ModelMessage): void {
  parentPort?.postMessage(message);
}

function runModel(job: NetworkJob): void {
  const run = buildModel(
    job,
    (phase, eventsFired) => tell({ type: 'phase', phase, eventsFired }),
    startMeshThread,
  );
  parentPort?.once('message', (news: NewsJob) => {
    try {
      tell({ type: 'finished', result: run(news) });
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error;
    }
  });
}

function startMeshThread(terms: MeshTerms): void {
  const execArgv = ['--enable-source-maps'];
  new Worker(new URL(import.meta.url), { workerData: terms, transferList: [terms.port], execArgv });
}

const terms = workerData as NetworkJob | MeshTerms;
if ('log' in terms) followMeshes(terms);
else runModel(terms);
