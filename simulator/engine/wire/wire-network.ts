/** The network of a run on real relays, from its processes to its end. */

import type { ScheduledFault } from '../../population/fault-schedule.ts';
import { latencyColumns } from '../../population/latency.ts';
import type { EngineInput } from '../gossipsub/engine.ts';
import { PUBLISH_AFTER_RESTART_US } from '../gossipsub/hand-overs.ts';
import type { SharedColumns, ThreadPhase, ThreadResult } from '../gossipsub/job.ts';
import { plannedOperations } from '../gossipsub/publisher.ts';
import { linksUpUs } from '../start-plan.ts';
import type { HostCrew, HostProcess, Report } from './host-crew.ts';
import type { HostCounts, HostPlan, Lacking, RelayPlan } from './messages.ts';
import { monotonicUs } from './monotonic.ts';
import type { Placement } from './placement.ts';
import { planRelays } from './relay-plans.ts';
import { StageReplay } from './stage-replay.ts';
import { addUpCounts } from './totals.ts';
import { WireError } from './wire-error.ts';

const LOOK_EVERY_MS = 250;
/** Once its links are up, a network whose meshes stay small stands after so many heartbeats. */
const SETTLED_AFTER_HEARTBEATS = 5;
/** libp2p's streams are negotiated within ten seconds, or not at all. */
const DEAF_FOR_MS = 15_000;
/** A network that does not stand by then never will. */
const STANDS_WITHIN_MS = 120_000;
const STANDS_WITHIN_MS_PER_RELAY = 1000;
/** The start of a run is told ahead, so that every process knows it in time; publications are as well. */
const AHEAD_US = 100_000;
const PUBLISH_AHEAD_US = 300_000;
const PROGRESS_EVERY_MS = 50;
/** News of the run's end may be on their way. */
const LAST_NEWS_MS = 100;
const COUNTS_WITHIN_MS = 10_000;

export interface NetworkParts {
  readonly placement: Placement;
  /** Links of each relay. */
  readonly degrees: Uint32Array;
  readonly shared: SharedColumns;
  /** For the state of relays that are killed. */
  readonly folder: string;
  readonly crew: HostCrew;
}

export interface NetworkResult {
  readonly total: ThreadResult;
  readonly counts: readonly HostCounts[];
  /** How late links of the start were dialled at most. */
  readonly dialledLateMs: number;
}

export class WireNetwork {
  private readonly input: EngineInput;
  private readonly parts: NetworkParts;
  private readonly faults: readonly ScheduledFault[];
  private readonly replay: StageReplay;
  private readonly plans: readonly RelayPlan[];
  private readonly ports: number[];
  private readonly hostOf = new Map<number, HostProcess>();
  /** What processes have counted, by their numbers; what was told last counts. */
  private readonly counts = new Map<number, HostCounts>();
  private readonly faultEffects: number[];
  private readonly timers = new Set<NodeJS.Timeout>();
  /** How many faults keep each relay down. */
  private readonly down = new Map<number, number>();
  /** How many faults have each relay stand still. */
  private readonly still = new Map<number, number>();
  /** Publications that wait for their relay to be back, and those that it has been told of. */
  private readonly due = new Map<number, number[]>();
  private readonly told = new Map<number, { operation: number; atUs: number }[]>();
  /** When the network stood, on the monotonic clock. */
  private beganUs = 0;
  /** How late links of the start were dialled at most. */
  private dialledLateMs = 0;

  constructor(input: EngineInput, parts: NetworkParts) {
    const { population, faults = [] } = input;
    this.input = input;
    this.parts = parts;
    this.faults = faults;
    this.faultEffects = faults.map(() => 0);
    this.replay = new StageReplay({ ...input, shared: parts.shared });
    this.ports = new Array<number>(population.relays).fill(0);
    this.plans = planRelays(input, parts);
  }

  /** Runs it to its end. Rejects where the network does not come to stand. */
  async run(enter: (phase: ThreadPhase) => void): Promise<NetworkResult> {
    const { crew, placement } = this.parts;
    const hosts = placement.processes.map((relays) => this.addHost(relays));
    await Promise.all(hosts.map((host) => host.next('loaded')));
    enter('build');
    await Promise.all(hosts.map((host, index) => this.listen(host, placement.processes[index]!, null)));
    enter('connect');
    for (const host of hosts) host.send({ type: 'connect', ports: this.ports });
    const connected = await Promise.all(hosts.map((host) => host.next('connected')));
    this.dialledLateMs = Math.max(...connected.map(({ lateMs }) => lateMs));
    await this.stand();
    this.beganUs = monotonicUs() + AHEAD_US;
    for (const host of crew.processes) host.send({ type: 'begin', beganUs: this.beganUs });
    enter('run');
    this.planPublications();
    this.planFaults();
    await this.untilEnd();
    await this.collect();
    return this.result();
  }

  onReport(from: HostProcess, report: Report): void {
    if (report.type === 'counts') {
      this.counts.set(from.number, report.counts);
      return;
    }
    try {
      for (const news of report.news) this.replay.record(news);
    } catch (error) {
      this.parts.crew.failed(error);
    }
  }

  /** Nothing that was planned happens any more. */
  end(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private addHost(relays: readonly number[]): HostProcess {
    const host = this.parts.crew.add();
    for (const relay of relays) this.hostOf.set(relay, host);
    return host;
  }

  /** Gives a process its relays; resolves when they listen. */
  private async listen(host: HostProcess, relays: readonly number[], beganUs: number | null): Promise<void> {
    const { scenario, arm, releases, scoring = null, population } = this.input;
    const plan: HostPlan = {
      scenario,
      arm,
      releases: releases.map(({ request, moduleSha256, publisher, atUs }) => ({
        request,
        moduleSha256,
        publisher,
        atUs,
      })),
      scoring,
      latency: plainColumns(latencyColumns(population, scenario.network, scenario.seed)),
      advertisedBytesPerSecond: Float64Array.from(population.advertisedBytesPerSecond),
      faults: this.faults,
      relays: relays.map((relay) => ({ ...this.plans[relay]!, port: this.ports[relay]! })),
      folder: relays.some((relay) => this.parts.placement.alone.has(relay)) ? this.parts.folder : null,
      beganUs,
    };
    host.send({ type: 'host', plan });
    const { ports } = await host.next('listening');
    for (const [relay, port] of ports) this.ports[relay] = port;
  }

  /** Resolves when all links are up, all subscriptions known and the meshes made. */
  private async stand(): Promise<void> {
    const { slowdown, gossipsub, network } = this.input.scenario;
    const { Dlo, heartbeatMs } = gossipsub;
    const startMs = linksUpUs(network.startSeconds) / 1000;
    const withinMs = STANDS_WITHIN_MS + this.plans.length * STANDS_WITHIN_MS_PER_RELAY + startMs;
    const untilMs = performance.now() + withinMs;
    let linkedMs: number | null = null;
    /** Since when all links are up, though some of them are deaf. */
    let deafMs: number | null = null;
    for (;;) {
      const hosts = [...this.parts.crew.processes];
      for (const host of hosts) host.send({ type: 'look' });
      const looked = await Promise.all(hosts.map((host) => host.next('looked')));
      const lacking = looked.map((one) => one.lacking).reduce(sumOf);
      const nowMs = performance.now();
      const isLinked = lacking.links + lacking.subscriptions + lacking.meshes === 0;
      linkedMs = isLinked ? (linkedMs ?? nowMs) : null;
      if (linkedMs !== null) {
        const settled = nowMs - linkedMs >= SETTLED_AFTER_HEARTBEATS * heartbeatMs * slowdown;
        if (lacking.smallMeshes === 0 || settled) return;
      }
      deafMs = lacking.links === 0 && lacking.subscriptions > 0 ? (deafMs ?? nowMs) : null;
      if (deafMs !== null && nowMs - deafMs > DEAF_FOR_MS) {
        for (const host of hosts) host.send({ type: 'renew' });
        deafMs = null;
      }
      if (nowMs > untilMs) throw didNotStand(lacking, Dlo);
      await this.after(LOOK_EVERY_MS);
    }
  }

  private nowUs(): number {
    const { network, slowdown } = this.input.scenario;
    return network.startSeconds * 1e6 + (monotonicUs() - this.beganUs) / slowdown;
  }

  private at(timeUs: number, action: () => void): void {
    if (!Number.isFinite(timeUs)) return;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        action();
      },
      Math.max(0, ((timeUs - this.nowUs()) * this.input.scenario.slowdown) / 1000),
    );
    this.timers.add(timer);
  }

  private after(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, delayMs);
      this.timers.add(timer);
    });
  }

  private planPublications(): void {
    for (const [operation, { atUs, relay }] of plannedOperations({
      ...this.input,
      hostileModules: [],
    }).entries()) {
      this.at(atUs - PUBLISH_AHEAD_US, () => this.publish(operation, relay, atUs));
    }
  }

  private publish(operation: number, relay: number, atUs: number): void {
    if (this.isDown(relay)) {
      this.due.set(relay, [...(this.due.get(relay) ?? []), operation]);
      return;
    }
    this.told.set(relay, [...(this.told.get(relay) ?? []), { operation, atUs }]);
    this.hostOf.get(relay)!.send({ type: 'publish', operation, relay, atUs });
  }

  private isDown(relay: number): boolean {
    return (this.down.get(relay) ?? 0) > 0;
  }

  private planFaults(): void {
    for (const [index, { plan, hits, fromUs, untilUs }] of this.faults.entries()) {
      if (plan.kind === 'bandwidth') this.faultEffects[index] = hits.reduce((sum, hit) => sum + hit, 0);
      for (const relay of this.parts.placement.alone) {
        if (hits[relay] !== 1) continue;
        if (plan.kind === 'pause') {
          this.at(fromUs, () => this.pause(relay, index));
          this.at(untilUs, () => this.resume(relay));
        } else if (plan.kind === 'crash' || plan.kind === 'publisher-lost') {
          this.at(fromUs, () => void this.kill(relay, index).catch(this.parts.crew.failed));
          this.at(untilUs, () => void this.restart(relay).catch(this.parts.crew.failed));
        }
      }
    }
  }

  private pause(relay: number, index: number): void {
    if (this.isDown(relay)) return;
    this.faultEffects[index]!++;
    this.still.set(relay, (this.still.get(relay) ?? 0) + 1);
    this.hostOf.get(relay)!.signal('SIGSTOP');
    this.tellPaused();
  }

  private resume(relay: number): void {
    const left = (this.still.get(relay) ?? 0) - 1;
    if (left < 0) return; // it has been killed since
    if (left === 0) this.still.delete(relay);
    else this.still.set(relay, left);
    if (left === 0) this.hostOf.get(relay)!.signal('SIGCONT');
    this.tellPaused();
  }

  private tellPaused(): void {
    const pids = [...this.still.keys()].map((relay) => this.hostOf.get(relay)!.pid);
    for (const host of this.parts.crew.processes) host.send({ type: 'paused', pids });
  }

  private async kill(relay: number, index: number): Promise<void> {
    this.faultEffects[index]!++;
    this.down.set(relay, (this.down.get(relay) ?? 0) + 1);
    if (this.down.get(relay) !== 1) return;
    const atUs = this.nowUs();
    this.still.delete(relay);
    await this.parts.crew.kill(this.hostOf.get(relay)!);
    this.replay.killed(relay, atUs);
    const lost = (this.told.get(relay) ?? []).filter((told) => told.atUs > atUs);
    this.told.delete(relay);
    for (const { operation } of lost) this.due.set(relay, [...(this.due.get(relay) ?? []), operation]);
  }

  private async restart(relay: number): Promise<void> {
    const left = (this.down.get(relay) ?? 0) - 1;
    this.down.set(relay, left);
    if (left > 0) return;
    const host = this.addHost([relay]);
    await host.next('loaded');
    await this.listen(host, [relay], this.beganUs);
    host.send({ type: 'connect', ports: this.ports });
    await host.next('connected');
    const due = this.due.get(relay) ?? [];
    this.due.delete(relay);
    for (const operation of due) {
      this.at(this.nowUs() + PUBLISH_AFTER_RESTART_US, () => this.publish(operation, relay, this.nowUs()));
    }
  }

  /** Resolves when the run's time is over. */
  private async untilEnd(): Promise<void> {
    const endUs = this.input.scenario.durationSeconds * 1e6;
    for (let nowUs = this.nowUs(); nowUs < endUs; nowUs = this.nowUs()) {
      this.parts.shared.reachedUs[0] = Math.max(0, nowUs);
      const leftMs = ((endUs - nowUs) * this.input.scenario.slowdown) / 1000;
      await this.after(Math.min(PROGRESS_EVERY_MS, Math.ceil(leftMs)));
    }
    this.parts.shared.reachedUs[0] = endUs;
  }

  private async collect(): Promise<void> {
    this.end();
    for (const relay of [...this.still.keys()]) this.hostOf.get(relay)!.signal('SIGCONT');
    await this.after(LAST_NEWS_MS);
    const hosts = [...this.parts.crew.processes];
    const late = this.after(COUNTS_WITHIN_MS).then(() => {
      throw new WireError(
        'processes of relays do not answer when the run is over',
        'the machine is too busy: take fewer relays',
      );
    });
    late.catch(() => {});
    for (const host of hosts) host.send({ type: 'finish' });
    const counted = Promise.all(hosts.map((host) => host.next('counts')));
    const last = await Promise.race([counted, late]);
    for (const [index, { counts }] of last.entries()) this.counts.set(hosts[index]!.number, counts);
  }

  private result(): NetworkResult {
    const counts = [...this.counts.values()];
    const { recorder } = this.replay;
    const { shared } = this.parts;
    const total: ThreadResult = {
      ...addUpCounts(counts, shared),
      framesCopied: 0,
      faultEffects: this.faultEffects.map((effects, index) =>
        counts.reduce((sum, { faultEffects }) => sum + faultEffects[index]!, effects),
      ),
      onlineInTheEnd: 0,
      linkEndsInTheEnd: 0,
      eventsFired: 0,
      rolledBack: recorder.rolledBack,
      verdicts: recorder.verdicts(),
      deceivedRelays: 0,
      hostileRelayHours: 0,
      staleRelays: recorder.stale.size,
      graylistings: 0,
      attempts: {},
      haltedUs: {},
      refusals: recorder.refusals,
      traffic: null,
      sybils: null,
      violations: [],
      warnings: [],
    };
    return { total, counts, dialledLateMs: this.dialledLateMs };
  }
}

function sumOf(one: Lacking, other: Lacking): Lacking {
  return {
    links: one.links + other.links,
    subscriptions: one.subscriptions + other.subscriptions,
    meshes: one.meshes + other.meshes,
    smallMeshes: one.smallMeshes + other.smallMeshes,
  };
}

function didNotStand({ links, subscriptions, meshes, smallMeshes }: Lacking, Dlo: number): WireError {
  return new WireError(
    `the network does not come to stand: ${links} ends of links are missing, ${subscriptions} subscriptions, ` +
      `${meshes} meshes are empty and ${smallMeshes} have less than ${Dlo} relays`,
    'the machine may be too busy: take fewer relays, or run it when nothing else does',
  );
}

/** Columns that can be sent to another process: shared memory cannot. */
function plainColumns(columns: HostPlan['latency']): HostPlan['latency'] {
  if (columns.law !== 'places') return columns;
  return {
    ...columns,
    regionRttMs: columns.regionRttMs.slice(),
    country: Uint16Array.from(columns.country),
    region: Uint8Array.from(columns.region),
    extraRttMs: Float64Array.from(columns.extraRttMs),
    accessMs: Float64Array.from(columns.accessMs),
  };
}
