/**
 * Simulation threads that take one run after the other, for arms, runs and seeds of small networks.
 *
 * Starting a thread and loading libp2p costs some ten times what a network of thirty relays does. What a run comes to
 * does not depend on the thread's earlier ones: each has a clock, random streams and relays of its own, and a test
 * holds equal traces against those of new threads. A run that failed or was stopped takes its thread with it.
 */

import type { Worker } from 'node:worker_threads';
import { bundleThread } from './bundle.mjs';

/**
 * Hosts of all its runs after which a thread is replaced: what compiled modules and code leave behind must not add up.
 */
const HOSTS_MAX = 10_000;

export class KeptThreads {
  private readonly idle: Worker[] = [];
  private readonly hosts = new Map<Worker, number>();
  private bundle: Promise<string> | null = null;

  /** The bundle that threads are started from: made once. */
  file(entry: URL): Promise<string> {
    this.bundle ??= bundleThread(entry);
    return this.bundle;
  }

  /** New threads, to be kept apart from these, of the same code: also when files have changed since it was bundled. */
  apart(): KeptThreads {
    const others = new KeptThreads();
    others.bundle = this.bundle;
    return others;
  }

  /** A thread that waits for its next job; null where a new one has to be started. */
  take(): Worker | null {
    const worker = this.idle.pop() ?? null;
    worker?.ref();
    return worker;
  }

  /** Takes a thread back whose run, of so many hosts, is over and sound. A thread that waits holds no process up. */
  async keep(worker: Worker, hosts: number): Promise<void> {
    worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
    const total = (this.hosts.get(worker) ?? 0) + hosts;
    this.hosts.set(worker, total);
    if (total < HOSTS_MAX) {
      worker.unref();
      this.idle.push(worker);
    } else {
      this.hosts.delete(worker);
      await worker.terminate();
    }
  }

  /** Ends the threads that wait; to be called when no run is under way. */
  async close(): Promise<void> {
    await Promise.all(this.idle.splice(0).map((worker) => worker.terminate()));
    this.hosts.clear();
  }
}

/** Those of this process, for whoever brings none. */
export const PROCESS_THREADS = new KeptThreads();
