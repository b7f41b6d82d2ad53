/** One relay of a run: what `npm run node` runs, in the surroundings of the run. */

import type { Multiaddr } from '@multiformats/multiaddr';
import type { BundleReader } from '../../../node/channels/gossip-channel.ts';
import { UPDATE_TOPIC } from '../../../node/channels/gossip-channel.ts';
import type { ValidatingGossipSub } from '../../../node/channels/gossipsub-pubsub.ts';
import { PING_EVERY_MS, type RouterMaker } from '../../../node/daemon/libp2p-node.ts';
import type { Logger } from '../../../node/daemon/log.ts';
import { realProcessor } from '../../../node/daemon/real-time.ts';
import { RelayDaemon } from '../../../node/daemon/relay-daemon.ts';
import type { RelayState } from '../../../node/daemon/state-folder.ts';
import type { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import type { Fetcher } from '../../../node/trust/fetcher.ts';
import type { VerificationCache } from '../../../node/trust/verification-cache.ts';
import type { FaultConditions } from '../gossipsub/faults/conditions.ts';
import type { HookTraffic } from '../gossipsub/hook-traffic.ts';
import { countedRouter, noCounts, type RelayCounts } from './counted-router.ts';
import type { Deadlines } from './deadlines.ts';
import type { HostPlan, Lacking, RelayNews, RelayPlan, RelayTotals } from './messages.ts';
import { RelayLine } from './relay-line.ts';
import type { RunClock } from './run-clock.ts';
import { shapedTcp } from './shaped-transport.ts';
import { WaitingProcessor } from './waiting-processor.ts';

/** What the relays of one process share. */
export interface HostParts {
  readonly plan: HostPlan;
  readonly clock: RunClock;
  readonly deadlines: Deadlines;
  readonly traffic: HookTraffic;
  readonly conditions: FaultConditions | null;
  readonly firstRoot: Uint8Array;
  readonly runtime: HookRuntime;
  /** Null where every relay checks all signatures itself. */
  readonly cache: VerificationCache | null;
  readonly readBundle: BundleReader;
  readonly latencyUs: (one: number, other: number) => number;
  readonly relayAt: (address: Multiaddr) => number;
  readonly log: Logger;
  readonly tell: (news: RelayNews) => void;
  readonly happened: (fault: number) => void;
}

export class WireRelay {
  readonly plan: RelayPlan;
  readonly counts: RelayCounts;
  readonly line: RelayLine;
  readonly daemon: RelayDaemon;
  private readonly router: ValidatingGossipSub;

  private constructor(
    plan: RelayPlan,
    counts: RelayCounts,
    line: RelayLine,
    daemon: RelayDaemon,
    router: ValidatingGossipSub,
  ) {
    this.plan = plan;
    this.counts = counts;
    this.line = line;
    this.daemon = daemon;
    this.router = router;
  }

  /** Starts a relay that listens. */
  static async start(plan: RelayPlan, state: RelayState, host: HostParts): Promise<WireRelay> {
    const { relay } = plan;
    const { scenario, arm, scoring } = host.plan;
    const { clock, deadlines, traffic, tell } = host;
    const counts = noCounts();
    const line = new RelayLine({
      relay,
      uplinkBitsPerSecond: plan.uplinkBitsPerSecond,
      latencyUs: (peer) => host.latencyUs(relay, peer),
      deadlines,
      clock,
      conditions: host.conditions,
      happened: host.happened,
    });
    let router: ValidatingGossipSub | null = null;
    const make = countedRouter(scenario, scoring, counts);
    const kept: RouterMaker = (components) => {
      const made = make(components);
      router = made as ValidatingGossipSub;
      return made;
    };
    const relays = scenario.network.relays;
    const daemon: RelayDaemon = await RelayDaemon.start({
      listen: [`/ip4/127.0.0.1/tcp/${plan.port}`],
      root: host.firstRoot,
      stateFolder: plan.stateFolder ?? '',
      statusPort: null,
      channels: arm.channels,
      thirdParties: plan.takesThirdParties ? 'all' : 'none',
      developmentNetwork: true,
      log: host.log,
      surroundings: {
        clock,
        // Where every relay does all work itself, its time is what it takes.
        processor:
          scenario.fidelity === 'full' ? realProcessor : new WaitingProcessor(deadlines, scenario.costs),
        node: {
          transport: shapedTcp({ line, relays, relayAt: host.relayAt }),
          router: kept,
          pingEveryMs: PING_EVERY_MS * scenario.slowdown,
        },
        state,
        runtime: host.runtime,
        cache: host.cache,
        readBundle: host.readBundle,
        observer: {
          onArrival: () => clock.nowUs,
          onHeard: ({ sha256 }, arrival) => tell({ kind: 'heard', relay, sha256, atUs: arrival as number }),
          onVerified: ({ sha256 }) => tell({ kind: 'verified', relay, sha256, atUs: clock.nowUs }),
          onStaged: ({ sha256 }) => tell({ kind: 'staged', relay, sha256, atUs: clock.nowUs }),
          onRefused: ({ reason }) => tell({ kind: 'refused', relay, reason, atUs: clock.nowUs }),
          onRevoked: () => tell({ kind: 'revoked', relay, atUs: clock.nowUs }),
          onFreshness: (freshness) => {
            if (freshness === 'stale') tell({ kind: 'stale', relay, atUs: clock.nowUs });
          },
        },
        listener: {
          onTransition: ({ hook, activeHash }, transition, reason, sha256) =>
            tell({
              kind: 'transition',
              relay,
              hook: hook.id,
              transition,
              reason,
              sha256,
              activeHash,
              atUs: clock.nowUs,
            }),
        },
        onStaged: (hook, notBeforeMs) => traffic.expectCells(relay, daemon.stack.core, hook, notBeforeMs),
      },
    });
    if (router === null) throw new Error(`relay ${relay} has no router`);
    return new WireRelay(plan, counts, line, daemon, router);
  }

  get port(): number {
    const [, port] = /\/tcp\/(\d+)\//.exec(this.daemon.addresses[0] ?? '') ?? [];
    return Number(port);
  }

  /** The developers hand a publication to this relay, whole, and it tells the others of it. */
  async publish(source: Fetcher, bundle: Uint8Array, channel: 'gossip' | 'catch-up'): Promise<void> {
    const taken = this.daemon.stack.take({ channel, source, peer: null });
    if (channel === 'gossip') await this.router.publish(UPDATE_TOPIC, bundle);
    await taken;
  }

  /** What is missing until the network can be said to stand. */
  lacking(Dlo: number): Lacking {
    const { links } = this.plan;
    const peers = this.daemon.status().peers;
    const known = new Set(peers.map(({ peer }) => peer));
    const subscribed = this.router.getSubscribers(UPDATE_TOPIC).filter((peer) => known.has(peer.toString()));
    const mesh = peers.filter((peer) => peer.mesh).length;
    return {
      links: Math.max(0, links - known.size),
      subscriptions: Math.max(0, links - subscribed.length),
      meshes: mesh === 0 && links > 0 ? 1 : 0,
      smallMeshes: mesh < Math.min(Dlo, links) ? 1 : 0,
    };
  }

  /**
   * Closes connections over which no subscription came: a stream whose negotiation took too long is not opened anew by
   * js-libp2p's gossipsub, and the link would stay deaf.
   */
  async renewDeafLinks(): Promise<void> {
    const subscribed = new Set(this.router.getSubscribers(UPDATE_TOPIC).map(String));
    const deaf = this.daemon.status().peers.filter(({ peer }) => !subscribed.has(peer));
    await Promise.all(deaf.map(({ peer }) => this.daemon.hangUp(peer)));
  }

  totals(): RelayTotals {
    const { counts, line, plan } = this;
    return {
      relay: plan.relay,
      sentBytes: line.sentBytes,
      messageBytes: counts.messageBytesSent,
      gossipBytes: counts.gossipBytesSent,
      receivedGossipBytes: counts.gossipBytesReceived,
      copies: counts.copies,
      firsts: counts.firsts,
    };
  }
}
