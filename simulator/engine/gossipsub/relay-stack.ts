/**
 * What runs on a simulated relay above its router: trust, core, agent and channels, all of it the relay's own code.
 *
 * Relays of a thread share what follows from bytes alone: parsed metadata, checked signatures, compiled modules.
 */

import { CatchUpChannel } from '../../../node/channels/catch-up.ts';
import type { Channel, Offer, OfferTaker, Receipt } from '../../../node/channels/channel.ts';
import { CircuitChannel } from '../../../node/channels/circuit.ts';
import { DirectoryChannel } from '../../../node/channels/directory.ts';
import { type BundleReader, GossipChannel } from '../../../node/channels/gossip-channel.ts';
import { StateExchange } from '../../../node/channels/state-exchange.ts';
import { SwarmFetcher } from '../../../node/channels/swarm-fetcher.ts';
import { SyncServer } from '../../../node/channels/sync-server.ts';
import { RelayCore } from '../../../node/core.ts';
import type { Environment, PeerName } from '../../../node/environment.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import type { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import type { TransitionListener } from '../../../node/hooks/transition.ts';
import type { Fetcher } from '../../../node/trust/fetcher.ts';
import type { ThirdPartyPolicy, TrustVersions } from '../../../node/trust/trust-client.ts';
import { MemoryTrustStore } from '../../../node/trust/trust-store.ts';
import { TufClient } from '../../../node/trust/tuf-client.ts';
import type { VerificationCache } from '../../../node/trust/verification-cache.ts';
import type { ActivationPolicy } from '../../../node/updates/activation-policy.ts';
import type { StageObserver } from '../../../node/updates/stage-observer.ts';
import { MemoryStore, type ModulePool } from '../../../node/updates/store.ts';
import { UpdateAgent } from '../../../node/updates/update-agent.ts';
import type { LiveArm, LiveChannel } from '../../scenario/scenario.ts';
import type { RelayStores } from './faults/relay-disk.ts';

/** What the relays of a thread share. */
export interface SharedParts {
  readonly arm: LiveArm;
  readonly firstRoot: Uint8Array;
  readonly runtime: HookRuntime;
  readonly cache: VerificationCache;
  readonly readBundle: BundleReader;
  /** Binaries that relays keep in their stores: one copy for all. */
  readonly binaries: ModulePool;
  readonly authorities: readonly PeerName[];
  /** Told when a module has been staged. */
  readonly onStaged: (relay: number, core: RelayCore, hook: AnyHook, notBeforeMs: number) => void;
  /** Told when what a relay trusts may have changed. */
  readonly onTaken: (relay: number) => void;
}

export interface StackParts {
  readonly relay: number;
  readonly environment: Environment;
  readonly thirdParties: ThirdPartyPolicy;
  readonly activation: ActivationPolicy;
  readonly listener: TransitionListener;
  readonly observer: StageObserver;
  /** What the relay tells peers that it has; a hostile one may lie. */
  readonly tellVersions: (own: TrustVersions) => TrustVersions;
  /** What the relay's disk holds; null for one that keeps everything in memory, which suffices where none crashes. */
  readonly stores?: RelayStores | null;
}

/** A client that is always told where to look. */
const NOWHERE: Fetcher = { fetch: () => Promise.resolve({ failed: 'not-found' }) };

export class RelayStack implements OfferTaker {
  readonly core: RelayCore;
  readonly client: TufClient;
  readonly circuits: CircuitChannel | null;
  private readonly shared: SharedParts;
  private readonly relay: number;
  private readonly agent: UpdateAgent;
  private readonly channels: readonly Channel[];
  private readonly server: SyncServer;
  private readonly environment: Environment;

  constructor(shared: SharedParts, parts: StackParts) {
    const { relay, environment, listener, observer, thirdParties, activation, tellVersions } = parts;
    const { arm, runtime, cache, binaries } = shared;
    const { clock, peers, random } = environment;
    this.shared = shared;
    this.relay = relay;
    this.environment = environment;
    const { stores = null } = parts;
    const store = stores?.trust ?? new MemoryTrustStore();
    this.client = new TufClient({
      fetcher: NOWHERE,
      clock,
      store,
      developmentNetwork: true,
      thirdParties,
      cache,
    });
    this.client.init(shared.firstRoot);
    this.core = new RelayCore({
      runtime,
      listener,
      activation,
      store: stores?.updates ?? new MemoryStore(binaries),
      owner: relay,
      onStaged: (hook, notBeforeMs) => shared.onStaged(relay, this.core, hook, notBeforeMs),
    });
    const targets = new SwarmFetcher({ peers, random });
    this.agent = new UpdateAgent({
      environment,
      client: this.client,
      host: this.core.host,
      targets,
      observer,
      policy: { thirdParties },
    });
    const exchange = new StateExchange({ peers, clock, client: this.client, taker: this });
    this.circuits = arm.channels.includes('circuit') ? new CircuitChannel(exchange) : null;
    this.channels = this.makeChannels(exchange, observer);
    const source = {
      versions: () => tellVersions(this.client.versions()),
      file: (name: string) => this.client.file(name),
    };
    // A relay without a channel that asks still answers, and learns from whoever asks it.
    const asks = arm.channels.find((channel) => channel === 'catch-up' || channel === 'circuit');
    this.server = new SyncServer(source, clock, (peer, versions) => {
      if (asks !== undefined) exchange.heard(peer, versions, asks);
    });
  }

  /** To be called when the router is up. */
  start(): void {
    this.server.start(this.environment.peers);
    this.agent.start();
    for (const channel of this.channels) channel.start();
  }

  /** The relay's process ends in good order; what it has to keep is in its stores. */
  stop(): void {
    for (const channel of this.channels) channel.stop();
    this.agent.stop();
    this.core.close();
  }

  async take(offer: Offer): Promise<Receipt> {
    const receipt = await this.agent.take(offer);
    this.shared.onTaken(this.relay);
    return receipt;
  }

  private makeChannels(exchange: StateExchange, observer: StageObserver): Channel[] {
    const { environment, client, circuits } = this;
    const { arm, readBundle, authorities } = this.shared;
    const make = (name: LiveChannel): Channel => {
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
            onBehind: (peer) => void exchange.take(peer, 'gossip'),
          });
        case 'directory': {
          const { intervalSeconds, jitterShare } = arm.directory;
          const terms = { intervalMs: intervalSeconds * 1000, jitterShare };
          return new DirectoryChannel({ environment, authorities, terms, exchange });
        }
        case 'circuit':
          return circuits as CircuitChannel;
        case 'catch-up':
          return new CatchUpChannel({ environment, exchange });
      }
    };
    return arm.channels.map(make);
  }
}
