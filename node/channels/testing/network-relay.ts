/**
 * A whole relay over real TCP, for tests: node, trust client, agent and channels, wired as a relay is.
 *
 * Its trust clock stands at the repository's first day and its timers run fifty times faster than said, so that
 * no test sleeps: it waits for what it expects by `until`. What is staged is kept instead of being run.
 */

import type { Answerer, Environment, PeerName, Peers, Pubsub, Verdict } from '../../environment.ts';
import { START_MS, type TestRepository, TestSource } from '../../trust/testing/test-repository.ts';
import { MemoryTrustStore } from '../../trust/trust-store.ts';
import { TufClient } from '../../trust/tuf-client.ts';
import type { ModuleHost } from '../../updates/module-host.ts';
import type { RefusedOffer, StageObserver } from '../../updates/stage-observer.ts';
import { UpdateAgent } from '../../updates/update-agent.ts';
import { CatchUpChannel } from '../catch-up.ts';
import type { Channel, ChannelName } from '../channel.ts';
import { CircuitChannel } from '../circuit.ts';
import { DirectoryChannel } from '../directory.ts';
import { GossipChannel, readBundle } from '../gossip-channel.ts';
import { GossipsubPubsub } from '../gossipsub-pubsub.ts';
import { Libp2pPeers } from '../libp2p-peers.ts';
import { MissingNews } from '../missing-news.ts';
import { StateExchange } from '../state-exchange.ts';
import { SwarmFetcher } from '../swarm-fetcher.ts';
import { SyncServer } from '../sync-server.ts';
import { startNode, type TestNode } from './libp2p-node.ts';

const FASTER = 50;
const HOUR_MS = 3_600_000;

export interface NetworkRelayOptions {
  readonly channels?: readonly ChannelName[];
  readonly authorities?: readonly PeerName[];
}

export class NetworkRelay {
  readonly node: TestNode;
  readonly name: PeerName;
  readonly client: TufClient;
  readonly agent: UpdateAgent;
  readonly environment: Environment;
  readonly circuits: CircuitChannel;
  /** Binaries by hash. */
  readonly staged = new Map<string, Uint8Array>();
  readonly refused: RefusedOffer[] = [];
  readonly verdicts: { readonly from: PeerName; readonly verdict: Verdict }[] = [];
  /** Who asked this relay for parts of targets, in order. */
  readonly askedForTargets: PeerName[] = [];
  /** Called before each answer; what it returns is awaited. */
  beforeAnswer: () => void | Promise<void> = () => {};
  private readonly waiting = new Set<() => void>();

  private constructor(node: TestNode, repository: TestRepository, options: NetworkRelayOptions) {
    this.node = node;
    this.name = node.libp2p.peerId.toString();
    this.environment = this.makeEnvironment();
    const { clock, peers, random } = this.environment;
    this.client = new TufClient({
      fetcher: new TestSource(new Map()),
      clock,
      store: new MemoryTrustStore(),
      developmentNetwork: false,
      thirdParties: 'all',
    });
    this.client.init(repository.firstRoot);
    const { client, environment } = this;
    const targets = new SwarmFetcher({ peers, random });
    const observer = this.observer();
    this.agent = new UpdateAgent({
      environment,
      client,
      host: this.host(),
      targets,
      observer,
      policy: { thirdParties: 'all' },
    });
    const taker = this.agent;
    const exchange = new StateExchange({ peers, clock, client, taker });
    const missing = new MissingNews({ environment, exchange });
    this.circuits = new CircuitChannel(exchange);
    const server = new SyncServer(client, clock, (peer, versions) =>
      exchange.heard(peer, versions, 'circuit'),
    );
    const made: { [Name in ChannelName]: () => Channel } = {
      gossip: () =>
        new GossipChannel({
          environment,
          client,
          taker,
          read: readBundle,
          onDropped: () => this.changed(),
          onBehind: (peer) => void missing.takeFrom(peer),
        }),
      directory: () =>
        new DirectoryChannel({
          environment,
          authorities: options.authorities ?? [],
          terms: { intervalMs: HOUR_MS, jitterShare: 0.5 },
          exchange,
        }),
      circuit: () => this.circuits,
      'catch-up': () => new CatchUpChannel({ environment, exchange }),
    };
    server.start({ serve: (protocol, bytes, answer) => this.serve(protocol, bytes, answer) });
    for (const name of options.channels ?? ['gossip']) made[name]().start();
  }

  static async start(repository: TestRepository, options: NetworkRelayOptions = {}): Promise<NetworkRelay> {
    return new NetworkRelay(await startNode(), repository, options);
  }

  async stop(): Promise<void> {
    this.agent.stop();
    await this.node.libp2p.stop();
  }

  /** Takes what the repository has by now, without any network. */
  async takeFrom(repository: TestRepository): Promise<void> {
    await this.agent.take({ channel: 'directory', source: new TestSource(repository.copy()), peer: null });
  }

  /** Resolves when it is so; looked at whenever something happens here. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
  }

  private changed(): void {
    for (const look of [...this.waiting]) look();
  }

  private serve(protocol: string, maxRequestBytes: number, answer: Answerer): void {
    this.environment.peers.serve(protocol, maxRequestBytes, async (body, from) => {
      if (Buffer.from(body).includes('targets/')) this.askedForTargets.push(from);
      await this.beforeAnswer();
      return answer(body, from);
    });
  }

  private makeEnvironment(): Environment {
    const { libp2p, router } = this.node;
    const peers: Peers = new Libp2pPeers({
      libp2p,
      onError: (error) => {
        throw error;
      },
    });
    const pubsub = new GossipsubPubsub(router, libp2p.peerId);
    const noting: Pubsub = {
      publish: (topic, data) => pubsub.publish(topic, data),
      subscribe: (topic, listener) =>
        pubsub.subscribe(topic, (message) =>
          listener({
            ...message,
            report: (verdict) => {
              message.report(verdict);
              this.verdicts.push({ from: message.from, verdict });
              this.changed();
            },
          }),
        ),
    };
    return {
      clock: { nowMs: () => START_MS },
      timers: {
        after: (delayMs, action) => {
          const timer = setTimeout(action, delayMs / FASTER).unref();
          return { cancel: () => clearTimeout(timer) };
        },
      },
      random: { uniform: () => 0.5 },
      pubsub: noting,
      peers,
      processor: { work: (_work, done) => done() },
    };
  }

  /** A core that takes every module and keeps the latest of each hook in line. */
  private host(): ModuleHost {
    const inLine = new Map<string, string>();
    return {
      obstacle: () => null,
      isInCohort: () => true,
      activeOf: () => null,
      pendingOf: (hook) => inLine.get(hook) ?? null,
      pending: () => [...inLine],
      withdraw: (hook) => inLine.delete(hook),
      revoke: () => true,
      stage: ({ sha256, custom }, binary) => {
        inLine.set(custom.hook, sha256);
        this.staged.set(sha256, binary);
        return 'staged';
      },
    };
  }

  private observer(): StageObserver {
    const changed = (): void => this.changed();
    return {
      onArrival: () => null,
      onHeard: changed,
      onVerified: changed,
      onStaged: changed,
      onRefused: (refused) => {
        this.refused.push(refused);
        changed();
      },
      onRevoked: changed,
      onFreshness: changed,
    };
  }
}
