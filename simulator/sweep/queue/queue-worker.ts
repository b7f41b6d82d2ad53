/**
 * The worker's side of a queue: takes runs, does them in threads, and puts their results into Redis.
 *
 * A worker may vanish at any moment. Its lock on a run is renewed while it lives, and when it is silent for the takeover
 * time, another worker takes the run. A run whose result is there already is not done again.
 */

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { makeFolders } from '../../../node/make-folders.ts';
import { infeasibility, type Machine, memoryEstimateBytes } from '../../scenario/feasibility.ts';
import { scenarioFromText } from '../../scenario/load.ts';
import { MemoryGate } from '../memory-gate.ts';
import { RunStore } from '../run-store.ts';
import type { RunTask } from '../run-task.ts';
import { TaskError } from '../task-error.ts';
import type { TaskPool } from '../task-pool.ts';
import type { QueueConnection } from './connection.ts';
import { announce, whoIsThere, withdraw } from './presence.ts';
import { QUEUE_PREFIX, queueName, taskSchema } from './queue-keys.ts';
import { getInput, hasResult, putResult } from './queued-results.ts';

/** A run that takes its worker down with it, every time, is given up after as many. */
const TAKEOVERS_MOST = 5;
const TELL_WALL_MS = 2000;
const CLOSE_WALL_MS = 10_000;

export interface QueueWorkerOptions {
  readonly connection: QueueConnection;
  readonly version: string;
  readonly pool: TaskPool;
  readonly machine: Machine;
  /** Runs at a time. */
  readonly concurrency: number;
  /** After so long a silence, another worker takes a run over. */
  readonly takeoverWallMs: number;
  /** Ends when there was nothing to do for so long; null: never. */
  readonly idleWallMs: number | null;
  readonly signal: AbortSignal;
  readonly onNotice: (line: string) => void;
}

class QueueWorker {
  private readonly options: QueueWorkerOptions;
  private readonly home = mkdtempSync(join(tmpdir(), 'relaywave-worker-'));
  private readonly gate: MemoryGate;
  private readonly id = randomUUID();
  private readonly name = `${hostname()}:${process.pid}`;
  private readonly running = new Map<string, number>();
  private readonly inputs = new Set<string>();
  private readonly toldVersions = new Set<string>();
  private readonly stop: AbortSignal;
  private busyUntilWallMs = performance.now();
  private done = 0;

  constructor(options: QueueWorkerOptions) {
    this.options = options;
    this.gate = new MemoryGate(options.machine.availableBytes);
    this.stop = AbortSignal.any([options.signal, options.connection.lost]);
  }

  private get redis() {
    return this.options.connection.redis;
  }

  /** Works until it is stopped; how many runs it did. */
  async run(): Promise<number> {
    const { version, concurrency, takeoverWallMs, idleWallMs } = this.options;
    const worker = new Worker<RunTask, number>(queueName(version), (job, token) => this.perform(job, token), {
      connection: this.redis,
      prefix: QUEUE_PREFIX,
      name: this.name,
      concurrency,
      lockDuration: takeoverWallMs,
      stalledInterval: takeoverWallMs,
      maxStalledCount: TAKEOVERS_MOST,
      // Seconds that one request for work lasts; and how soon it is repeated after the connection broke.
      drainDelay: 2,
      runRetryDelay: 1000,
    });
    // The connection tells by itself when it breaks; a lock that was lost is another worker's now.
    worker.on('error', () => {});
    worker.on('stalled', (job) => this.options.onNotice(`${job} was left by its worker; it is taken over`));
    worker.on('failed', (job, error) => {
      this.options.onNotice(`${job?.id ?? 'a run'} failed: ${error.message}`);
    });
    const timers: NodeJS.Timeout[] = [];
    let onAbort = (): void => {};
    try {
      await new Promise<void>((resolve, reject) => {
        onAbort = () => reject(this.stop.reason);
        this.stop.addEventListener('abort', onAbort, { once: true });
        if (this.stop.aborted) return onAbort();
        const tell = (): void => {
          this.tell().catch(() => {});
          if (this.running.size > 0) this.busyUntilWallMs = performance.now();
          if (idleWallMs !== null && performance.now() - this.busyUntilWallMs > idleWallMs) resolve();
        };
        timers.push(setInterval(tell, Math.min(TELL_WALL_MS, idleWallMs ?? TELL_WALL_MS)));
        tell();
      });
    } finally {
      this.stop.removeEventListener('abort', onAbort);
      for (const timer of timers) clearInterval(timer);
      await this.leave(worker);
    }
    return this.done;
  }

  /** Gives back what is under way and says goodbye; bounded, since Redis may be away. */
  private async leave(worker: Worker): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WALL_MS);
    });
    const leaving = async (): Promise<void> => {
      if (!this.options.connection.lost.aborted) await withdraw(this.redis, 'worker', this.id);
      await worker.close(this.options.connection.lost.aborted);
    };
    await Promise.race([leaving().catch(() => undefined), tooLate]);
    clearTimeout(timer);
    rmSync(this.home, { recursive: true, force: true });
  }

  private async perform(job: Job<RunTask, number>, token: string | undefined): Promise<number> {
    const parsed = taskSchema.safeParse(job.data);
    if (!parsed.success) throw new UnrecoverableError('it is no run');
    const task = parsed.data;
    this.busyUntilWallMs = performance.now();
    this.running.set(task.id, 0);
    try {
      if (await hasResult(this.redis, task.id)) return 0;
      const bytes = await this.performTask(task);
      this.done++;
      this.options.onNotice(`${job.id} done`);
      return bytes;
    } catch (error) {
      if (this.stop.aborted) {
        // Others need not wait until this one is missed.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (error instanceof TaskError) throw new UnrecoverableError(error.message);
      throw error;
    } finally {
      this.running.delete(task.id);
      this.busyUntilWallMs = performance.now();
    }
  }

  private async performTask(task: RunTask): Promise<number> {
    const { pool, machine, version } = this.options;
    if (task.version !== version) {
      throw new TaskError('refused', `it is of relaywave ${task.version}, and this worker is ${version}`);
    }
    for (const name of task.inputs) await this.keepInput(name);
    const file = join(this.home, 'runs', task.id, 'scenario.resolved.yaml');
    const { scenario } = scenarioFromText(file, task.text);
    const refusal = infeasibility(scenario, machine);
    if (refusal !== null) throw new Error(`${this.name}: ${refusal.message}`);
    const { network, engine, stack } = scenario;
    const giveBack = await this.gate.take(memoryEstimateBytes(network.relays, network.degree, engine, stack));
    try {
      this.stop.throwIfAborted();
      const { files } = await pool.perform(task, this.home, {
        signal: this.stop,
        onProgress: ({ virtualSeconds }) => {
          const before = this.running.get(task.id);
          if (before !== undefined) this.running.set(task.id, Math.max(before, virtualSeconds));
        },
      });
      return await putResult(this.redis, task.id, files);
    } finally {
      giveBack();
    }
  }

  /** Fetches a file that a scenario names, once. */
  private async keepInput(name: string): Promise<void> {
    if (this.inputs.has(name)) return;
    const target = new RunStore(this.home).inputPath(name);
    const bytes = await getInput(this.redis, name);
    makeFolders(join(this.home, 'inputs'));
    const partial = `${target}.partial-${randomUUID()}`;
    await writeFile(partial, bytes);
    await rename(partial, target);
    this.inputs.add(name);
  }

  private async tell(): Promise<void> {
    const { version } = this.options;
    const running = Object.fromEntries(this.running);
    await announce(this.redis, 'worker', this.id, { version, name: this.name, running });
    for (const sweep of await whoIsThere(this.redis, 'sweep')) {
      if (sweep.version === version || this.toldVersions.has(sweep.version)) continue;
      this.toldVersions.add(sweep.version);
      this.options.onNotice(
        `refused: the sweep of ${sweep.name} is of relaywave ${sweep.version}, and this worker is ${version}; ` +
          'their results would not mix, so install the same version on both',
      );
    }
  }
}

/**
 * Works on a queue until nothing was to do for the idle time; how many runs it did. Rejects with the signal's reason
 * when stopped, after giving back what it had, and with a QueueError when Redis stays away.
 */
export async function workOnQueue(options: QueueWorkerOptions): Promise<number> {
  return new QueueWorker(options).run();
}
