/** One thread of the pool: does the runs that it is sent, one after the other. */

import assert from 'node:assert/strict';
import { parentPort } from 'node:worker_threads';
import type { Progress } from '../arms/run-contract.ts';
import { type PerformedRun, performTask } from './perform-task.ts';
import type { RunTask } from './run-task.ts';
import { TaskError, type TaskFault } from './task-error.ts';

export interface TaskOrder {
  readonly task: RunTask;
  readonly home: string;
}

/** What a thread says; an error keeps what it is through the copy. */
export type ThreadWord =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly run: PerformedRun }
  | {
      readonly type: 'failed';
      readonly fault: TaskFault | null;
      readonly message: string;
      readonly stack: string | undefined;
    };

assert(parentPort !== null, 'this file is the start of a thread');
const port = parentPort;
const say = (word: ThreadWord): void => port.postMessage(word);

port.on('message', async ({ task, home }: TaskOrder) => {
  try {
    const run = await performTask(task, home, {
      // What arms tell of their relays is for pages that watch one run.
      onProgress: ({ phase, virtualSeconds, durationSeconds }) =>
        say({ type: 'progress', progress: { phase, virtualSeconds, durationSeconds } }),
    });
    say({ type: 'done', run });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    say({ type: 'failed', fault: error instanceof TaskError ? error.fault : null, message, stack });
  }
});
