/**
 * The updates of a run on one thread: the developers who publish, the relays that take, and who attacks them.
 *
 * Relays are made when they start. A publication reaches the network through one relay: by gossip where the arm has
 * that, else by that relay's taking it from the developers; authorities serve it with the next consensus.
 */

import { readBundle, rememberingReader, UPDATE_TOPIC } from '../../../node/channels/gossip-channel.ts';
import { SyncServer } from '../../../node/channels/sync-server.ts';
import type { RelayCore } from '../../../node/core.ts';
import type { Environment } from '../../../node/environment.ts';
import { catalogue } from '../../../node/hooks/catalogue/catalogue.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import type { TransitionListener } from '../../../node/hooks/transition.ts';
import { MemoryTrustStore } from '../../../node/trust/trust-store.ts';
import { VerificationCache } from '../../../node/trust/verification-cache.ts';
import type { UpdateStack } from '../../../node/update-stack.ts';
import { ReportCollector } from '../../../node/updates/report-collector.ts';
import type { StageObserver } from '../../../node/updates/stage-observer.ts';
import { MemoryStore } from '../../../node/updates/store.ts';
import { TrialReporter } from '../../../node/updates/trial-report.ts';
import type { Stage } from '../../measure/outcome.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import { arsenalOf } from './adversary/arsenal-of.ts';
import { type Attempts, HostileRelay } from './adversary/hostile-relay.ts';
import type { Authority } from './authority.ts';
import { CircuitContacts, circuitsPerSecond } from './circuit-contacts.ts';
import type { RelayStores } from './faults/relay-disk.ts';
import { HandOvers, once } from './hand-overs.ts';
import { CellsArrive, HookTraffic } from './hook-traffic.ts';
import type { Hosts } from './hosts.ts';
import type { Job } from './job.ts';
import { ConsensusSource, type Operation, Publisher, plannedOperations } from './publisher.ts';
import { AT_ONCE, RelayConsent } from './relay-consent.ts';
import { relayStack, type SharedParts } from './relay-stack.ts';
import { ROLLOUT_CHECK_SECONDS, RolloutDriver } from './rollout-driver.ts';
import { QUIET_OBSERVER, type StageRecorder } from './stage-recorder.ts';
import { thirdPartiesOf } from './third-parties.ts';

/** A hand-over that came to nothing leaves the two relays apart, and they may meet again after so long. */
export const HANDOVER_US = 30_000_000;

/** A process of a relay that may crash. */
export interface ProcessLife {
  readonly stores: RelayStores;
  readonly isAlive: () => boolean;
  readonly observer: (observer: StageObserver) => StageObserver;
  /** Told when an update has reached a step here: the process may die of it. */
  readonly reached: (step: Stage, sha256: string) => void;
}

export class UpdateLife {
  readonly attempts: Attempts = {};
  readonly haltedUs: Record<number, number> = {};
  private readonly job: Job;
  private readonly clock: VirtualClock;
  private readonly recorder: StageRecorder;
  private readonly hosts: Hosts;
  private readonly onError: (error: unknown) => void;
  private readonly operations: readonly Operation[];
  private readonly publisher: Publisher;
  private readonly traffic: HookTraffic;
  private readonly shared: SharedParts;
  private readonly stacks: (UpdateStack | null)[];
  /** Of relays whose process may crash: the present one, or the last. */
  private readonly lives = new Map<number, ProcessLife>();
  private readonly environments: (Environment | null)[];
  /** What relays keep over a restart, under churn. */
  private readonly stores = new Map<number, RelayStores>();
  private readonly hostile: HostileRelay | null;
  private readonly contacts: CircuitContacts | null;
  private readonly drivers = new Map<number, RolloutDriver>();
  private readonly consent: RelayConsent | null;
  /** Whether gossip is over: what happens to a relay from then on, it keeps to itself. */
  private isOver = false;
  private readonly handOvers: HandOvers;

  constructor(
    job: Job,
    clock: VirtualClock,
    recorder: StageRecorder,
    hosts: Hosts,
    onError: (error: unknown) => void,
    skewMs: (relay: number) => number,
  ) {
    const { scenario, arm, population, releases } = job;
    const { relays } = population;
    const fast = scenario.fidelity === 'fast';
    this.job = job;
    this.clock = clock;
    this.recorder = recorder;
    this.hosts = hosts;
    this.onError = onError;
    this.operations = plannedOperations(job);
    this.publisher = new Publisher(job, this.operations);
    this.traffic = new HookTraffic(job, clock, {
      isRunning: (relay, core) => this.stacks[relay]?.core === core,
      skewMs,
      isAlone: slotsAreAlone(job),
    });
    this.stacks = new Array<UpdateStack | null>(relays).fill(null);
    this.environments = new Array<Environment | null>(relays).fill(null);
    this.handOvers = new HandOvers({
      job,
      clock,
      // A process that dies does so in the middle of an event, and its stack goes with the next.
      stackOf: (relay) => (this.lives.get(relay)?.isAlive() === false ? null : this.stacks[relay]),
      environmentOf: (relay) => this.environments[relay],
      newest: () => this.publisher.newest(clock.nowUs),
      onError,
    });
    const arsenal = arsenalOf(job, recorder.watch);
    const attacks = scenario.adversary?.attacks ?? [];
    this.hostile =
      arsenal === null
        ? null
        : new HostileRelay({
            attacks,
            arsenal,
            attempts: this.attempts,
            nowUs: () => clock.nowUs,
            topic: UPDATE_TOPIC,
          });
    this.consent = job.policies === null ? null : new RelayConsent(job, job.policies);
    this.contacts = arm.channels.includes('circuit') ? this.meetings() : null;
    const members = job.policies?.embeds.reduce((sum, one) => sum + one, 0) ?? relays;
    releases.forEach((release, index) => {
      const { rollout } = scenario.updates[index];
      if (rollout !== null) this.drivers.set(index, new RolloutDriver(index, release, rollout, members));
    });
    this.shared = {
      arm,
      firstRoot: this.publisher.firstRoot,
      // Modules wait for a time by the clock of the relay that they are on.
      runtime: new HookRuntime({ clock: { nowMs: () => clock.nowMs() + skewMs(clock.currentRelay) } }),
      cache: new VerificationCache(),
      readBundle: fast ? rememberingReader() : readBundle,
      binaries: new Map(),
      authorities: hosts.authorityNames,
      onStaged: (relay, core, hook, notBeforeMs) => this.traffic.expectCells(relay, core, hook, notBeforeMs),
      onTaken: (relay) => this.noteState(relay),
    };
  }

  /** Makes the relay's stack and starts it; its router is up. */
  start(relay: number, environment: Environment, life: ProcessLife | null, isRestart: boolean): void {
    const isHostile = this.job.hostileRelays.has(relay);
    const hostile = isHostile ? this.hostile : null;
    const own =
      hostile === null ? environment : { ...environment, pubsub: hostile.pubsub(environment.pubsub) };
    const reporter = this.reporterOf(relay, own);
    const stack = relayStack(this.shared, {
      relay,
      environment: own,
      thirdParties: thirdPartiesOf(this.job, relay),
      activation: this.consent?.of(relay) ?? AT_ONCE,
      observer: isHostile
        ? QUIET_OBSERVER
        : (life?.observer(this.recorder.observerOf(relay)) ?? this.recorder.observerOf(relay)),
      stores: life?.stores ?? this.storesOf(relay),
      tellVersions: (versions) => hostile?.versions(versions) ?? versions,
      listener: {
        onTransition: (slot, transition, reason, hash, atMs) => {
          if (transition === 'rolled-back') this.traffic.rolledBack(relay, slot.hook);
          if (isHostile || life?.isAlive() === false) return;
          this.recorder.transition(slot, transition, reason, hash);
          if (transition === 'activated') life?.reached('activated', hash);
          if (life?.isAlive() === false) return;
          if (!this.isOver) reporter?.onTransition(slot, transition, reason, hash, atMs);
        },
      },
    });
    this.stacks[relay] = stack;
    if (life !== null) this.lives.set(relay, life);
    this.environments[relay] = own;
    this.collect(relay, own);
    stack.start();
    hostile?.start(environment);
    this.noteState(relay);
    if (isRestart) this.goOn(relay, stack.core);
  }

  /** The relay's process ends in good order. */
  close(relay: number): void {
    this.stacks[relay]?.stop();
    this.recorder.ended(relay);
    this.stop(relay);
  }

  /** Null without churn: then relays that keep everything in memory lose nothing. */
  private storesOf(relay: number): RelayStores | null {
    if (this.job.churn === null) return null;
    let stores = this.stores.get(relay);
    if (stores === undefined) {
      stores = { trust: new MemoryTrustStore(), updates: new MemoryStore(this.shared.binaries) };
      this.stores.set(relay, stores);
    }
    return stores;
  }

  /** The relay's process has died. */
  stop(relay: number): void {
    this.stacks[relay] = null;
    this.environments[relay] = null;
    this.contacts?.setOnline(relay, false);
  }

  /** A module that was in line, or on trial, when the relay stopped is tried again: cells must come to it. */
  private goOn(relay: number, core: RelayCore): void {
    const hooks = [...new Set(this.job.releases.map(({ request }) => request.hook))];
    const running = hooks.flatMap((id) => core.host.activeOf(id) ?? []);
    if (!this.job.hostileRelays.has(relay)) this.recorder.restarted(relay, running);
    this.expectCells(relay, core, () => true);
    this.handOvers.restarted(relay);
  }

  /**
   * The relay's clock has been set: modules that wait for a time have longer to wait now, or less, or none, and what had
   * expired by it may be fresh.
   */
  clockSet(relay: number): void {
    const core = this.coreOf(relay);
    if (core !== null) this.expectCells(relay, core, (notBeforeMs) => notBeforeMs > 0);
    this.handOvers.restock(relay);
  }

  /** Cells come to the modules in line that may run from such a time on. */
  private expectCells(relay: number, core: RelayCore, isMeant: (notBeforeMs: number) => boolean): void {
    for (const [id] of core.host.pending()) {
      const hook = catalogue.get(id) as AnyHook;
      const notBeforeMs = core.slot(hook).pendingNotBeforeMs ?? 0;
      if (isMeant(notBeforeMs)) this.traffic.expectCells(relay, core, hook, notBeforeMs);
    }
  }

  /** Authorities of this thread begin to serve. */
  serve(authorities: readonly Authority[]): void {
    const { arm } = this.job;
    const source = new ConsensusSource(
      this.publisher,
      arm.directory.intervalSeconds * 1e6,
      () => this.clock.nowUs,
    );
    for (const { peers } of authorities) new SyncServer(source, this.clock).start(peers);
  }

  /** The core of a relay that has started; null before. */
  coreOf(relay: number): RelayCore | null {
    return this.stacks[relay]?.core ?? null;
  }

  /** What all hooks of this thread run on. */
  get runtime(): HookRuntime {
    return this.shared.runtime;
  }

  /**
   * Ends gossip: of all that waits, only cells still reach the hooks that modules wait at. What operators let their
   * relays do later can then be carried through to its end, trials included, at the cost of those relays alone.
   */
  endGossip(): void {
    this.isOver = true;
    this.clock.forgetAllBut((event) => event instanceof CellsArrive);
  }

  setOnline(relay: number, online: boolean): void {
    this.contacts?.setOnline(relay, online);
  }

  /** Schedules what the developers do, by the relay that carries it into the network. */
  plan(planAt: (timeUs: number, relay: number, action: () => void) => void): void {
    this.operations.forEach(({ atUs, relay }, index) => {
      planAt(atUs, relay, () => this.handOvers.publish(relay, () => this.publisher.handOver(index)));
    });
    const everyUs = ROLLOUT_CHECK_SECONDS * 1e6;
    for (const [release, driver] of this.drivers) {
      const { atUs, publisher } = this.job.releases[release];
      const check = (): void => {
        const { nowUs } = this.clock;
        if (this.publisher.isRevoked(release)) return; // nothing is left to decide
        const act = driver.decide(nowUs);
        if (act?.kind === 'revoke') this.haltedUs[release] = nowUs;
        if (act !== null)
          this.handOvers.publish(
            publisher,
            once(() => this.publisher.carryOut(act, nowUs)),
          );
        this.clock.schedule(nowUs + everyUs, new Call(publisher, check));
      };
      planAt(atUs + everyUs, publisher, check);
    }
  }

  private meetings(): CircuitContacts {
    const { scenario, arm, population } = this.job;
    return new CircuitContacts({
      clock: this.clock,
      consensusWeight: population.consensusWeight,
      circuitsPerSecond: circuitsPerSecond(arm.circuit, population.relays),
      seed: scenario.seed,
      onCircuit: (relay, peer) => this.meet(relay, peer),
    });
  }

  /** Two relays in different states meet; they count as equal until the hand-over is over. */
  private meet(relay: number, peer: number): void {
    const [one, other] = [this.stacks[relay], this.stacks[peer]];
    if (one?.circuits == null || other === null) return;
    const [mine, theirs] = [one, other].map(stateOf);
    this.contacts?.setState(mine < theirs ? relay : peer, Math.max(mine, theirs));
    one.circuits.onCircuit(this.hosts.nameOf(peer)).catch(this.onError);
    const later = (host: number): void =>
      this.clock.schedule(this.clock.nowUs + HANDOVER_US, new Call(host, () => this.noteState(host)));
    later(mine < theirs ? relay : peer);
  }

  private noteState(relay: number): void {
    const stack = this.stacks[relay];
    if (stack !== null) this.contacts?.setState(relay, stateOf(stack));
  }

  /** The relay that a staged rollout is published through collects the reports about it. */
  private collect(relay: number, { peers }: Environment): void {
    const drivers = [...this.drivers].filter(([release]) => this.job.releases[release].publisher === relay);
    if (drivers.length === 0) return;
    const collector = new ReportCollector((report, from) => {
      for (const [, driver] of drivers) driver.hear(report, from);
    });
    for (const [release] of drivers) collector.watch(this.job.releases[release].moduleSha256);
    collector.start(peers);
  }

  /** Reports the trials of modules that are let out in steps to the relay that they are published through. */
  private reporterOf(relay: number, environment: Environment): TransitionListener | null {
    if (this.drivers.size === 0) return null;
    const reporters = new Map<string, TrialReporter>();
    for (const release of this.drivers.keys()) {
      const { moduleSha256, publisher } = this.job.releases[release];
      if (publisher === relay) continue; // it knows by itself
      const collector = this.hosts.nameOf(publisher);
      reporters.set(moduleSha256, new TrialReporter({ environment, collector }));
    }
    return {
      onTransition: (slot, transition, reason, hash) =>
        reporters.get(hash)?.onTransition(slot, transition, reason, hash),
    };
  }
}

/** What relays that meet have: the version of the timestamp, and less where some of what it stands for is missing. */
function stateOf({ client }: UpdateStack): number {
  const { timestamp } = client.versions();
  return client.isIncomplete() ? timestamp - 0.5 : timestamp;
}

/** Whether nothing comes to the slots of relays but their updates and the cells that try these, on the fast path. */
function slotsAreAlone({ scenario, policies, faults }: Job): boolean {
  return (
    scenario.fidelity === 'fast' &&
    policies === null &&
    faults.length === 0 &&
    scenario.traffic.clients === null
  );
}
