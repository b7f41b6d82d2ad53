/**
 * Makes the processes of relays: the first of each, and the one after a crash.
 *
 * Identities are known of all relays, those of other threads included; processes are made of this thread's only.
 */

import type { Multiaddr } from '@multiformats/multiaddr';
import { GossipsubPubsub } from '../../../node/channels/gossipsub-pubsub.ts';
import type { Environment } from '../../../node/environment.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { BareStack, type Reception } from './bare-stack.ts';
import { type FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import type { FaultDriver } from './faults/fault-driver.ts';
import type { FrameMint } from './frame.ts';
import { HostRandom } from './host-random.ts';
import { HostTimers } from './host-timers.ts';
import type { Identity } from './identity.ts';
import { type GossipSubClass, gossipSubClass, missingInternals } from './internals.ts';
import type { Job } from './job.ts';
import type { LoadCounter } from './load-counter.ts';
import { RelayProcessor } from './processor.ts';
import { SimulatedRelay } from './relay.ts';
import type { LinksParts } from './relay-links.ts';
import {
  fastRouter,
  type RouterCounters,
  routerOptions,
  type WatchedRouter,
  watchedRouter,
} from './router.ts';
import type { PeersParts } from './simulated-peers.ts';
import { RouterSleep } from './sleep.ts';
import { crowdsAddresses } from './sybils/sybil-crew.ts';
import { WakingPubsub } from './waking-pubsub.ts';

export interface RelayFactoryParts {
  readonly job: Job;
  readonly clock: VirtualClock;
  readonly mint: FrameMint;
  readonly counters: RouterCounters;
  readonly load: LoadCounter;
  readonly failures: FailureLog;
  readonly identities: readonly Identity[];
  readonly addresses: readonly Multiaddr[];
  readonly requests: PeersParts;
  readonly linking: LinksParts;
  readonly faults: FaultDriver | null;
  /** Told what routers hold against peers; null where nobody asks. */
  readonly onBlame: Parameters<typeof watchedRouter>[3];
}

export interface RelayProcess {
  readonly relay: SimulatedRelay;
  readonly environment: Environment;
}

export class RelayFactory {
  private readonly parts: RelayFactoryParts;
  private readonly fast: boolean;
  private readonly Router: GossipSubClass;
  private readonly options: ReturnType<typeof routerOptions>;
  private readonly reception: Reception;

  /** Throws where this version of gossipsub lacks what the engine reaches into. */
  constructor(parts: RelayFactoryParts) {
    const { job, mint, failures } = parts;
    const { scenario } = job;
    this.parts = parts;
    this.fast = scenario.fidelity === 'fast';
    this.Router = this.routerClass();
    this.options = routerOptions(scenario.gossipsub, this.fast, job.scoring ?? {});
    this.reception = this.fast ? { path: 'straight', mint, onError: failures.record } : { path: 'streamed' };
  }

  /** A relay's process; `before` is the one that it follows, null for the first. */
  make(index: number, before: SimulatedRelay | null, online: boolean): RelayProcess {
    const { job, clock, failures, identities, addresses, requests, linking } = this.parts;
    const { peerId, privateKey } = identities[index];
    const registrar = new RelayRegistrar();
    const router = new this.Router(relayComponents(peerId, privateKey, registrar, failures), this.options);
    (router as WatchedRouter).relay = index;
    const relay = new SimulatedRelay({
      index,
      peerId,
      address: addresses[index],
      uplinkBitsPerSecond: job.population.uplinkBitsPerSecond[index],
      stack: new BareStack({ router, registrar, reception: this.reception, transport: linking.transport }),
      sleep: this.fast && !crowdsAddresses(job.sybils) ? new RouterSleep(router, clock, index) : null,
      online,
      requests,
      linking,
      before,
    });
    return { relay, environment: this.environmentOf(index, relay) };
  }

  private environmentOf(index: number, relay: SimulatedRelay): Environment {
    const { job, clock, counters, load, identities, faults } = this.parts;
    const { scenario } = job;
    const { peerId } = identities[index];
    const environment: Environment = {
      clock: faults?.processes.clockOf(index) ?? clock,
      timers: new HostTimers(clock, index),
      random: new HostRandom(scenario.seed, index),
      pubsub: new WakingPubsub(
        new GossipsubPubsub(relay.router, peerId),
        () => relay.wake(),
        ({ from }) => {
          if (from === peerId.toString()) return;
          counters.firsts++;
          load.first(index);
        },
      ),
      peers: relay.peers,
      processor: new RelayProcessor(clock, index, scenario.costs),
    };
    return faults?.processes.guard(index, environment) ?? environment;
  }

  private routerClass(): GossipSubClass {
    const { identities, failures, load, counters, mint, onBlame } = this.parts;
    const { peerId, privateKey } = identities[0];
    const components = relayComponents(peerId, privateKey, new RelayRegistrar(), failures);
    const Base = gossipSubClass(components);
    const missing = missingInternals(new Base(components, {}), false);
    if (missing.length > 0) {
      throw new Error(`this version of gossipsub lacks what the engine reaches into: ${missing.join(', ')}`);
    }
    const Watched = watchedRouter(Base, counters, load.copies.bind(load), onBlame);
    return this.fast ? fastRouter(Watched, mint) : Watched;
  }
}
