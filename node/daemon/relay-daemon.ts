/**
 * A relay on TCP: libp2p below, the relay's own core, trust, channels and data plane above, its state in a folder.
 *
 * It is made of the same parts as a simulated relay (update-stack.ts, relay/relay-node.ts); what is here is what a
 * process needs beside them: a start that undoes itself when it fails, an end in good order, and a look inside.
 */

import { peerIdFromString } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { ChannelName } from '../channels/channel.ts';
import { UPDATE_TOPIC } from '../channels/gossip-channel.ts';
import { GossipsubPubsub } from '../channels/gossipsub-pubsub.ts';
import { Libp2pPeers } from '../channels/libp2p-peers.ts';
import type { Environment } from '../environment.ts';
import type { ExitService } from '../relay/exit-streams.ts';
import type { ThirdPartyPolicy } from '../trust/trust-client.ts';
import { UpdateStack } from '../update-stack.ts';
import { type AddressUse, addressProblem, peerNameOf } from './addresses.ts';
import { DaemonError } from './daemon-error.ts';
import { type Identity, identityIn } from './identity.ts';
import { createNode, type RelayNode, startNode } from './libp2p-node.ts';
import { LogBudget, type Logger } from './log.ts';
import { DaemonMetrics } from './metrics.ts';
import { PeerKeeper } from './peer-keeper.ts';
import { realRandom, realTimers, steadyClock } from './real-time.ts';
import { RelayTraffic } from './relay-traffic.ts';
import { checkRoot, trusting } from './root-check.ts';
import { type RelayState, StateFolder } from './state-folder.ts';
import type { DaemonPhase, DaemonStatus, PeerStatus, TrustStatus } from './status.ts';
import { StatusServer } from './status-server.ts';
import { type Surroundings, surroundings } from './surroundings.ts';
import { UpdateWatch } from './update-watch.ts';
import { bothListeners, bothObservers } from './watchers.ts';

export interface DaemonOptions {
  /** Addresses to listen on, such as `/ip4/127.0.0.1/tcp/9001`; port 0 takes any that is free. */
  readonly listen: readonly string[];
  /** Addresses to tell peers instead, where those cannot be reached from outside. */
  readonly announce?: readonly string[];
  /** Peers to keep a connection to. */
  readonly peers?: readonly string[];
  /** The first root that the relay trusts: a file of the update repository. */
  readonly root: Uint8Array;
  readonly stateFolder: string;
  /** Where health, status and metrics are served on loopback; null for nowhere. */
  readonly statusPort: number | null;
  readonly channels?: readonly ChannelName[];
  /** Relays or publishers that the channel `directory` polls, each with its peer id. */
  readonly authorities?: readonly string[];
  readonly pollEveryMs?: number;
  readonly thirdParties?: ThirdPartyPolicy;
  readonly developmentNetwork?: boolean;
  /** What answers streams that leave the network here; null for a relay that is no exit. */
  readonly exitService?: ExitService | null;
  readonly log: Logger;
  /** In the place of the machine's own. */
  readonly surroundings?: Partial<Surroundings>;
}

export const DEFAULT_CHANNELS: readonly ChannelName[] = ['gossip', 'catch-up', 'circuit'];
/** As often as Tor's authorities make a consensus. */
export const DEFAULT_POLL_EVERY_MS = 3_600_000;

/** The state of hooks is kept so often; what a module has learned since is lost when the process is killed. */
const CHECKPOINT_EVERY_MS = 60_000;
const DRAIN_LOOK_EVERY_MS = 50;
const PEER_LINES_PER_MINUTE = 60;

export class RelayDaemon {
  readonly identity: Identity;
  readonly stack: UpdateStack;
  readonly traffic: RelayTraffic;
  readonly metrics: DaemonMetrics;
  private readonly options: DaemonOptions;
  private readonly around: Surroundings;
  private readonly state: RelayState;
  private readonly node: RelayNode;
  private readonly watch: UpdateWatch;
  private readonly keeper: PeerKeeper;
  private statusServer: StatusServer | null = null;
  private checkpoints: NodeJS.Timeout | null = null;
  private phase: DaemonPhase = 'starting';
  private startedAtMs = 0;
  private updateStoreFailures = 0;

  private constructor(
    options: DaemonOptions,
    around: Surroundings,
    state: RelayState,
    identity: Identity,
    node: RelayNode,
  ) {
    const { log } = options;
    const { libp2p, router } = node;
    this.options = options;
    this.around = around;
    this.state = state;
    this.identity = identity;
    this.node = node;
    this.metrics = new DaemonMetrics(() => this.status());
    this.watch = new UpdateWatch(log, this.metrics, around.clock, steadyClock);
    const peers = new Libp2pPeers({
      libp2p,
      onError: (error) =>
        log.error({ event: 'answer-failed', err: error }, 'a request could not be answered'),
    });
    const environment: Environment = {
      clock: around.clock,
      timers: realTimers,
      random: realRandom,
      pubsub: new GossipsubPubsub(router, libp2p.peerId),
      peers,
      processor: around.processor,
    };
    this.stack = this.makeStack(environment);
    this.traffic = new RelayTraffic({
      libp2p,
      peers,
      slots: this.stack.core,
      identity,
      exitService: options.exitService ?? null,
      onCircuit: (peer) => void this.stack.circuits?.onCircuit(peer),
    });
    this.keeper = new PeerKeeper({
      libp2p,
      timers: realTimers,
      random: realRandom,
      addresses: (options.peers ?? []).map((address) => multiaddr(address)),
      onFailed: (address, error, pauseMs) => this.dialFailed(address, error, pauseMs),
    });
  }

  /** Starts a relay. Throws DaemonError for what its operator can mend, with nothing left running. */
  static async start(options: DaemonOptions): Promise<RelayDaemon> {
    const { listen, announce = [], peers = [], authorities = [] } = options;
    checkAddresses(listen, 'listen');
    checkAddresses([...announce, ...peers], 'dial');
    checkAddresses(authorities, 'named');
    const around = surroundings(options.surroundings);
    const state = around.state ?? (await StateFolder.open(options.stateFolder));
    try {
      checkRoot(options.root, state.trust);
      const identity = await identityIn(state);
      const node = await createNode({ ...around.node, listen, announce, privateKey: identity.privateKey });
      const daemon = new RelayDaemon(options, around, state, identity, node);
      await daemon.listen();
      return daemon;
    } catch (error) {
      await state.close();
      throw error;
    }
  }

  /** With the peer id, as others dial them. */
  get addresses(): readonly string[] {
    return this.node.libp2p.getMultiaddrs().map(String);
  }

  /** Where health, status and metrics are served; null for nowhere. */
  get statusAddress(): string | null {
    return this.statusServer?.address ?? null;
  }

  /** Keeps a connection to one more peer; resolves to whether the first dial worked. Throws DaemonError. */
  keepPeer(address: string): Promise<boolean> {
    checkAddresses([address], 'dial');
    return this.keeper.keep(multiaddr(address));
  }

  /** Closes the connections to a peer, by its name. One that is to be kept is dialled again, by whoever keeps it. */
  async hangUp(peer: string): Promise<void> {
    await this.node.libp2p.hangUp(peerIdFromString(peer));
  }

  /**
   * Takes no new circuits and waits until those that are open have ended, or `forMs` milliseconds have passed, or
   * `signal` is aborted. Resolves to the number of circuits that are left.
   */
  async drain(forMs: number, signal?: AbortSignal): Promise<number> {
    const { relay } = this.traffic;
    this.phase = 'draining';
    this.keeper.stop();
    relay.drain();
    const untilMs = steadyClock.nowMs() + forMs;
    while (relay.openCircuits + relay.waitingCells > 0 && steadyClock.nowMs() < untilMs && !signal?.aborted) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_EVERY_MS));
    }
    return relay.openCircuits;
  }

  /** Ends circuits, says goodbye to peers and keeps what is to be known after a restart. */
  async stop(): Promise<void> {
    if (this.phase === 'stopped') return;
    this.phase = 'stopped';
    if (this.checkpoints !== null) clearInterval(this.checkpoints);
    this.keeper.stop();
    this.traffic.relay.close();
    this.stack.stop();
    await this.node.libp2p.stop();
    await this.statusServer?.stop();
    await this.state.close();
  }

  status(): DaemonStatus {
    const { identity, phase, stack, traffic, watch } = this;
    return {
      peer: identity.peerId.toString(),
      fingerprint: identity.fingerprint,
      phase,
      upSeconds: phase === 'starting' ? 0 : Math.floor(steadyClock.nowMs() - this.startedAtMs) / 1000,
      addresses: this.addresses,
      peers: this.peerStatus(),
      trust: this.trustStatus(),
      hooks: stack.core.slots(),
      refusals: watch.refusals,
      traffic: traffic.status(),
      storeFailures: { updates: this.updateStoreFailures, trust: stack.client.storeFailures() },
    };
  }

  private makeStack(environment: Environment): UpdateStack {
    const { options, around, watch, state, identity } = this;
    const { thirdParties = 'none', developmentNetwork = false, authorities = [] } = options;
    const channels = options.channels ?? DEFAULT_CHANNELS;
    return trusting(
      () =>
        new UpdateStack({
          environment,
          firstRoot: options.root,
          developmentNetwork,
          thirdParties,
          trustStore: state.trust,
          updateStore: state.updates,
          runtime: around.runtime,
          ...(around.cache === null ? {} : { cache: around.cache }),
          owner: identity.peerId.toString(),
          channels: {
            names: authorities.length > 0 ? [...channels, 'directory'] : channels,
            authorities: authorities.map((address) => peerNameOf(multiaddr(address))!),
            directory: { intervalMs: options.pollEveryMs ?? DEFAULT_POLL_EVERY_MS, jitterShare: 0.5 },
          },
          readBundle: around.readBundle,
          listener: around.listener === null ? watch : bothListeners(watch, around.listener),
          observer: around.observer === null ? watch : bothObservers(watch, around.observer),
          ...(around.onStaged === null ? {} : { onStaged: around.onStaged }),
          onTaken: (offer, receipt) => watch.onTaken(offer, receipt, this.stack.client.versions()),
          onStoreFailure: (error) => {
            this.updateStoreFailures++;
            options.log.error({ event: 'store-failed', err: error }, 'the state folder cannot be written');
          },
        }),
    );
  }

  private async listen(): Promise<void> {
    const { node, options, state } = this;
    const { libp2p } = node;
    this.tellPeers();
    for (const address of (options.authorities ?? []).map((text) => multiaddr(text))) {
      await libp2p.peerStore.merge(peerIdFromString(peerNameOf(address)!), { multiaddrs: [address] });
    }
    await this.traffic.serve();
    await startNode(node, options.listen);
    try {
      if (options.statusPort !== null) {
        const { registry } = this.metrics;
        const status = () => this.status();
        this.statusServer = await StatusServer.start({ port: options.statusPort, status, registry });
      }
    } catch (error) {
      await libp2p.stop();
      throw error;
    }
    for (const file of state.updates.setAside) {
      options.log.warn({ event: 'set-aside', file }, 'a file of the state folder was damaged');
    }
    this.startedAtMs = steadyClock.nowMs();
    this.phase = 'serving';
    this.stack.start();
    this.keeper.start();
    this.checkpoints = setInterval(() => this.stack.core.checkpoint(), CHECKPOINT_EVERY_MS).unref();
  }

  private tellPeers(): void {
    const { log } = this.options;
    const { libp2p } = this.node;
    const budget = new LogBudget(PEER_LINES_PER_MINUTE, () => steadyClock.nowMs());
    libp2p.addEventListener('peer:connect', ({ detail }) => {
      if (budget.take('connect') !== null)
        log.info({ event: 'peer-connected', peer: String(detail) }, 'connected');
    });
    libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      if (budget.take('lost') !== null)
        log.info({ event: 'peer-lost', peer: String(detail) }, 'disconnected');
    });
  }

  private dialFailed(address: Multiaddr, error: unknown, pauseMs: number | null): void {
    const { log } = this.options;
    const details = { address: address.toString() };
    if (pauseMs === null)
      log.info({ event: 'own-address', ...details }, 'a peer to keep is this relay itself');
    else {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ event: 'dial-failed', ...details, reason, pauseMs }, 'a peer cannot be reached');
    }
  }

  private peerStatus(): PeerStatus[] {
    const { libp2p, router } = this.node;
    const mesh = new Set(router.getMeshPeers(UPDATE_TOPIC));
    const relays = this.traffic.speakers.peers();
    return libp2p.getConnections().map(({ remotePeer, remoteAddr, direction, rtt = null }) => {
      const peer = remotePeer.toString();
      return {
        peer,
        address: remoteAddr.toString(),
        direction,
        relay: relays.has(peer),
        mesh: mesh.has(peer),
        roundTripMs: rtt,
      };
    });
  }

  private trustStatus(): TrustStatus {
    const { client } = this.stack;
    const { root, timestamp, snapshot } = client.versions();
    const untilMs = client.freshUntilMs();
    return {
      root,
      timestamp,
      snapshot,
      freshUntil: untilMs === null ? null : new Date(untilMs).toISOString(),
      fresh: untilMs !== null && untilMs > this.around.clock.nowMs(),
      updates: client.targets().map(({ role, sha256, custom }) => {
        const { hook, module, kind } = custom;
        return custom.kind === 'module'
          ? { kind, hook, module, version: custom.version, sha256, role }
          : { kind, hook, module, version: null, sha256: custom.revokes, role };
      }),
    };
  }
}

function checkAddresses(texts: readonly string[], use: AddressUse): void {
  for (const text of texts) {
    const found = addressProblem(text, use);
    if (found !== null) throw new DaemonError('usage', `${text} ${found.problem}`, found.hint);
  }
}
