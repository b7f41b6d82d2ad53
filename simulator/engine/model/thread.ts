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

/** Takes the network that it is to build first, then what is to travel in it. */
function runModel(): void {
  let run: ((news: NewsJob) => ModelResult) | null = null;
  parentPort?.on('message', (job: NetworkJob | NewsJob) => {
    try {
      if (run === null) run = build(job as NetworkJob);
      else tell({ type: 'finished', result: run(job as NewsJob) });
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error;
    }
  });
}

function build(job: NetworkJob): (news: NewsJob) => ModelResult {
  return buildModel(
    job,
    (phase, eventsFired) => tell({ type: 'phase', phase, eventsFired }),
    startMeshThread,
  );
}

function startMeshThread(terms: MeshTerms): void {
  const execArgv = ['--enable-source-maps'];
  new Worker(new URL(import.meta.url), { workerData: terms, transferList: [terms.port], execArgv });
}

const terms = workerData as MeshTerms | undefined;
if (terms === undefined) runModel();
else followMeshes(terms);
