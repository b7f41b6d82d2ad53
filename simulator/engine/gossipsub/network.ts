/**
 * The relays of one simulation thread: made, started, and brought through what happens to them.
 *
 * When they come and go is planned in life-plan.ts; what goes wrong by itself, in faults/.
 */

import assert from 'node:assert';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Environment } from '../../../node/environment.ts';
import type { SybilPlan } from '../../scenario/sybil-plan.ts';
import { InvariantWatch } from '../invariants/invariant-watch.ts';
import { checkReach, type ReachabilityParts } from '../invariants/reachability.ts';
import type { Trace } from '../trace.ts';
import { DataPlane } from '../traffic/data-plane.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import { ARRIVAL } from './arrival.ts';
import { Authority } from './authority.ts';
import { chooseStack, relayIdentities } from './choose-stack.ts';
import { FailureLog } from './components.ts';
import { FaultConditions } from './faults/conditions.ts';
import { FaultDriver } from './faults/fault-driver.ts';
import { OutsideEvent } from './faults/processes.ts';
import { RoughPath } from './faults/rough-path.ts';
import type { FrameMint } from './frame.ts';
import { Hosts } from './hosts.ts';
import { type Identity, relayAddress, UNSEEN_ADDRESS } from './identity.ts';
import type { Job } from './job.ts';
import { KnownControl } from './known-control.ts';
import { LifePlan, type PlannedRelays } from './life-plan.ts';
import { LoadCounter } from './load-counter.ts';
import { networkLinks } from './network-links.ts';
import type { SimulatedRelay } from './relay.ts';
import { RelayFactory } from './relay-factory.ts';
import type { RelayLinks } from './relay-links.ts';
import type { RouterCounters, WatchedRouter } from './router.ts';
import type { PeersParts } from './simulated-peers.ts';
import { StageRecorder } from './stage-recorder.ts';
import { crowdsAddresses, SybilCrew } from './sybils/sybil-crew.ts';
import { type ArrivalWatch, type RemoteArrivals, Transport } from './transport.ts';
import { UpdateLife } from './update-life.ts';

export class SimulatedNetwork {
  readonly transport: Transport;
  readonly recorder: StageRecorder;
  readonly failures = new FailureLog();
  readonly counters: RouterCounters = { firsts: 0, copies: 0, penalties: 0 };
  readonly load: LoadCounter;
  readonly mint: FrameMint;
  readonly updates: UpdateLife;
  readonly hosts: Hosts;
  /** Cells and circuits; null in a scenario without clients. */
  readonly dataPlane: DataPlane | null;
  /** Peers that attack gossip; null in an arm without them. */
  readonly sybils: SybilCrew | null;
  /** Authorities of this thread. */
  readonly authorities: Authority[] = [];
  private readonly job: Job;
  private readonly thread: number;
  private readonly clock: VirtualClock;
  private readonly relays: (SimulatedRelay | null)[];
  private readonly environments: (Environment | null)[];
  private readonly identities: Identity[] = [];
  private readonly addresses: Multiaddr[] = [];
  private readonly fast: boolean;
  private readonly lives: LifePlan;
  private readonly watch: InvariantWatch;
  /** Null in a run in which nothing goes wrong by itself. */
  private readonly faults: FaultDriver | null;
  /** Relays whose network is away by the plan of presence. */
  private readonly away = new Set<number>();
  private readonly started = new Set<number>();
  /** Null until the network is built. */
  private factory: RelayFactory | null = null;

  constructor(
    job: Job,
    thread: number,
    clock: VirtualClock,
    trace: Trace,
    mint: FrameMint,
    remote: RemoteArrivals | null,
  ) {
    const { population, scenario, latency } = job;
    const { relays } = population;
    this.job = job;
    this.thread = thread;
    this.clock = clock;
    this.fast = scenario.fidelity === 'fast';
    this.mint = mint;
    this.relays = new Array<SimulatedRelay | null>(relays).fill(null);
    this.environments = new Array<Environment | null>(relays).fill(null);
    this.hosts = new Hosts({
      relays,
      authorities: job.directory?.authorities ?? 0,
      sybils: job.sybils?.count ?? 0,
      latency,
      seed: scenario.seed,
      relayName: (relay) => this.identities[relay].peerId.toString(),
    });
    this.lives = new LifePlan(job);
    this.load = new LoadCounter(job.shared.load);
    this.transport = new Transport(clock, this.hosts.local, mint, trace, remote);
    this.transport.load = this.load;
    this.watch = new InvariantWatch(clock);
    this.faults = job.faults.length === 0 ? null : this.makeFaults();
    this.transport.watch = this.reachWatch();
    this.recorder = new StageRecorder(job, clock, trace, this.watch);
    this.updates = new UpdateLife(
      job,
      clock,
      this.recorder,
      this.hosts,
      this.failures.record,
      (relay) => this.faults?.conditions.skewMs(relay, clock.nowUs) ?? 0,
    );
    this.dataPlane = scenario.traffic.clients === null ? null : this.makeDataPlane(trace);
    this.sybils = job.sybils === null ? null : this.makeSybils(job.sybils);
  }

  private isLocal(host: number): boolean {
    return this.job.threadOf[host] === this.thread;
  }

  /** Makes the relays of this thread; those of other threads are known by their peer ids only. */
  async build(): Promise<void> {
    const { scenario, population } = this.job;
    const isSeen = !this.fast || scenario.stack !== 'bare' || crowdsAddresses(this.job.sybils);
    for (const identity of await relayIdentities(scenario, population.relays)) {
      this.addresses.push(isSeen ? relayAddress(this.identities.length) : UNSEEN_ADDRESS);
      this.identities.push(identity);
    }
    await this.sybils?.build(this.fast);
    const { clock, transport, hosts, failures, mint, counters, load, job, identities, addresses, faults } =
      this;
    const requests: PeersParts = { clock, transport, hosts, onError: failures.record };
    const peerOf = (index: number) => ({
      index,
      peerId: identities[index].peerId,
      address: addresses[index],
    });
    const linking = networkLinks({ job, clock, transport, hosts, faults, peerOf });
    const onBlame = this.sybils?.onBlame ?? null;
    const watched = { counters, load, failures, onBlame };
    const known = new KnownControl(clock, population.relays);
    const { seen, awake } = known;
    const stacks = await chooseStack({ job, mint, seen, transport, identities, addresses, ...watched });
    this.factory = new RelayFactory({
      job,
      clock,
      stacks,
      counters,
      load,
      identities,
      addresses,
      requests,
      linking,
      faults,
      awake,
    });
    // Faults, sybils and cells of clients look into relays, or change them, in events that are not theirs.
    const { sybils, dataPlane } = this;
    const isAlone = faults === null && sybils === null && dataPlane === null;
    if (this.fast && isAlone && scenario.stack === 'bare') known.shorten(transport, hosts.local);
    for (let index = 0; index < population.relays; index++) {
      if (this.isLocal(index) && this.lives.takesPart(index)) this.makeRelay(index);
    }
    this.buildAuthorities(requests);
    this.updates.serve(this.authorities);
    this.clock.timerGate = (timer) => {
      const relay = this.relays[timer.relay];
      if (this.faults?.processes.isLate(timer) === true) {
        relay?.sleep?.runsLate();
        return true;
      }
      return relay?.sleep?.admits(timer) ?? true;
    };
  }

  /** Makes a relay's process, the first or the one after a crash. */
  private makeRelay(index: number): void {
    assert(this.factory !== null, 'a relay is made before the network is built');
    const before = this.relays[index];
    const online = before === null && this.lives.joinsUs(index) === 0;
    const { relay, environment } = this.factory.make(index, before, online);
    this.relays[index] = relay;
    this.hosts.local[index] = relay;
    this.environments[index] = environment;
  }

  private makeDataPlane(trace: Trace): DataPlane {
    const { scenario, population, directory, releases } = this.job;
    return new DataPlane({
      clock: this.clock,
      trace,
      population,
      traffic: scenario.traffic,
      seed: scenario.seed,
      durationSeconds: scenario.durationSeconds,
      firstHost: population.relays + (directory?.authorities ?? 0) + (this.job.sybils?.count ?? 0),
      latencyUs: (a, b) => this.hosts.latencyUs(a, b),
      runtime: this.updates.runtime,
      slotsOf: (relay) => this.updates.coreOf(relay),
      modules: releases.map(({ request: { hook, binary }, moduleSha256 }) => ({
        hook,
        binary,
        sha256: moduleSha256,
      })),
      clientsTakeUpdates: true,
    });
  }

  private makeSybils(plan: SybilPlan): SybilCrew {
    const { job, clock, transport, hosts, mint, identities, addresses, relays, failures } = this;
    return new SybilCrew({
      plan,
      scenario: job.scenario,
      relays: job.population.relays,
      firstHost: job.population.relays + (job.directory?.authorities ?? 0),
      publishers: new Set(job.releases.map(({ publisher }) => publisher)),
      clock,
      transport,
      mint,
      hosts,
      identities,
      addresses,
      relayOf: (index) => relays[index] as SimulatedRelay,
      joinsUs: (relay) => this.lives.joinsUs(relay),
      onError: failures.record,
    });
  }

  private buildAuthorities(requests: PeersParts): void {
    const { directory, population } = this.job;
    if (directory === null) return;
    for (let number = 0; number < directory.authorities; number++) {
      const index = population.relays + number;
      if (!this.isLocal(index)) continue;
      const authority = new Authority(index, directory.uplinkBitsPerSecond, this.hosts, requests);
      this.authorities.push(authority);
      this.hosts.local[index] = authority;
    }
  }

  /** Schedules what relays do by plan, and then what happens to them. Every thread keeps its part. */
  plan(): void {
    const planned =
      (Event: typeof Call): PlannedRelays['planAt'] =>
      (timeUs, relay, action, detail) => {
        if (this.isLocal(relay)) this.clock.plan(timeUs, new Event(relay, action, detail));
      };
    this.lives.plan({
      planAt: planned(OutsideEvent),
      start: (relay) => this.start(relay),
      join: (relay) => this.join(relay),
      leave: (relay, ends) => this.leave(relay, ends),
      comeBack: (relay, isNew) => this.comeBack(relay, isNew),
      linksOf: (relay) => this.linksOf(relay),
    });
    this.faults?.plan();
    this.dataPlane?.planAll();
    this.sybils?.plan();
    this.updates.plan(planned(Call));
  }

  private start(index: number, isRestart = false): void {
    this.started.add(index);
    const relay = this.relays[index] as SimulatedRelay;
    const environment = this.environments[index] as Environment;
    relay
      .start()
      .then(() => {
        const life = this.faults?.processes.lifeOf(index) ?? null;
        this.updates.start(index, environment, life, isRestart);
        this.dataPlane?.relayUp(index);
      })
      .catch(this.failures.record);
  }

  /** A late relay starts, and makes its links. */
  private join(index: number): void {
    this.start(index);
    this.linksOf(index).comeOnline();
    this.sybils?.relayUp(index);
    this.updates.setOnline(index, true);
  }

  /** Relays of this thread that are up, and the ends of links that they have. */
  countLinkEnds(): { onlineInTheEnd: number; linkEndsInTheEnd: number } {
    const online = this.relays.filter((relay) => relay?.online === true);
    const ends = online.reduce((sum, relay) => sum + (relay?.connections.size ?? 0), 0);
    return { onlineInTheEnd: online.length, linkEndsInTheEnd: ends };
  }

  /** Pairs of an honest relay of this thread and a peer that it has shut out. */
  countGraylistings(): number {
    const { hostileRelays } = this.job;
    return this.relays.reduce((count, relay, index) => {
      if (relay === null || hostileRelays.has(index)) return count;
      return count + (relay.router as WatchedRouter).shutOut.size;
    }, 0);
  }

  /** The relay's links go down; where its process ends too, so does what it had in memory. */
  private leave(index: number, ends: boolean): void {
    this.away.add(index);
    if (this.faults?.isDown(index) === true) return;
    this.linksOf(index).goOffline();
    this.dataPlane?.relayDown(index, false);
    this.updates.setOnline(index, false);
    if (!ends) return;
    this.updates.close(index);
    (this.relays[index] as SimulatedRelay).halt().catch(this.failures.record);
  }

  private comeBack(index: number, isNew: boolean): void {
    this.away.delete(index);
    if (this.faults?.isDown(index) === true) return;
    if (isNew) {
      this.faults?.processes.replace(index);
      this.restart(index);
      return;
    }
    this.linksOf(index).comeOnline();
    this.sybils?.relayUp(index);
    this.dataPlane?.relayUp(index);
    this.updates.setOnline(index, true);
  }

  get faultEffects(): readonly number[] {
    return this.faults?.effects ?? [];
  }

  private makeFaults(): FaultDriver {
    const { clock, job, transport, hosts } = this;
    const { scenario, population, releases } = job;
    const modules = new Set(releases.map(({ moduleSha256 }) => moduleSha256));
    const conditions = new FaultConditions(job.faults);
    const driver = new FaultDriver({
      clock,
      conditions,
      seed: scenario.seed,
      isRelease: (sha256) => modules.has(sha256),
      network: {
        relays: population.relays,
        isLocal: (relay) => this.isLocal(relay),
        hasStarted: (relay) => this.started.has(relay),
        crash: (relay) => this.crash(relay),
        restart: (relay) => this.restart(relay),
        wake: (relay) => this.relays[relay]?.sleep?.wakeAll(),
        dropLinks: (relay, isLost) => this.relays[relay]?.links.drop(isLost) ?? 0,
        clockSet: (relay) => this.updates.clockSet(relay),
      },
    });
    transport.path = new RoughPath({
      conditions,
      seed: scenario.seed,
      hosts: hosts.local.length,
      nowUs: () => clock.nowUs,
      latencyUs: (from, to) => hosts.latencyUs(from, to),
      hold: transport.hold,
      copy: transport.copy,
      happened: driver.happened,
    });
    return driver;
  }

  private crash(index: number): void {
    const relay = this.relays[index] as SimulatedRelay;
    relay.crash();
    this.dataPlane?.relayDown(index, false);
    this.updates.stop(index);
    this.recorder.stopped(index);
  }

  private restart(index: number): void {
    this.makeRelay(index);
    this.start(index, true);
    if (this.away.has(index)) return;
    this.linksOf(index).comeOnline();
    this.updates.setOnline(index, true);
  }

  /** Checks whatever is about to be taken by a host of this thread; null where nobody is ever away or cut off. */
  private reachWatch(): ArrivalWatch | null {
    const { presence, churn, sybils } = this.job;
    if (this.faults === null && presence === null && churn === null && sybils === null) return null;
    const parts: ReachabilityParts = {
      watch: this.watch,
      nowUs: () => this.clock.nowUs,
      isCut: (from, to, nowUs) => this.faults?.conditions.cut(from, to, nowUs) != null,
      isGone: (host) => this.hosts.local[host]?.online !== true || this.faults?.isDown(host) === true,
    };
    return ({ from, relay, what }) => checkReach(parts, from, relay, what === ARRIVAL.dial);
  }

  private linksOf(relay: number): RelayLinks {
    return (this.relays[relay] as SimulatedRelay).links;
  }
}
