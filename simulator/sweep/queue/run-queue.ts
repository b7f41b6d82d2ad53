/**
 * The coordinator's side of a queue: asks for runs, waits for their results, and hands each over exactly once.
 *
 * What counts is the result under the name of a run, not what becomes of its job: so it does not matter whether this
 * process was there when a run ended, or whether Redis was restarted in between. Every few seconds all runs that are
 * still awaited are looked at again: a job that Redis has lost is asked for once more, and a result that is there is
 * taken. Jobs have the names of their runs, so that whoever asks first is enough.
 */

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type JobsOptions, Queue, QueueEvents } from 'bullmq';
import { callOf } from '../../../updates/cli/call-words.ts';
import type { Progress } from '../../arms/run-contract.ts';
import { BrokenPieceError, type RunFile } from '../run-files.ts';
import type { RunTask } from '../run-task.ts';
import type { QueueConnection } from './connection.ts';
import { announce, whoIsThere, withdraw } from './presence.ts';
import { idOfJob, jobId, QUEUE_PREFIX, queueName, resultKey } from './queue-keys.ts';
import { dropResult, getResult, releaseResult } from './queued-results.ts';

/** A run that fails for a reason that may pass (memory, a full disk) is tried again, later each time. */
const ATTEMPTS = 4;
const BACKOFF_WALL_MS = 2000;
const ADDED_AT_ONCE = 500;
const LOOK_WALL_MS = 3000;
const TELL_WALL_MS = 1000;
const ALONE_AFTER_WALL_MS = 10_000;
const CLEAN_UP_WALL_MS = 10_000;

export interface FailedRun {
  readonly id: string;
  readonly reason: string;
}

export interface RunQueueOptions {
  readonly connection: QueueConnection;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Called once for each run; a rejection ends everything. */
  readonly onFinished: (task: RunTask, files: readonly RunFile[]) => Promise<void>;
  readonly onNotice: (line: string) => void;
}

/** How a run and its job stand in Redis, seen at one moment. */
interface Standing {
  readonly hasResult: boolean;
  readonly hasJob: boolean;
  readonly isCompleted: boolean;
  readonly isFailed: boolean;
}

class RunQueue {
  private readonly options: RunQueueOptions;
  private readonly queue: Queue<RunTask>;
  private readonly events: QueueEvents;
  private readonly awaited: Map<string, RunTask>;
  private readonly fetching = new Set<string>();
  private readonly failed: FailedRun[] = [];
  private readonly total: number;
  private readonly durationSeconds: number;
  private readonly presenceId = randomUUID();
  private readonly name = `${hostname()}:${process.pid}`;
  private readonly startedWallMs = performance.now();
  private readonly toldVersions = new Set<string>();
  private isAlone = false;
  private doneSeconds = 0;
  private looking: Promise<void> | null = null;
  private fetches: Promise<void> = Promise.resolve();
  private settle: { resolve: () => void; reject: (error: unknown) => void } | null = null;

  constructor(tasks: readonly RunTask[], options: RunQueueOptions) {
    const { connection, version } = options;
    this.options = options;
    this.awaited = new Map(tasks.map((task) => [task.id, task]));
    this.total = tasks.length;
    this.durationSeconds = tasks.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    const shared = { connection: connection.redis, prefix: QUEUE_PREFIX };
    this.queue = new Queue(queueName(version), shared);
    this.events = new QueueEvents(queueName(version), shared);
    // The connection tells by itself when it breaks, and commands wait for it.
    this.queue.on('error', () => {});
    this.events.on('error', () => {});
  }

  private get redis() {
    return this.options.connection.redis;
  }

  async run(): Promise<FailedRun[]> {
    const { signal, connection } = this.options;
    const stop = AbortSignal.any([signal, connection.lost]);
    const timers: NodeJS.Timeout[] = [];
    let onAbort = (): void => {};
    const onReady = (): void => this.lookSoon();
    try {
      await new Promise<void>((resolve, reject) => {
        this.settle = { resolve, reject };
        onAbort = () => reject(stop.reason);
        stop.addEventListener('abort', onAbort, { once: true });
        if (stop.aborted) return onAbort();
        this.events.on('completed', ({ jobId: job }) => this.fetchSoon(idOfJob(job)));
        this.events.on('failed', () => this.lookSoon());
        this.redis.on('ready', onReady);
        timers.push(
          setInterval(onReady, LOOK_WALL_MS),
          setInterval(() => this.tellSoon(), TELL_WALL_MS),
        );
        this.look(true).then(() => this.settleIfDone(), reject);
        this.tellSoon();
      });
    } finally {
      this.settle = null;
      stop.removeEventListener('abort', onAbort);
      this.redis.off('ready', onReady);
      for (const timer of timers) clearInterval(timer);
      await this.leave(connection.lost.aborted);
    }
    return this.failed;
  }

  /** Takes back what nobody has begun, so that workers do not go on for nobody. */
  private async leave(isLost: boolean): Promise<void> {
    const leaving = async (): Promise<void> => {
      if (isLost) return;
      for (const id of this.awaited.keys()) {
        // A run that is being done cannot be taken back; its result waits for whoever goes on.
        await this.queue.remove(jobId(id)).catch(() => 0);
      }
      await withdraw(this.redis, 'sweep', this.presenceId);
    };
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLEAN_UP_WALL_MS);
    });
    await Promise.race([leaving().catch(() => undefined), tooLate]);
    clearTimeout(timer);
    await Promise.allSettled([this.events.close(), this.queue.close()]);
  }

  private settleIfDone(): void {
    if (this.awaited.size === 0) this.settle?.resolve();
  }

  private fail(error: unknown): void {
    this.settle?.reject(error);
  }

  private lookSoon(): void {
    if (this.settle !== null)
      this.look(false).then(
        () => this.settleIfDone(),
        (error) => this.fail(error),
      );
  }

  /** Fetches one after the other: a thousand workers may finish at the same moment. */
  private fetchSoon(id: string): void {
    this.fetches = this.fetches.then(async () => {
      if (this.settle === null) return;
      try {
        await this.fetch(id);
        this.settleIfDone();
      } catch (error) {
        this.fail(error);
      }
    });
  }

  private tellSoon(): void {
    if (this.settle !== null) this.tell().catch((error) => this.fail(error));
  }

  /** Looks at every run that is awaited; one look at a time. */
  private look(isFirst: boolean): Promise<void> {
    this.looking ??= this.lookOnce(isFirst).finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async lookOnce(isFirst: boolean): Promise<void> {
    const tasks = [...this.awaited.values()];
    for (let from = 0; from < tasks.length; from += ADDED_AT_ONCE) {
      if (this.settle === null) return;
      const some = tasks.slice(from, from + ADDED_AT_ONCE).filter(({ id }) => !this.fetching.has(id));
      const standings = await this.standingsOf(some);
      const lost: RunTask[] = [];
      for (const [index, task] of some.entries()) {
        const { hasResult, hasJob, isCompleted, isFailed } = standings[index] as Standing;
        if (hasResult) await this.fetch(task.id);
        else if (!hasJob) lost.push(task);
        else if (isCompleted || (isFailed && isFirst)) {
          // What was done long ago has no result any more; what failed for an earlier sweep is tried again.
          await this.queue.remove(jobId(task.id));
          lost.push(task);
        } else if (isFailed) await this.giveUp(task.id);
      }
      await this.add(lost);
    }
  }

  private async standingsOf(tasks: readonly RunTask[]): Promise<Standing[]> {
    if (tasks.length === 0) return [];
    // At one moment: a result is put before its job is completed.
    const multi = this.redis.multi();
    const [completed, failed] = [this.queue.toKey('completed'), this.queue.toKey('failed')];
    for (const { id } of tasks) {
      multi.exists(resultKey(id));
      multi.exists(this.queue.toKey(jobId(id)));
      multi.zscore(completed, jobId(id));
      multi.zscore(failed, jobId(id));
    }
    const replies = (await multi.exec()) ?? [];
    return tasks.map((_task, index) => {
      const [result, job, done, gone] = replies.slice(index * 4, index * 4 + 4).map(([error, reply]) => {
        if (error !== null) throw error;
        return reply;
      });
      return {
        hasResult: result === 1,
        hasJob: job === 1,
        isCompleted: done !== null,
        isFailed: gone !== null,
      };
    });
  }

  private async add(tasks: readonly RunTask[]): Promise<void> {
    if (tasks.length === 0) return;
    const opts: JobsOptions = {
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: BACKOFF_WALL_MS },
    };
    await this.queue.addBulk(
      tasks.map((task) => ({ name: 'run', data: task, opts: { ...opts, jobId: jobId(task.id) } })),
    );
  }

  /** Takes a result and hands it over. */
  private async fetch(id: string): Promise<void> {
    const task = this.awaited.get(id);
    if (task === undefined || this.fetching.has(id)) return;
    this.fetching.add(id);
    try {
      const files = await getResult(this.redis, id);
      if (files === null) return;
      await this.options.onFinished(task, files);
      this.awaited.delete(id);
      this.doneSeconds += task.durationSeconds;
      await releaseResult(this.redis, id);
      await this.queue.remove(jobId(id));
    } catch (error) {
      if (!(error instanceof BrokenPieceError)) throw error;
      this.options.onNotice(`the result of run ${id} is damaged (${error.message}); it is done again`);
      await dropResult(this.redis, id);
      await this.queue.remove(jobId(id));
    } finally {
      this.fetching.delete(id);
    }
  }

  private async giveUp(id: string): Promise<void> {
    const job = await this.queue.getJob(jobId(id));
    this.awaited.delete(id);
    this.failed.push({ id, reason: job?.failedReason ?? 'its job is gone' });
  }

  /** Tells Redis that this sweep is there, and the user who is working on it. */
  private async tell(): Promise<void> {
    const { version, onProgress } = this.options;
    const { name } = this;
    await announce(this.redis, 'sweep', this.presenceId, { version, name, running: {} });
    const workers = await whoIsThere(this.redis, 'worker');
    if (this.settle === null) return;
    const own = workers.filter((worker) => worker.version === version);
    this.tellOthers(workers.filter((worker) => worker.version !== version).map((worker) => worker.version));
    this.tellAlone(own.length);
    const underWay = new Map<string, number>();
    for (const { running } of own) {
      for (const [id, seconds] of Object.entries(running)) {
        const task = this.awaited.get(id);
        if (task !== undefined) underWay.set(id, Math.min(task.durationSeconds, seconds));
      }
    }
    const virtualSeconds = [...underWay.values()].reduce((sum, seconds) => sum + seconds, this.doneSeconds);
    const runs = { done: this.total - this.awaited.size, total: this.total, workers: own.length };
    onProgress({ phase: 'run', virtualSeconds, durationSeconds: this.durationSeconds, runs });
  }

  private tellOthers(versions: readonly string[]): void {
    for (const version of versions) {
      if (this.toldVersions.has(version)) continue;
      this.toldVersions.add(version);
      this.options.onNotice(
        `a worker of relaywave ${version} is there and is given none of these runs, which are of ${this.options.version}; ` +
          'install the same version on it',
      );
    }
  }

  private tellAlone(workers: number): void {
    const isAlone = workers === 0 && performance.now() - this.startedWallMs > ALONE_AFTER_WALL_MS;
    if (isAlone && !this.isAlone) {
      this.options.onNotice(`no worker is there; start some: ${callOf('worker', '--queue redis://...')}`);
    }
    this.isAlone = isAlone;
  }
}

/**
 * Has the runs done by workers; those that failed for good come back. Rejects with the signal's reason, with a
 * QueueError when Redis stays away, and with what `onFinished` rejects with.
 */
export async function runOverQueue(
  tasks: readonly RunTask[],
  options: RunQueueOptions,
): Promise<FailedRun[]> {
  return tasks.length === 0 ? [] : new RunQueue(tasks, options).run();
}
