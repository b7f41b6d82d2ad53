/**
 * The main thread's side of the thread of a run: it builds the network while this one finds out what is to travel in it.
 *
 * It is started before the network is drawn, since it has its own code to bundle first.
 */

import { Worker } from 'node:worker_threads';
import { CONTROL } from '../gossipsub/job.ts';
import type { PhaseProgress } from '../gossipsub/phase-progress.ts';
import type { ModelResult, NetworkJob, NewsJob } from './model-job.ts';
import type { ModelMessage } from './thread.ts';

/**
 * Room for young objects; V8 would let them fill 48 MB before it looks which of them are needed. A large network has memory
 * for nothing else than its columns. In a small one plans for the next seconds are objects where relays come and go: the
 * longer they are let be, the more of them are over.
 */
const LARGE_RELAYS = 50_000;
const LARGE_YOUNG_MB = 6;
const YOUNG_MB = 96;

interface StartedThread {
  readonly worker: Worker;
  /** Rejects when it ends, which it never does by itself. */
  readonly ended: Promise<never>;
}

let ahead: StartedThread | null = null;

/** Starts the thread of the next run, of so many relays, unless it has been started. */
export function startThreadAhead(relays: number): void {
  ahead ??= startThread(relays);
}

/** The thread that was started ahead, or another one: each is for one run alone, since sources may change. */
function takeThread(relays: number): StartedThread {
  const thread = ahead ?? startThread(relays);
  ahead = null;
  return thread;
}

function startThread(relays: number): StartedThread {
  const maxYoungGenerationSizeMb = relays > LARGE_RELAYS ? LARGE_YOUNG_MB : YOUNG_MB;
  const worker = new Worker(new URL('./start-thread.mjs', import.meta.url), {
    execArgv: ['--enable-source-maps'],
    resourceLimits: { maxYoungGenerationSizeMb },
  });
  const ended = new Promise<never>((_resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the model's thread ended early (code ${code})`)));
  });
  // Whoever takes it hears of that; nobody waits for it before.
  ended.catch(() => {});
  worker.unref();
  return { worker, ended };
}

export class RunThread {
  /** Rejects with the signal's reason when stopped. */
  readonly result: Promise<ModelResult>;
  private readonly job: NetworkJob;
  private readonly worker: Worker;
  private unlisten = (): void => {};

  constructor(job: NetworkJob, progress: PhaseProgress, signal: AbortSignal | undefined) {
    this.job = job;
    const { worker, ended } = takeThread(job.population.relays);
    this.worker = worker;
    this.result = new Promise<ModelResult>((resolve, reject) => {
      const stop = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      this.unlisten = () => signal?.removeEventListener('abort', stop);
      ended.catch(reject);
      worker.on('message', (message: ModelMessage) => {
        if (message.type === 'phase') progress.enter(0, message.phase, message.eventsFired);
        else resolve(message.result);
      });
    });
    // Whoever awaits it hears of its failure.
    this.result.catch(() => {});
    worker.ref();
    worker.postMessage(job);
  }

  /** Gives it the rest of its job: what comes of it is the result. */
  run(news: NewsJob): Promise<ModelResult> {
    this.worker.postMessage(news, news.living == null ? [] : [news.living.desk.port]);
    return this.result;
  }

  async end(): Promise<void> {
    this.unlisten();
    Atomics.store(this.job.shared.control, CONTROL.stop, 1);
    await this.worker.terminate();
  }
}
