/**
 * The gossipsub engine as its caller sees it: a scenario in, stage times and costs out.
 *
 * The simulation itself runs in worker threads, whose globals are virtual; this thread keeps real time,
 * reports progress, and can stop the run.
 */

import { Worker } from 'node:worker_threads';
import type { ArmProgress } from '../../arms/arm-progress.ts';
import type { RunOptions } from '../../arms/run-contract.ts';
import type { Churn } from '../../population/churn.ts';
import type { ScheduledFault } from '../../population/fault-schedule.ts';
import { latencyColumns } from '../../population/latency.ts';
import type { Population, Topology } from '../../population/population.ts';
import type { Presence } from '../../population/presence.ts';
import type { LiveArm, Scenario } from '../../scenario/scenario.ts';
import type { SybilPlan } from '../../scenario/sybil-plan.ts';
import { InvariantError } from '../invariants/violation.ts';
import { Trace } from '../trace.ts';
import { trafficHosts } from '../traffic/traffic-hosts.ts';
import { bundleThread } from './bundle.mjs';
import { type AuthorityPlan, placesBeside } from './hosts.ts';
import {
  CONTROL,
  type EnteredPhase,
  type HostileRelease,
  type Job,
  type RelayPolicies,
  type Release,
  type SharedColumns,
  sharedColumns,
  type ThreadMessage,
  type ThreadPhase,
  type ThreadResult,
} from './job.ts';
import { type KeptThreads, PROCESS_THREADS } from './kept-threads.ts';
import { type MailboxMemory, mailboxMemory } from './mailbox.ts';
import { choosePartition } from './partition.ts';
import { PhaseProgress } from './phase-progress.ts';
import type { ScoringOptions } from './router.ts';
import type { ThreadJob } from './thread-run.ts';
import { settleThreads } from './thread-settings.ts';

/**
 * Room for short-lived objects between two collections, three times what V8 fills before it collects. With 32, which comes
 * to twice as much of it, tor7500 takes 30 MiB more and no less processor time.
 */
const YOUNG_GENERATION_MB = 24;

/**
 * Hosts up to which a network is handed to a thread that has run others: the arms after the first find their code
 * compiled. In larger ones that is a small part, and what a thread holds on to a large one.
 */
const SMALL_NETWORK_HOSTS = 2000;

export interface EngineResult {
  readonly shared: SharedColumns;
  /** Null where no second run gives the same: in real time. */
  readonly traceHash: string | null;
  readonly threads: number;
  /** Sums over the threads. */
  readonly total: ThreadResult;
  /** Real time until the last thread left each phase. */
  readonly phasesWallMs: Readonly<Record<ThreadPhase, number>>;
}

export interface EngineInput {
  readonly scenario: Scenario;
  readonly population: Population;
  readonly topology: Topology;
  readonly releases: readonly Release[];
  readonly arm: LiveArm;
  /** Relays of the adversary's; none when left out. */
  readonly hostileRelays?: ReadonlySet<number>;
  readonly hostileModules?: readonly (HostileRelease | null)[];
  /** How routers score their peers; js-libp2p's defaults when left out. */
  readonly scoring?: ScoringOptions | null;
  /** Who joins late or goes away; when left out, every relay is there all the time. */
  readonly presence?: Presence | null;
  /** Peers beside the relays that attack gossip, on one thread only; none when left out. */
  readonly sybils?: SybilPlan | null;
  /** Lives of all relays, in the place of `presence`; null without churn. */
  readonly churn?: Churn | null;
  /** What operators let their relays do; when left out, all take part and switch at once. */
  readonly policies?: RelayPolicies | null;
  /** Authorities that relays can ask; none when left out. */
  readonly directory?: AuthorityPlan | null;
  /** What goes wrong by itself; nothing when left out. */
  readonly faults?: readonly ScheduledFault[];
  /** Whether relays ask others that they have no link to: such a network runs on one thread. */
  readonly asksAnybody?: boolean;
  /** How the columns that the threads share are told to who watches the run; nobody watches when left out. */
  readonly progressOf?: (shared: SharedColumns) => ArmProgress;
}

/** Runs the scenario's network; rejects with the signal's reason when stopped. */
export async function runGossipsub(input: EngineInput, options: RunOptions): Promise<EngineResult> {
  const { scenario, arm, population, topology, releases } = input;
  const { hostileRelays = new Set<number>(), hostileModules = [] } = input;
  const { scoring = null, presence = null, churn = null, policies = null } = input;
  const { directory = null, asksAnybody = false, faults = [], sybils = null } = input;
  const { signal } = options;
  signal?.throwIfAborted();
  const { relays } = population;
  const { seed, network } = scenario;
  const latency = latencyColumns(population, network, seed);
  const authorities = directory?.authorities ?? 0;
  const partition = choosePartition(scenario, topology, {
    places: placesBeside(authorities, sybils?.count ?? 0, relays, seed),
    latency,
    asksAnybody: asksAnybody || sybils !== null,
    relays,
    linksAnybody: churn !== null,
  });
  const { threads, threadOf, lookAheadUs, largestShare } = partition;
  const others = authorities + (sybils?.count ?? 0) + trafficHosts(scenario.traffic);
  const hosts = relays + others;
  const shared = sharedColumns(relays, others, releases.length, threads);
  const job: Job = {
    scenario,
    arm,
    hostileRelays,
    hostileModules,
    population,
    topology,
    latency,
    scoring,
    presence,
    sybils,
    churn,
    policies,
    directory,
    faults,
    releases,
    threads,
    threadOf,
    shared,
  };
  const mailboxes = Array.from({ length: threads }, (_unused, from) =>
    Array.from({ length: threads }, (_other, to): MailboxMemory | null =>
      from === to ? null : mailboxMemory(),
    ),
  );
  const entry = new URL('./thread.ts', import.meta.url);
  // Threads that wait for each other are the run's own.
  const isHandedOn = threads === 1 && hosts <= SMALL_NETWORK_HOSTS;
  const kept = isHandedOn ? (options.keptThreads ?? PROCESS_THREADS) : null;
  const file = await (kept === null ? bundleThread(entry) : kept.file(entry));
  signal?.throwIfAborted();

  const watched = input.progressOf?.(shared);
  const progress = new PhaseProgress(shared, threads, scenario.durationSeconds, options, watched);
  settleThreads(relays * largestShare);
  const crew = new Crew(shared, hosts, kept);
  const stop = (): void => crew.stop(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const results = await crew.run(
      Array.from(
        { length: threads },
        (_unused, thread): ThreadJob => ({ job, thread, mailboxes, lookAheadUs }),
      ),
      file,
      (thread, { phase, eventsFired }) => progress.enter(thread, phase, eventsFired),
    );
    const phasesWallMs = progress.phasesWallMs();
    const total = addUp(results);
    progress.ended(total.eventsFired);
    return {
      shared,
      traceHash: new Trace(shared.traceWords).digest(),
      threads,
      total,
      phasesWallMs,
    };
  } finally {
    signal?.removeEventListener('abort', stop);
    progress.stop();
    await crew.dismiss();
  }
}

/** The workers of one run: all finish, or all are stopped. */
class Crew {
  private readonly shared: SharedColumns;
  private readonly hosts: number;
  private readonly kept: KeptThreads | null;
  private readonly workers: Worker[] = [];
  private isDone = false;
  private fail: (reason: unknown) => void = () => {};

  constructor(shared: SharedColumns, hosts: number, kept: KeptThreads | null) {
    this.shared = shared;
    this.hosts = hosts;
    this.kept = kept;
  }

  run(
    jobs: readonly ThreadJob[],
    file: string,
    onPhase: (thread: number, entered: EnteredPhase) => void,
  ): Promise<ThreadResult[]> {
    return new Promise((resolve, reject) => {
      const results: ThreadResult[] = [];
      this.fail = reject;
      for (const threadJob of jobs) {
        const worker = this.hire(threadJob, file);
        this.workers.push(worker);
        worker.on('error', reject);
        worker.on('exit', (code) => {
          if (results[threadJob.thread] !== undefined) return;
          reject(new Error(`simulation thread ${threadJob.thread} ended early (code ${code})`));
        });
        worker.on('message', (message: ThreadMessage) => {
          if (message.type === 'phase') {
            onPhase(threadJob.thread, message);
            return;
          }
          if (message.type === 'violated') {
            reject(new InvariantError(message.violation, threadJob.job.scenario.seed));
            return;
          }
          results[threadJob.thread] = message.result;
          this.isDone = results.filter(Boolean).length === jobs.length;
          if (this.isDone) resolve(results);
        });
      }
    });
  }

  /** A thread that waits for its next job, or a new one. */
  private hire(threadJob: ThreadJob, file: string): Worker {
    const { kept } = this;
    const waiting = kept?.take() ?? null;
    waiting?.postMessage(threadJob);
    return (
      waiting ??
      new Worker(file, {
        workerData: kept === null ? threadJob : { ...threadJob, isKept: true },
        execArgv: ['--enable-source-maps'],
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB, maxOldGenerationSizeMb: 16_384 },
      })
    );
  }

  stop(reason: unknown): void {
    this.fail(reason);
  }

  async dismiss(): Promise<void> {
    const { kept } = this;
    if (kept !== null && this.isDone) {
      await Promise.all(this.workers.map((worker) => kept.keep(worker, this.hosts)));
      return;
    }
    Atomics.store(this.shared.control, CONTROL.stop, 1);
    Atomics.notify(this.shared.control, CONTROL.barrierRound);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function addUp(results: readonly ThreadResult[]): ThreadResult {
  const sum = (pick: (result: ThreadResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  return {
    framesSent: sum((result) => result.framesSent),
    framesDelivered: sum((result) => result.framesDelivered),
    framesDropped: sum((result) => result.framesDropped),
    framesInFlight: sum((result) => result.framesInFlight),
    framesCopied: sum((result) => result.framesCopied),
    faultEffects: (results[0]?.faultEffects ?? []).map((_count, fault) =>
      sum((result) => result.faultEffects[fault] ?? 0),
    ),
    bytesSent: sum((result) => result.bytesSent),
    bytesByKind: addUpCounts(results.map((result) => result.bytesByKind)) as ThreadResult['bytesByKind'],
    onlineInTheEnd: sum((result) => result.onlineInTheEnd),
    linkEndsInTheEnd: sum((result) => result.linkEndsInTheEnd),
    copies: sum((result) => result.copies),
    penalties: sum((result) => result.penalties),
    firsts: sum((result) => result.firsts),
    eventsFired: sum((result) => result.eventsFired),
    rolledBack: sum((result) => result.rolledBack),
    verdicts: (results[0]?.verdicts ?? []).map((_verdicts, release) => ({
      rolledBack: sum((result) => result.verdicts[release]?.rolledBack ?? 0),
      confirmed: sum((result) => result.verdicts[release]?.confirmed ?? 0),
      kept: sum((result) => result.verdicts[release]?.kept ?? 0),
    })),
    deceivedRelays: sum((result) => result.deceivedRelays),
    hostileRelayHours: sum((result) => result.hostileRelayHours),
    staleRelays: sum((result) => result.staleRelays),
    graylistings: sum((result) => result.graylistings),
    attempts: addUpCounts(results.map((result) => result.attempts)),
    haltedUs: Object.assign({}, ...results.map((result) => result.haltedUs)),
    refusals: addUpCounts(results.map((result) => result.refusals)),
    // Arms with traffic or sybils run on one thread.
    traffic: results.find(({ traffic }) => traffic !== null)?.traffic ?? null,
    sybils: results.find(({ sybils }) => sybils !== null)?.sybils ?? null,
    violations: results.flatMap((result) => result.violations),
    warnings: [...new Set(results.flatMap((result) => result.warnings))],
  };
}

function addUpCounts(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const each of counts) {
    for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
