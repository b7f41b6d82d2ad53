/**
 * Makes the processes of relays: the first of each, and the one after a crash.
 *
 * Identities are known of all relays, those of other threads included; processes are made of this thread's only.
 */

import type { Multiaddr } from '@multiformats/multiaddr';
import { GossipsubPubsub } from '../../../node/channels/gossipsub-pubsub.ts';
import type { Environment } from '../../../node/environment.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { FaultDriver } from './faults/fault-driver.ts';
import { HostRandom } from './host-random.ts';
import { HostTimers } from './host-timers.ts';
import type { Identity } from './identity.ts';
import type { Job } from './job.ts';
import type { LoadCounter } from './load-counter.ts';
import { RelayProcessor } from './processor.ts';
import { SimulatedRelay } from './relay.ts';
import type { LinksParts } from './relay-links.ts';
import type { RouterCounters } from './router.ts';
import type { PeersParts } from './simulated-peers.ts';
import { RouterSleep } from './sleep.ts';
import type { StackMaker } from './stack-maker.ts';
import { crowdsAddresses } from './sybils/sybil-crew.ts';
import { NO_CHANGES } from './uplink.ts';
import { WakingPubsub } from './waking-pubsub.ts';

export interface RelayFactoryParts {
  readonly job: Job;
  readonly clock: VirtualClock;
  readonly stacks: StackMaker;
  readonly counters: RouterCounters;
  readonly load: LoadCounter;
  readonly identities: readonly Identity[];
  readonly addresses: readonly Multiaddr[];
  readonly requests: PeersParts;
  readonly linking: LinksParts;
  readonly faults: FaultDriver | null;
  /** By relay, 1 while its router is awake. */
  readonly awake: Uint8Array;
}

export interface RelayProcess {
  readonly relay: SimulatedRelay;
  readonly environment: Environment;
}

export class RelayFactory {
  private readonly parts: RelayFactoryParts;

  constructor(parts: RelayFactoryParts) {
    this.parts = parts;
  }

  /** A relay's process; `before` is the one that it follows, null for the first. */
  make(index: number, before: SimulatedRelay | null, online: boolean): RelayProcess {
    const { job, clock, stacks, identities, addresses, requests, linking, faults, awake } = this.parts;
    const stack = stacks.make(index);
    const sleeps = job.scenario.fidelity === 'fast' && !crowdsAddresses(job.sybils);
    const relay = new SimulatedRelay({
      index,
      peerId: identities[index].peerId,
      address: addresses[index],
      uplinkBitsPerSecond: job.population.uplinkBitsPerSecond[index],
      rateChanges: faults?.conditions.rateChanges(index) ?? NO_CHANGES,
      stack,
      sleep: sleeps ? new RouterSleep(stack.router, clock, index, awake) : null,
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
}
