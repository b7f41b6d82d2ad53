/**
 * What becomes of each publication on a relay, learnt from the relay's own code.
 *
 * One relay that publishes and one that listens take every publication in turn, with the real trust client, agent and
 * slots, on a processor of virtual time. How long each of the model's relays verifies, what it passes on, and when a
 * module stands in line, is what these two have shown: the model has no opinion of its own about updates.
 */

import { createHash } from 'node:crypto';
import { readBundle } from '../../../node/channels/gossip-channel.ts';
import type { Environment, PubsubMessage, Timer, Verdict } from '../../../node/environment.ts';
import { RequestError } from '../../../node/environment.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { VerificationCache } from '../../../node/trust/verification-cache.ts';
import type { UpdateStack } from '../../../node/update-stack.ts';
import { ordinaryCell } from '../gossipsub/hook-traffic.ts';
import { workUs } from '../gossipsub/processor.ts';
import { type PublicationJob, Publisher, plannedOperations } from '../gossipsub/publisher.ts';
import { AT_ONCE } from '../gossipsub/relay-consent.ts';
import { relayStack, type SharedParts } from '../gossipsub/relay-stack.ts';
import { EPOCH_MS } from '../virtual-clock.ts';
import { atNextWallTurn } from '../wall.ts';

/** A stage that a release reaches on a relay, so long after the publication has arrived there. */
export interface Step {
  readonly kind: 'heard' | 'verified' | 'staged' | 'revoked';
  readonly release: number;
  readonly afterUs: number;
  /** Of a staged module: the time from which on it may run, by the relay's clock; 0 for at once. */
  readonly notBeforeMs: number;
  /** The hook of a staged module, and the calls after which it has passed its trial. */
  readonly hook: string;
  readonly trialCells: number;
}

/** What one relay does with one publication. */
export interface Script {
  readonly steps: readonly Step[];
  /** When the router is told whether to pass it on; null if it never is. */
  readonly verdictAfterUs: number | null;
  readonly verdict: Verdict | null;
  /** For so long its processor is busy with it. */
  readonly busyUs: number;
  readonly refusals: readonly string[];
}

export interface Publication {
  readonly atUs: number;
  readonly publisher: number;
  readonly data: Uint8Array;
  readonly onPublisher: Script;
  readonly onOthers: Script;
}

export interface Rehearsed {
  readonly publications: readonly Publication[];
  /** Releases whose module does not survive its trial, by their place in the scenario. */
  readonly failing: readonly number[];
}

const SELF = 'self';
const OTHER = 'another';

/** Rehearses the publications of a job. Rejects only if the relay's code does. */
export async function rehearse(job: PublicationJob): Promise<Rehearsed> {
  const operations = plannedOperations(job);
  const repository = new Publisher(job, operations);
  const failing = new Set<number>();
  const publisher = new RehearsingRelay(job, repository, failing);
  const listener = new RehearsingRelay(job, repository, failing);
  const publications: Publication[] = [];
  for (const [index, { atUs, relay }] of operations.entries()) {
    const data = repository.bundleOf(index);
    const onPublisher = await publisher.publish(data, atUs);
    const onOthers = await listener.hear(data, atUs);
    publications.push({ atUs, publisher: relay, data, onPublisher, onOthers });
  }
  return { publications, failing: [...failing].sort((a, b) => a - b) };
}

interface Due {
  readonly atUs: number;
  readonly action: () => void;
}

/** Enough cells for the trial of any module of the catalogue to end. */
const TRIAL_CELLS = 5_000;

class RehearsingRelay {
  private readonly job: PublicationJob;
  private readonly repository: Publisher;
  private readonly failing: Set<number>;
  private readonly stack: UpdateStack;
  private readonly releaseOf: ReadonlyMap<string, number>;
  private nowUs = 0;
  private processorFreeUs = 0;
  private due: Due[] = [];
  private steps: Step[] = [];
  private refusals: string[] = [];
  private verdict: { verdict: Verdict; afterUs: number } | null = null;
  private beganUs = 0;
  private listener: (message: PubsubMessage) => void = () => {};
  private readonly hooks = new Map<string, AnyHook>();
  private failure: unknown = null;

  constructor(job: PublicationJob, repository: Publisher, failing: Set<number>) {
    this.job = job;
    this.repository = repository;
    this.failing = failing;
    this.releaseOf = new Map(job.releases.map(({ moduleSha256 }, release) => [moduleSha256, release]));
    this.stack = relayStack(this.sharedParts(), {
      relay: 0,
      environment: this.environment(),
      thirdParties: 'all',
      activation: AT_ONCE,
      listener: {
        onTransition: (_slot, transition, reason, hash) => {
          const release = this.releaseOf.get(hash);
          const isFailure = transition === 'rolled-back' || transition === 'struck';
          if (isFailure && reason !== 'revoked' && release !== undefined) this.failing.add(release);
        },
      },
      observer: {
        onArrival: () => this.nowUs,
        onHeard: ({ sha256 }, arrival) => this.step('heard', sha256, arrival as number),
        onVerified: ({ sha256 }) => this.step('verified', sha256, this.nowUs),
        onStaged: () => {},
        onRefused: ({ reason }) => this.refusals.push(reason),
        onRevoked: (sha256) => this.step('revoked', sha256, this.nowUs),
        onFreshness: () => {},
      },
      tellVersions: (versions) => versions,
    });
    this.stack.start();
  }

  /** As the relay that carries a publication into the network: it is given all files, and hears itself. */
  publish(data: Uint8Array, atUs: number): Promise<Script> {
    return this.take(atUs, () => {
      this.stack
        .take({ channel: 'gossip', source: this.repository, peer: null })
        .catch((error: unknown) => this.fail(error));
      this.listener(this.message(data, SELF));
    });
  }

  hear(data: Uint8Array, atUs: number): Promise<Script> {
    return this.take(atUs, () => this.listener(this.message(data, OTHER)));
  }

  private async take(atUs: number, arrive: () => void): Promise<Script> {
    await this.runUntil(atUs);
    this.steps = [];
    this.refusals = [];
    this.verdict = null;
    this.beganUs = atUs;
    this.processorFreeUs = atUs;
    arrive();
    await settled();
    // Alarms and the like are further off than any work; what is left of them comes with the next publication.
    while (this.due.some(({ atUs: dueUs }) => dueUs <= this.processorFreeUs))
      await this.runUntil(this.processorFreeUs);
    const { steps, refusals } = this;
    const verdict = this.verdict as { verdict: Verdict; afterUs: number } | null;
    this.tryModules(steps);
    return {
      steps,
      refusals,
      verdict: verdict?.verdict ?? null,
      verdictAfterUs: verdict?.afterUs ?? null,
      busyUs: this.processorFreeUs - atUs,
    };
  }

  /** Cells reach what has been staged, so that the next publication finds it in service. */
  private tryModules(steps: readonly Step[]): void {
    for (const { kind, hook } of steps) {
      if (kind !== 'staged') continue;
      const slot = this.stack.core.slot(this.hooks.get(hook)!);
      const args = ordinaryCell(this.hooks.get(hook)!);
      for (let cell = 0; cell < TRIAL_CELLS && slot.phase !== 'confirmed'; cell++) slot.call(...(args as []));
    }
  }

  private step(kind: Step['kind'], sha256: string, atUs: number, hook = '', notBeforeMs = 0): void {
    const release = this.releaseOf.get(sha256);
    if (release === undefined) return;
    const trialCells = this.hooks.get(hook)?.confirmAfter ?? 0;
    this.steps.push({ kind, release, afterUs: atUs - this.beganUs, hook, notBeforeMs, trialCells });
  }

  private sharedParts(): SharedParts {
    return {
      arm: this.job.arm,
      firstRoot: this.repository.firstRoot,
      // A module that waits for its time is tried at once here: the wait is in its script.
      runtime: new HookRuntime({ clock: { nowMs: () => Number.MAX_SAFE_INTEGER } }),
      cache: new VerificationCache(),
      readBundle,
      binaries: new Map(),
      authorities: [],
      onStaged: (_relay, core, hook, notBeforeMs) => {
        this.hooks.set(hook.id, hook);
        const sha256 = core.slot(hook).pendingHash;
        if (sha256 !== null) this.step('staged', sha256, this.nowUs, hook.id, notBeforeMs);
      },
      onTaken: () => {},
    };
  }

  private environment(): Environment {
    return {
      clock: { nowMs: () => EPOCH_MS + Math.floor(this.nowUs / 1000) },
      timers: { after: (delayMs, action) => this.after(Math.round(delayMs * 1000), action) },
      random: { uniform: () => 0.5 },
      pubsub: {
        subscribe: (_topic, listener) => {
          this.listener = listener;
        },
        publish: () => Promise.resolve(),
      },
      peers: {
        connected: () => [],
        onConnect: () => {},
        request: () => Promise.reject(new RequestError('unreachable', 'nobody is asked in a rehearsal')),
        serve: () => {},
      },
      processor: {
        work: (work, done) => {
          const startsUs = Math.max(this.processorFreeUs, this.nowUs);
          this.processorFreeUs = startsUs + Math.ceil(workUs(this.job.scenario.costs, work));
          this.due.push({ atUs: this.processorFreeUs, action: done });
        },
      },
    };
  }

  private after(delayUs: number, action: () => void): Timer {
    const due = { atUs: this.nowUs + delayUs, action };
    this.due.push(due);
    return {
      cancel: () => {
        this.due = this.due.filter((other) => other !== due);
      },
    };
  }

  private message(data: Uint8Array, from: string): PubsubMessage {
    return {
      topic: '',
      from,
      data,
      id: createHash('sha256').update(data).digest('hex'),
      report: (verdict) => {
        if (from !== SELF) this.verdict = { verdict, afterUs: this.nowUs - this.beganUs };
      },
    };
  }

  private async runUntil(untilUs: number): Promise<void> {
    for (;;) {
      await settled();
      let next: Due | null = null;
      for (const due of this.due)
        if (due.atUs <= untilUs && !(next !== null && next.atUs <= due.atUs)) next = due;
      if (next === null) break;
      const { atUs, action } = next;
      this.due = this.due.filter((due) => due !== next);
      this.nowUs = Math.max(this.nowUs, atUs);
      action();
    }
    this.nowUs = Math.max(this.nowUs, untilUs);
    if (this.failure !== null) throw this.failure;
  }

  private fail(error: unknown): void {
    this.failure ??= error;
  }
}

/** Lets everything run that waits for nothing but promises. */
function settled(): Promise<void> {
  return new Promise((resolve) => atNextWallTurn(resolve));
}
