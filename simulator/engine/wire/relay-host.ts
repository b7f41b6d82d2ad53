/** A process of relays: starts them, links them, and carries out what the command's process says. */

import { rmSync } from 'node:fs';
import type { Multiaddr } from '@multiformats/multiaddr';
import { readBundle, rememberingReader } from '../../../node/channels/gossip-channel.ts';
import { systemCode } from '../../../node/daemon/daemon-error.ts';
import { createLog } from '../../../node/daemon/log.ts';
import { catalogue } from '../../../node/hooks/catalogue/catalogue.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { VerificationCache } from '../../../node/trust/verification-cache.ts';
import { BYTE_KINDS } from '../../measure/load-result.ts';
import { pairLatency } from '../../population/pair-latency.ts';
import { FaultConditions } from '../gossipsub/faults/conditions.ts';
import { HookTraffic } from '../gossipsub/hook-traffic.ts';
import { type Operation, Publisher, plannedOperations } from '../gossipsub/publisher.ts';
import { Call } from '../virtual-clock.ts';
import { Deadlines } from './deadlines.ts';
import { dialAll } from './dial-pace.ts';
import { folderState, memoryState } from './memory-state.ts';
import type { FromHost, HostCounts, HostPlan, Lacking, RelayNews, ToHost } from './messages.ts';
import { RunClock } from './run-clock.ts';
import { type HostParts, WireRelay } from './wire-relay.ts';

/** News wait so long for others, so that telling them costs little. */
const TELL_EVERY_MS = 25;

export class RelayHost {
  private readonly plan: HostPlan;
  private readonly send: (message: FromHost) => void;
  private readonly deadlines = new Deadlines();
  private readonly clock: RunClock;
  private readonly relays = new Map<number, WireRelay>();
  private readonly operations: readonly Operation[];
  private readonly publisher: Publisher;
  private readonly faultEffects: number[];
  /** The relay at each port. */
  private readonly relayAtPort = new Map<number, number>();
  private news: RelayNews[] = [];
  private telling: NodeJS.Timeout | null = null;

  constructor(plan: HostPlan, send: (message: FromHost) => void) {
    this.plan = plan;
    this.send = send;
    this.clock = new RunClock(this.deadlines, plan.scenario.network.startSeconds * 1e6);
    const job = { ...plan, hostileModules: [] };
    this.operations = plannedOperations(job);
    this.publisher = new Publisher(job, this.operations);
    this.faultEffects = plan.faults.map(() => 0);
    if (plan.beganUs !== null) this.clock.begin(plan.beganUs, plan.scenario.slowdown);
  }

  /** Starts the relays; they listen then. */
  async start(): Promise<void> {
    const { plan, clock } = this;
    const { scenario } = plan;
    const isShared = scenario.fidelity === 'fast';
    const running = (relay: number, core: unknown): boolean =>
      this.relays.get(relay)?.daemon.stack.core === core;
    const { oneWayUs } = pairLatency(plan.latency);
    const host: HostParts = {
      plan,
      clock,
      deadlines: this.deadlines,
      traffic: new HookTraffic(
        { scenario, policies: null, population: { advertisedBytesPerSecond: plan.advertisedBytesPerSecond } },
        clock,
        { isRunning: running, skewMs: () => 0, isAlone: false },
      ),
      conditions: plan.faults.length === 0 ? null : new FaultConditions(plan.faults),
      firstRoot: this.publisher.firstRoot,
      runtime: new HookRuntime({ clock }),
      cache: isShared ? new VerificationCache() : null,
      readBundle: isShared ? rememberingReader() : readBundle,
      latencyUs: oneWayUs,
      relayAt: (address) => this.relayAt(address),
      log: createLog('fatal', 'json', () => {}),
      tell: (news) => this.tell(news),
      happened: (fault) => {
        this.faultEffects[fault]!++;
      },
    };
    const pool = new Map<string, Uint8Array>();
    for (const relay of plan.relays) {
      const { seed } = scenario;
      const state =
        relay.stateFolder === null
          ? memoryState(relay.relay, seed, pool)
          : await folderState(relay.relay, seed, relay.stateFolder);
      const started = await WireRelay.start(relay, state, host);
      this.relays.set(relay.relay, started);
      if (plan.beganUs !== null) this.goOn(started, host);
    }
    this.send({ type: 'listening', ports: [...this.relays].map(([relay, { port }]) => [relay, port]) });
  }

  onMessage(message: ToHost): void {
    switch (message.type) {
      case 'connect':
        this.connect(message.ports).then(
          (lateMs) => this.send({ type: 'connected', lateMs }),
          (error: unknown) => this.fail(error),
        );
        return;
      case 'look':
        this.send({ type: 'looked', lacking: this.lacking() });
        return;
      case 'renew':
        for (const relay of this.relays.values())
          relay.renewDeafLinks().catch((error: unknown) => this.fail(error));
        return;
      case 'begin':
        this.clock.begin(message.beganUs, this.plan.scenario.slowdown);
        return;
      case 'publish':
        this.planPublication(message.operation, message.relay, message.atUs);
        return;
      case 'finish':
        this.flush();
        this.send({ type: 'counts', counts: this.counts(), isLast: true });
        return;
      default:
    }
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.send({ type: 'failed', message, code: codeOf(error) });
  }

  /** The command is gone: nobody will ask for what is in the folder. */
  abandon(): void {
    const { folder } = this.plan;
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }

  /**
   * Relays dial those that the topology has them dial, at the times of the plan or as soon after as the machine can;
   * resolves with how late that was at most.
   */
  private connect(ports: readonly number[]): Promise<number> {
    for (const [relay, port] of ports.entries()) this.relayAtPort.set(port, relay);
    const dials = [...this.relays.values()].flatMap(({ plan, daemon }) =>
      plan.dials.map(({ peer, atMs }) => ({
        // A relay that comes back makes its links at once.
        atMs: this.plan.beganUs === null ? atMs : 0,
        dial: () => daemon.keepPeer(`/ip4/127.0.0.1/tcp/${ports[peer]}`),
      })),
    );
    return dialAll(dials);
  }

  private relayAt(address: Multiaddr): number {
    const [, port] = /\/tcp\/(\d+)/.exec(address.toString()) ?? [];
    const relay = this.relayAtPort.get(Number(port));
    if (relay === undefined) throw new Error(`no relay of this run listens at ${address}`);
    return relay;
  }

  private lacking(): Lacking {
    const sum = { links: 0, subscriptions: 0, meshes: 0, smallMeshes: 0 };
    for (const relay of this.relays.values()) {
      const own = relay.lacking(this.plan.scenario.gossipsub.Dlo);
      sum.links += own.links;
      sum.subscriptions += own.subscriptions;
      sum.meshes += own.meshes;
      sum.smallMeshes += own.smallMeshes;
    }
    return sum;
  }

  private planPublication(operation: number, index: number, atUs: number): void {
    const relay = this.relays.get(index);
    if (relay === undefined) throw new Error(`relay ${index} is not of this process`);
    const { channels } = this.plan.arm;
    const publish = (): void => {
      relay
        .publish(
          this.publisher,
          this.publisher.bundleOf(operation),
          channels.includes('gossip') ? 'gossip' : 'catch-up',
        )
        .catch((error: unknown) => this.fail(error));
    };
    this.clock.schedule(atUs, new Call(index, publish));
  }

  /** A relay is back: cells come to what was in line or on trial when it was killed. */
  private goOn({ plan: { relay }, daemon }: WireRelay, { traffic, clock }: HostParts): void {
    const { core } = daemon.stack;
    const hooks = new Set(this.plan.releases.map(({ request }) => request.hook));
    const running = [...hooks].flatMap((id) => core.host.activeOf(id) ?? []);
    this.tell({ kind: 'restarted', relay, running, atUs: clock.nowUs });
    for (const [id] of core.host.pending()) {
      const hook = catalogue.get(id) as AnyHook;
      traffic.expectCells(relay, core, hook, core.slot(hook).pendingNotBeforeMs ?? 0);
    }
  }

  private tell(news: RelayNews): void {
    this.news.push(news);
    // A process of one relay may be killed at any moment.
    if (this.plan.relays.length === 1) this.flush();
    else this.telling ??= setTimeout(() => this.flush(), TELL_EVERY_MS);
  }

  private flush(): void {
    if (this.telling !== null) clearTimeout(this.telling);
    this.telling = null;
    if (this.news.length === 0) return;
    this.send({ type: 'news', news: this.news });
    this.news = [];
  }

  private counts(): HostCounts {
    const relays = [...this.relays.values()];
    const sum = (pick: (relay: WireRelay) => number): number =>
      relays.reduce((total, relay) => total + pick(relay), 0);
    return {
      framesSent: sum(({ counts }) => counts.framesSent),
      framesReceived: sum(({ counts }) => counts.framesReceived),
      penalties: sum(({ counts }) => counts.penalties),
      byKind: BYTE_KINDS.map((_kind, index) => sum(({ counts }) => counts.byKind[index]!)),
      relays: relays.map((relay) => relay.totals()),
      faultEffects: this.faultEffects,
      latenessMs: [...this.deadlines.latenessMs],
    };
  }
}

/** The code of a system error, however deep it lies. */
function codeOf(error: unknown): string | null {
  const [code] = /\b(EMFILE|ENFILE|EADDRINUSE|EADDRNOTAVAIL|ENOSPC|ENOMEM)\b/.exec(String(error)) ?? [];
  return systemCode(error) ?? code ?? null;
}
