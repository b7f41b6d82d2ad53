/**
 * What becomes of each publication on a relay, learnt from the relay's own code.
 *
 * One relay that publishes and one that listens take every publication in turn, with the real trust client, agent and
 * slots, on a processor of virtual time. How long each of the model's relays verifies, what it passes on, and when a
 * module stands in line, is what these two have shown: the model has no opinion of its own about updates.
 */

import { readBundle } from '../../../node/channels/gossip-channel.ts';
import type { Environment, PubsubMessage, Verdict } from '../../../node/environment.ts';
import { RequestError } from '../../../node/environment.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { VerificationCache } from '../../../node/trust/verification-cache.ts';
import type { UpdateStack } from '../../../node/update-stack.ts';
import { RelayProcessor } from '../gossipsub/processor.ts';
import { type PublicationJob, Publisher, plannedOperations } from '../gossipsub/publisher.ts';
import { AT_ONCE } from '../gossipsub/relay-consent.ts';
import { relayStack, type SharedParts } from '../gossipsub/relay-stack.ts';
import type { TakenParties } from '../gossipsub/third-parties.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { passTrial } from './module-trial.ts';
import { gossiped, WATCHED_HOST, watchedEnvironment } from './watched-relay.ts';

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

/** What a publication comes to. */
export interface Scripts {
  readonly onPublisher: Script;
  readonly onOthers: Script;
}

export interface Publication extends Scripts {
  readonly atUs: number;
  readonly publisher: number;
  readonly data: Uint8Array;
}

export interface Rehearsed {
  readonly publications: readonly Publication[];
  /** Releases whose module does not survive its trial, by their place in the scenario. */
  readonly failing: readonly number[];
}

const SELF = 'self';
const OTHER = 'another';

/** Rehearses the publications of a job on relays that take third parties, or none. Rejects only if the relay's code does. */
export async function rehearse(job: PublicationJob, thirdParties: TakenParties = 'all'): Promise<Rehearsed> {
  const operations = plannedOperations(job);
  const repository = new Publisher(job, operations);
  const failing = new Set<number>();
  const newRelay = (): RehearsingRelay => new RehearsingRelay(job, repository, failing, thirdParties);
  const [publisher, listener] = [newRelay(), newRelay()];
  const publications: Publication[] = [];
  for (const [index, { atUs, relay }] of operations.entries()) {
    const data = repository.bundleOf(index);
    const onPublisher = await publisher.publish(data, atUs);
    const onOthers = await listener.hear(data, atUs);
    publications.push({ atUs, publisher: relay, data, onPublisher, onOthers });
  }
  return { publications, failing: [...failing].sort((a, b) => a - b) };
}

class RehearsingRelay {
  private readonly job: PublicationJob;
  private readonly repository: Publisher;
  private readonly failing: Set<number>;
  private readonly stack: UpdateStack;
  private readonly releaseOf: ReadonlyMap<string, number>;
  private readonly clock: VirtualClock;
  private readonly processor: RelayProcessor;
  private steps: Step[] = [];
  private refusals: string[] = [];
  private verdict: { verdict: Verdict; afterUs: number } | null = null;
  private beganUs = 0;
  private listener: (message: PubsubMessage) => void = () => {};
  private readonly hooks = new Map<string, AnyHook>();

  constructor(job: PublicationJob, repository: Publisher, failing: Set<number>, thirdParties: TakenParties) {
    this.job = job;
    this.repository = repository;
    this.failing = failing;
    this.clock = new VirtualClock(1, job.scenario.seed);
    this.processor = new RelayProcessor(this.clock, WATCHED_HOST, job.scenario.costs);
    this.releaseOf = new Map(job.releases.map(({ moduleSha256 }, release) => [moduleSha256, release]));
    this.stack = relayStack(this.sharedParts(), {
      relay: WATCHED_HOST,
      environment: this.environment(),
      thirdParties,
      activation: AT_ONCE,
      listener: {
        onTransition: (_slot, transition, reason, hash) => {
          const release = this.releaseOf.get(hash);
          const isFailure = transition === 'rolled-back' || transition === 'struck';
          if (isFailure && reason !== 'revoked' && release !== undefined) this.failing.add(release);
        },
      },
      observer: {
        onArrival: () => this.clock.nowUs,
        onHeard: ({ sha256 }, arrival) => this.step('heard', sha256, arrival as number),
        onVerified: ({ sha256 }) => this.step('verified', sha256, this.clock.nowUs),
        onStaged: () => {},
        onRefused: ({ reason }) => this.refusals.push(reason),
        onRevoked: (sha256) => this.step('revoked', sha256, this.clock.nowUs),
        onFreshness: () => {},
      },
      tellVersions: (versions) => versions,
    });
    this.clock.plan(0, new Call(WATCHED_HOST, () => this.stack.start()));
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
    const { clock, processor } = this;
    const begin = (): void => {
      this.steps = [];
      this.refusals = [];
      this.verdict = null;
      this.beganUs = atUs;
      processor.freeUs = atUs;
      arrive();
    };
    const beginsUs = Math.max(atUs, clock.nowUs);
    clock.plan(beginsUs, new Call(WATCHED_HOST, begin));
    await this.runThrough(beginsUs);
    // Alarms and the like are further off than any work; what is left of them comes with the next publication.
    while (clock.nextTimeUs <= processor.freeUs) await this.runThrough(processor.freeUs);
    const { steps, refusals } = this;
    const verdict = this.verdict as { verdict: Verdict; afterUs: number } | null;
    for (const { kind, hook } of steps)
      if (kind === 'staged') passTrial(this.stack.core, this.hooks.get(hook)!);
    return {
      steps,
      refusals,
      verdict: verdict?.verdict ?? null,
      verdictAfterUs: verdict?.afterUs ?? null,
      busyUs: processor.freeUs - atUs,
    };
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
        if (sha256 !== null) this.step('staged', sha256, this.clock.nowUs, hook.id, notBeforeMs);
      },
      onTaken: () => {},
    };
  }

  private environment(): Environment {
    return watchedEnvironment({
      clock: this.clock,
      processor: this.processor,
      peers: {
        connected: () => [],
        request: () => Promise.reject(new RequestError('unreachable', 'nobody is asked in a rehearsal')),
      },
      onSubscribe: (listener) => {
        this.listener = listener;
      },
    });
  }

  private message(data: Uint8Array, from: string): PubsubMessage {
    return gossiped(data, from, (verdict) => {
      if (from !== SELF) this.verdict = { verdict, afterUs: this.clock.nowUs - this.beganUs };
    });
  }

  /** Runs what happens up to a moment, that of the moment included, and lets it settle. */
  private async runThrough(untilUs: number): Promise<void> {
    await this.clock.runUntilByTurns(untilUs + 1, () => false);
  }

  private fail(error: unknown): void {
    this.clock.failure ??= error as Error;
  }
}
