/**
 * Threads that do runs, each one at a time. They are started when there is work for them and kept for the next run,
 * since loading the engine takes longer than a small run.
 *
 * A run shares nothing with the others, so how many threads there are changes no byte. A thread whose run is stopped, or
 * that fails in a way that no run should, ends; another takes its place.
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RunOptions } from '../arms/run-contract.ts';
import { memoryEstimateBytes } from '../scenario/feasibility.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { PerformedRun } from './perform-task.ts';
import type { RunTask } from './run-task.ts';
import { TaskError } from './task-error.ts';
import type { TaskOrder, ThreadWord } from './task-thread.ts';

const THREAD = new URL('./task-thread.mjs', import.meta.url);

/** Does one run; the same whether in a thread, in this one, or in a test. */
export type TaskRunner = (
  task: RunTask,
  home: string,
  options: Pick<RunOptions, 'signal' | 'onProgress'>,
) => Promise<PerformedRun>;

export interface TaskPool {
  readonly perform: TaskRunner;
  close(): Promise<void>;
}

/** How many of some runs this machine carries at a time: by its processors, and by the memory of the largest. */
export function concurrencyFor(
  scenarios: readonly Pick<Scenario, 'network' | 'engine' | 'stack'>[],
  availableBytes: number,
  processors = availableParallelism(),
): number {
  const largest = scenarios.reduce(
    (most, { network, engine, stack }) =>
      Math.max(most, memoryEstimateBytes(network.relays, network.degree, engine, stack)),
    1,
  );
  return Math.max(1, Math.min(scenarios.length, processors, Math.floor(availableBytes / largest)));
}

function errorOf({ fault, message, stack }: ThreadWord & { type: 'failed' }): Error {
  if (fault !== null) return new TaskError(fault, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** A pool without threads yet. */
export function openTaskPool(): TaskPool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();

  const perform: TaskRunner = async (task, home, { signal, onProgress }) => {
    signal?.throwIfAborted();
    const thread = idle.pop() ?? new Worker(THREAD);
    all.add(thread);
    let isReusable = false;
    let stop = (): void => {};
    try {
      return await new Promise<PerformedRun>((resolve, reject) => {
        stop = () => reject(signal?.reason);
        signal?.addEventListener('abort', stop, { once: true });
        thread.on('error', reject);
        thread.on('exit', (code) => reject(new Error(`a thread of the pool ended early (code ${code})`)));
        thread.on('message', (word: ThreadWord) => {
          if (word.type === 'progress') return onProgress?.(word.progress);
          isReusable = true;
          return word.type === 'done' ? resolve(word.run) : reject(errorOf(word));
        });
        thread.postMessage({ task, home } satisfies TaskOrder);
      });
    } finally {
      signal?.removeEventListener('abort', stop);
      for (const event of ['error', 'exit', 'message']) thread.removeAllListeners(event);
      if (isReusable && signal?.aborted !== true) idle.push(thread);
      else {
        // An error of a thread that is being stopped is nobody's.
        thread.on('error', () => {});
        all.delete(thread);
        await thread.terminate();
      }
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([...all].map((thread) => thread.terminate()));
  };
  return { perform, close };
}
