/**
 * How updates reach one relay and run there: trust, core, agent and channels, wired to each other.
 *
 * A relay on TCP and a simulated one are wired here, by the same lines; what differs comes in: the environment, the
 * stores, and who watches.
 */

import { CatchUpChannel } from './channels/catch-up.ts';
import type { Channel, ChannelName, Offer, OfferTaker, Receipt } from './channels/channel.ts';
import { CircuitChannel } from './channels/circuit.ts';
import { DirectoryChannel, type DirectoryTerms } from './channels/directory.ts';
import { type BundleReader, GossipChannel } from './channels/gossip-channel.ts';
import { MissingNews } from './channels/missing-news.ts';
import { StateExchange } from './channels/state-exchange.ts';
import { SwarmFetcher } from './channels/swarm-fetcher.ts';
import { SyncServer } from './channels/sync-server.ts';
import { RelayCore } from './core.ts';
import type { Environment, PeerName } from './environment.ts';
import type { AnyHook } from './hooks/define-hook.ts';
import type { HookRuntime } from './hooks/hook-runtime.ts';
import type { TransitionListener } from './hooks/transition.ts';
import type { Fetcher } from './trust/fetcher.ts';
import type { ThirdPartyPolicy, TrustVersions } from './trust/trust-client.ts';
import type { TrustStore } from './trust/trust-store.ts';
import { TufClient } from './trust/tuf-client.ts';
import type { VerificationCache } from './trust/verification-cache.ts';
import type { ActivationPolicy } from './updates/activation-policy.ts';
import type { StageObserver } from './updates/stage-observer.ts';
import type { UpdateStore } from './updates/store.ts';
import { UpdateAgent } from './updates/update-agent.ts';

/** By which ways a relay hears of updates. */
export interface ChannelPlan {
  readonly names: readonly ChannelName[];
  /** Whom the channel `directory` polls, and when. */
  readonly authorities: readonly PeerName[];
  readonly directory: DirectoryTerms;
}

export interface UpdateStackParts {
  readonly environment: Environment;
  /** The root that came with the relay. */
  readonly firstRoot: Uint8Array;
  readonly developmentNetwork: boolean;
  readonly thirdParties: ThirdPartyPolicy;
  readonly trustStore: TrustStore;
  readonly updateStore: UpdateStore;
  readonly runtime: HookRuntime;
  /** Names the relay: to rollouts as text, and as it is to whoever listens. */
  readonly owner: string | number;
  readonly channels: ChannelPlan;
  readonly readBundle: BundleReader;
  readonly listener: TransitionListener;
  readonly observer: StageObserver;
  /** What is shared with other relays of this process. */
  readonly cache?: VerificationCache;
  readonly activation?: ActivationPolicy;
  /** What the relay tells peers that it has; what it trusts, by default. */
  readonly tellVersions?: (own: TrustVersions) => TrustVersions;
  /** Told when a module is in line, to run from this time on. */
  readonly onStaged?: (hook: AnyHook, notBeforeMs: number) => void;
  /** Told when an offer has been judged, after which the relay may trust something else. */
  readonly onTaken?: (offer: Offer, receipt: Receipt) => void;
  readonly onStoreFailure?: (error: unknown) => void;
}

/** A client that is always told where to look. */
const NOWHERE: Fetcher = { fetch: () => Promise.resolve({ failed: 'not-found' }) };

export class UpdateStack implements OfferTaker {
  readonly core: RelayCore;
  readonly client: TufClient;
  readonly circuits: CircuitChannel | null;
  private readonly parts: UpdateStackParts;
  private readonly agent: UpdateAgent;
  private readonly channels: readonly Channel[];
  private readonly server: SyncServer;

  /** Throws RangeError for a root that is none. */
  constructor(parts: UpdateStackParts) {
    const { environment, thirdParties, cache, activation, onStaged, onStoreFailure } = parts;
    const { clock, peers, random } = environment;
    const { names, authorities } = parts.channels;
    this.parts = parts;
    this.client = new TufClient({
      fetcher: NOWHERE,
      clock,
      store: parts.trustStore,
      developmentNetwork: parts.developmentNetwork,
      thirdParties,
      ...(cache === undefined ? {} : { cache }),
    });
    this.client.init(parts.firstRoot);
    this.core = new RelayCore({
      runtime: parts.runtime,
      listener: this.replacing(parts.listener),
      store: parts.updateStore,
      owner: parts.owner,
      ...(activation === undefined ? {} : { activation }),
      ...(onStaged === undefined ? {} : { onStaged }),
      ...(onStoreFailure === undefined ? {} : { onStoreFailure }),
    });
    this.agent = new UpdateAgent({
      environment,
      client: this.client,
      host: this.core.host,
      targets: new SwarmFetcher({ peers, random }),
      reserve: names.includes('directory')
        ? new SwarmFetcher({
            peers: { connected: () => authorities, request: peers.request.bind(peers) },
            random,
          })
        : null,
      observer: parts.observer,
      policy: { thirdParties },
    });
    const exchange = new StateExchange({ peers, clock, client: this.client, taker: this });
    this.circuits = names.includes('circuit') ? new CircuitChannel(exchange) : null;
    this.channels = this.makeChannels(exchange);
    const { tellVersions = (own) => own } = parts;
    const source = {
      versions: () => tellVersions(this.client.versions()),
      file: (name: string) => this.client.file(name),
    };
    // A relay without a channel that asks still answers, and learns from whoever asks it.
    const asks = names.find((channel) => channel === 'catch-up' || channel === 'circuit');
    this.server = new SyncServer(source, clock, (peer, versions) => {
      if (asks !== undefined) exchange.heard(peer, versions, asks);
    });
  }

  /** To be called when the router is up. */
  start(): void {
    this.server.start(this.parts.environment.peers);
    this.agent.start();
    for (const channel of this.channels) channel.start();
  }

  /** The relay's process ends in good order; what it has to keep is in its stores. */
  stop(): void {
    for (const channel of this.channels) channel.stop();
    this.agent.stop();
    this.core.close();
  }

  /** Listens on, and has the agent look for another module where the core has taken one out by itself. */
  private replacing(listener: TransitionListener): TransitionListener {
    return {
      onTransition: (slot, transition, reason, hash, atMs) => {
        listener.onTransition(slot, transition, reason, hash, atMs);
        // Not before the call that it failed in is over.
        if (transition === 'rolled-back' && reason !== 'revoked') queueMicrotask(() => this.agent.replace());
      },
    };
  }

  /** Whether the relay wants a module and has not got it yet; `file` is its name among the targets. */
  isFetching(file: string): boolean {
    return this.agent.isFetching(file);
  }

  async take(offer: Offer): Promise<Receipt> {
    const receipt = await this.agent.take(offer);
    this.parts.onTaken?.(offer, receipt);
    return receipt;
  }

  private makeChannels(exchange: StateExchange): Channel[] {
    const { client, circuits } = this;
    const { environment, observer, readBundle } = this.parts;
    const { names, authorities, directory } = this.parts.channels;
    const missing = new MissingNews({ environment, exchange });
    const make = (name: ChannelName): Channel => {
      switch (name) {
        case 'gossip':
          return new GossipChannel({
            environment,
            client,
            taker: this,
            read: readBundle,
            onDropped: (reason, peer) => {
              observer.onRefused({ reason, channel: 'gossip', peer, target: null });
            },
            onBehind: (peer) => void missing.takeFrom(peer),
          });
        case 'directory':
          return new DirectoryChannel({ environment, authorities, terms: directory, exchange });
        case 'circuit':
          return circuits as CircuitChannel;
        case 'catch-up':
          return new CatchUpChannel({ environment, exchange });
      }
    };
    return names.map(make);
  }
}
