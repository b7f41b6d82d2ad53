/** Runs the traffic of a manual arm in a thread of its own, so that the caller stays free to tell and to stop. */

import { Worker } from 'node:worker_threads';
import type { RunOptions } from '../../arms/run-contract.ts';
import { bundleThread } from '../gossipsub/bundle.mjs';
import type { RestartJob, RestartMessage, RestartResult } from './restart-job.ts';

/** Rejects with the signal's reason when stopped. */
export async function runRestarts(job: RestartJob, options: RunOptions): Promise<RestartResult> {
  const { signal, onProgress } = options;
  const { durationSeconds } = job;
  const file = await bundleThread(new URL('./restart-thread.ts', import.meta.url));
  signal?.throwIfAborted();
  const worker = new Worker(file, {
    workerData: job,
    execArgv: ['--enable-source-maps'],
    resourceLimits: { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 16_384 },
  });
  let stop = (): void => {};
  try {
    return await new Promise((resolve, reject) => {
      stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the thread of traffic ended early (code ${code})`)));
      worker.on('message', (message: RestartMessage) => {
        if (message.type === 'finished') resolve(message.result);
        else onProgress?.({ phase: 'run', virtualSeconds: message.virtualSeconds, durationSeconds });
      });
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
