/** Takes one thread's share of a run from building to the end of virtual time. */

import { Trace } from '../trace.ts';
import { findDrain, type VirtualClock } from '../virtual-clock.ts';
import { atNextWallTurn } from '../wall.ts';
import { Barrier } from './barrier.ts';
import { FrameMint } from './frame.ts';
import type { Job, ThreadPhase, ThreadResult } from './job.ts';
import { Inbox, type MailboxMemory, Outbox } from './mailbox.ts';
import { SimulatedNetwork } from './network.ts';
import type { RemoteArrivals } from './transport.ts';
import { Windows } from './windows.ts';

/** What a worker is started with. */
export interface ThreadJob {
  readonly job: Job;
  readonly thread: number;
  /** `mailboxes[from][to]`; null where from is to. */
  readonly mailboxes: readonly (readonly (MailboxMemory | null)[])[];
  /** Shortest latency of a link between two threads. */
  readonly lookAheadUs: number;
  /** Whether further jobs will come, as messages, when this one is done. */
  readonly isKept?: boolean;
}

const NO_DRAIN =
  'this Node has no process._tickCallback that works: draining promises by turns of the event loop, some thirty times slower';

/** Runs the thread; rejects when the run was stopped. */
export async function runThread(
  threadJob: ThreadJob,
  clock: VirtualClock,
  enter: (phase: ThreadPhase, eventsFired: number) => void,
): Promise<ThreadResult> {
  const { job, thread, mailboxes, lookAheadUs } = threadJob;
  const { shared, threads } = job;
  enter('build', 0);
  const mint = new FrameMint(job.scenario.fidelity === 'fast');
  const others = Array.from({ length: threads }, (_unused, other) => other).filter(
    (other) => other !== thread,
  );
  const outboxes = others.map((other) => new Outbox(mailboxes[thread][other] as MailboxMemory));
  const inboxes = others.map((other) => new Inbox(mailboxes[other][thread] as MailboxMemory, mint));
  const remote: RemoteArrivals | null =
    threads === 1
      ? null
      : {
          send: (timeUs, rank, kind, from, to, detail, frame) =>
            outboxes[others.indexOf(job.threadOf[to])].post({ timeUs, rank, kind, from, to, detail, frame }),
        };
  const network = new SimulatedNetwork(job, thread, clock, new Trace(shared.traceWords), mint, remote);
  await network.build();
  network.plan();

  const barrier = new Barrier(shared.control, threads);
  const neighbours = threads === 1 ? null : { thread, threads, lookAheadUs, barrier, outboxes, inboxes };
  const windows = new Windows(clock, network.transport, shared, neighbours);
  const drain = await findDrain();
  const interrupted = (): boolean => {
    shared.reachedUs[thread] = clock.nowUs;
    return windows.stopped;
  };
  const runUntil = (endUs: number): Promise<void> =>
    drain === null
      ? runByTurns(clock, windows, endUs, interrupted)
      : fromEventLoop(() => runDraining(clock, windows, endUs, drain, interrupted));
  const firstReleaseUs = Math.min(...job.releases.map(({ atUs }) => atUs));
  const endUs = job.scenario.durationSeconds * 1e6;
  enter('connect', clock.eventsFired);
  await runUntil(firstReleaseUs);
  enter('run', clock.eventsFired);
  await runUntil(endUs);
  if (windows.stopped) throw new Error('stopped');
  const result = resultOf(network, clock, drain === null ? [NO_DRAIN] : []);
  if (job.policies === null) return result;
  const { untilUs } = job.policies;
  const isStopped = (): boolean => windows.stopped;
  network.updates.endGossip();
  await (drain === null
    ? clock.runUntilByTurns(untilUs, isStopped)
    : fromEventLoop(() => clock.runUntil(untilUs, drain, isStopped)));
  if (windows.stopped) throw new Error('stopped');
  return { ...result, ...afterGossip(network, clock) };
}

/** What operators' later doings have changed. Hours of hostile modules are those within the run. */
function afterGossip(
  { recorder, failures }: SimulatedNetwork,
  { eventsFired }: VirtualClock,
): Partial<ThreadResult> {
  const failed = failures.failures.map((failure) => `a router failed: ${failure}`);
  return {
    eventsFired,
    rolledBack: recorder.rolledBack,
    verdicts: recorder.verdicts(),
    deceivedRelays: recorder.deceived.size,
    violations: failed,
  };
}

function runDraining(
  clock: VirtualClock,
  windows: Windows,
  endUs: number,
  drain: () => void,
  interrupted: () => boolean,
): void {
  for (const windowEndUs of windows.until(endUs)) {
    clock.runUntil(windowEndUs, drain, interrupted);
    interrupted();
  }
}

async function runByTurns(
  clock: VirtualClock,
  windows: Windows,
  endUs: number,
  interrupted: () => boolean,
): Promise<void> {
  for (const windowEndUs of windows.until(endUs)) {
    await clock.runUntilByTurns(windowEndUs, interrupted);
    interrupted();
  }
}

/** Draining works only from a turn of the event loop, not from inside a promise. */
function fromEventLoop(task: () => void): Promise<void> {
  return new Promise((resolve, reject) =>
    atNextWallTurn(() => {
      try {
        task();
        resolve();
      } catch (error) {
        reject(error);
      }
    }),
  );
}

function resultOf(network: SimulatedNetwork, clock: VirtualClock, warnings: readonly string[]): ThreadResult {
  const { counters } = network.transport;
  const failures = network.failures.failures.map((failure) => `a router failed: ${failure}`);
  return {
    ...counters,
    framesInFlight: network.transport.countInFlight(),
    faultEffects: network.faultEffects,
    ...network.counters,
    bytesByKind: network.load.bytesByKind(),
    ...network.countLinkEnds(),
    eventsFired: clock.eventsFired,
    rolledBack: network.recorder.rolledBack,
    verdicts: network.recorder.verdicts(),
    deceivedRelays: network.recorder.deceived.size,
    hostileRelayHours: network.recorder.hostileRelayHours(),
    staleRelays: network.recorder.stale.size,
    graylistings: network.countGraylistings(),
    attempts: network.updates.attempts,
    haltedUs: network.updates.haltedUs,
    refusals: network.recorder.refusals,
    traffic: network.dataPlane?.result() ?? null,
    sybils: network.sybils?.result() ?? null,
    violations: failures,
    warnings,
  };
}
