/** The main thread's side of the thread of a run: it builds the network while this one finds out what is to travel in it. */

import { Worker } from 'node:worker_threads';
import { CONTROL } from '../gossipsub/job.ts';
import type { PhaseProgress } from '../gossipsub/phase-progress.ts';
import type { ModelResult, NetworkJob, NewsJob } from './model-job.ts';
import type { ModelMessage } from './thread.ts';

/**
 * Room for young objects; V8 would let them fill 48 MB before it looks which of them are needed. Where relays stay all is in
 * columns: what is made beside them is short-lived, and little. Where they come and go, plans for the next seconds are
 * objects: the longer they are let be, the more of them are over.
 */
const STAYING_YOUNG_MB = 6;
const LIVING_YOUNG_MB = 96;

export class RunThread {
  /** Rejects with the signal's reason when stopped. */
  readonly result: Promise<ModelResult>;
  private readonly job: NetworkJob;
  private readonly worker: Promise<Worker>;
  private unlisten = (): void => {};

  /** `file` is that of thread.ts, bundled. */
  constructor(
    file: Promise<string>,
    job: NetworkJob,
    progress: PhaseProgress,
    signal: AbortSignal | undefined,
  ) {
    this.job = job;
    this.worker = file.then(
      (bundle) =>
        new Worker(bundle, {
          workerData: job,
          execArgv: ['--enable-source-maps'],
          resourceLimits: { maxYoungGenerationSizeMb: job.isLiving ? LIVING_YOUNG_MB : STAYING_YOUNG_MB },
        }),
    );
    this.result = new Promise<ModelResult>((resolve, reject) => {
      const stop = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      this.unlisten = () => signal?.removeEventListener('abort', stop);
      this.worker.then((worker) => {
        worker.on('error', reject);
        worker.on('exit', (code) => reject(new Error(`the model's thread ended early (code ${code})`)));
        worker.on('message', (message: ModelMessage) => {
          if (message.type === 'phase') progress.enter(0, message.phase, message.eventsFired);
          else resolve(message.result);
        });
      }, reject);
    });
    // Whoever awaits it hears of its failure.
    this.result.catch(() => {});
  }

  /** Gives it the rest of its job: what comes of it is the result. */
  async run(news: NewsJob): Promise<ModelResult> {
    const worker = await this.worker;
    worker.postMessage(news, news.living == null ? [] : [news.living.desk.port]);
    return this.result;
  }

  async end(): Promise<void> {
    this.unlisten();
    Atomics.store(this.job.shared.control, CONTROL.stop, 1);
    await this.worker.then(
      (worker) => worker.terminate(),
      () => undefined,
    );
  }
}
