/**
 * Names in Redis. Everything of ours begins with `relaywave:`, so that one Redis serves others too.
 *
 * Each version of the code has a queue of its own: a worker is never handed a run that it would compute differently.
 */

import { z } from 'zod';
import { RUN_ID } from '../run-id.ts';
import type { RunTask } from '../run-task.ts';

export const QUEUE_PREFIX = 'relaywave';

/** The name of the queue for a version, as BullMQ takes it: without colons. */
export function queueName(version: string): string {
  return `runs-${version.replaceAll(':', '-')}`;
}

/** The name of a run's job. A job of this name is added once, however often it is asked for. */
export function jobId(id: string): string {
  return `run-${id}`;
}

export function idOfJob(job: string): string {
  return job.slice('run-'.length);
}

/** Where the result of a run lies until it is written. */
export function resultKey(id: string): string {
  return `${QUEUE_PREFIX}:result:${id}`;
}

/** Where a file that scenarios name lies. */
export function inputKey(name: string): string {
  return `${QUEUE_PREFIX}:input:${name}`;
}

/** A task that comes out of the queue: anybody who reaches Redis may have put it there. */
export const taskSchema = z.strictObject({
  id: z.string().regex(RUN_ID),
  version: z.string().max(100),
  text: z.string().max(4_000_000),
  modules: z.array(z.string().regex(/^[a-z0-9-]{1,100}$/)).max(100),
  inputs: z.array(z.string().regex(/^[0-9a-f]{64}(\.[A-Za-z0-9]{1,8})?$/)).max(10),
  durationSeconds: z.number().positive(),
  threads: z.number().int().min(1).max(8),
  command: z.string().max(100_000),
  notes: z.array(z.string().max(10_000)).max(20),
}) satisfies z.ZodType<RunTask>;
