/** What the links of all relays of a thread share: who is whose neighbour, who is dialled instead, what is cut. */

import { Call, type VirtualClock } from '../virtual-clock.ts';
import type { FaultDriver } from './faults/fault-driver.ts';
import type { Hosts } from './hosts.ts';
import type { Job } from './job.ts';
import { isListedAt, type KeepingParts, relayPicker } from './link-keeper.ts';
import { Neighbours } from './neighbours.ts';
import type { LinksParts } from './relay-links.ts';
import { SETUP_ROUND_TRIPS } from './simulated-peers.ts';
import type { Transport } from './transport.ts';

export interface NetworkLinksParts {
  readonly job: Job;
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly hosts: Hosts;
  readonly faults: FaultDriver | null;
  readonly peerOf: LinksParts['peerOf'];
}

export function networkLinks(parts: NetworkLinksParts): LinksParts {
  const { job, clock, transport, faults, peerOf } = parts;
  let known: Neighbours | null = null;
  const neighbours = (): Neighbours => {
    known ??= new Neighbours(job.topology, job.population.relays);
    return known;
  };
  return {
    clock,
    transport,
    seed: job.scenario.seed,
    neighbours,
    keeping: keepingParts(parts, neighbours),
    faults:
      faults === null ? null : { isCut: (from, to) => faults.conditions.cut(from, to, clock.nowUs) != null },
    peerOf,
  };
}

/** Null without churn: lost links come back by themselves. */
function keepingParts(
  { job, clock, hosts }: NetworkLinksParts,
  neighbours: () => Neighbours,
): KeepingParts | null {
  const { churn, population, scenario } = job;
  if (churn === null) return null;
  const { degree, dialing } = scenario.network;
  return {
    clock: {
      get nowUs() {
        return clock.nowUs;
      },
      at: (timeUs, relay, action, first = 0, second = 0) =>
        clock.schedule(timeUs, new Call(relay, () => action(first, second))),
    },
    isListed: (relay) => isListedAt(churn, relay, clock.nowUs),
    population,
    pick: relayPicker(population, dialing),
    degree,
    seed: scenario.seed,
    latencyUs: (a, b) => hosts.latencyUs(a, b),
    // The last of the round trips is that of the question and its answer.
    setupRoundTrips: SETUP_ROUND_TRIPS - 1,
    dialledAtStart: (relay) =>
      neighbours()
        .of(relay)
        .filter(({ direction }) => direction === 'outbound')
        .map(({ peer }) => peer),
  };
}
