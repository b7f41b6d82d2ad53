/**
 * Everybody in the network, as every thread knows them: relays first, then directory authorities, then sybils.
 *
 * Names and latencies are known for all hosts, the hosts themselves only where they live. An authority or a sybil
 * stands at the place of a relay drawn for it, so its latencies follow the population's law.
 */

import type { PeerName } from '../../../node/environment.ts';
import { type LatencyColumns, type LatencyModel, pairLatency } from '../../population/pair-latency.ts';
import { randomStream } from '../random.ts';
import type { SimulatedPeers } from './simulated-peers.ts';
import type { TransportHost } from './transport.ts';

/** A host of this thread. */
export interface Host extends TransportHost {
  readonly peers: SimulatedPeers;
  /** Whether it has a network; what reaches it while it has none is lost. */
  readonly online: boolean;
  /** Open links by the index of the host at the other end. */
  readonly connections: ReadonlyMap<number, { readonly latencyUs: number }>;
}

/** How many authorities there are, and what each can send. */
export interface AuthorityPlan {
  readonly authorities: number;
  readonly uplinkBitsPerSecond: number;
}

/** The relay at whose place each host beside the relays stands: authorities first, then sybils. */
export function placesBeside(authorities: number, sybils: number, relays: number, seed: number): number[] {
  const drawn = (count: number, name: string): number[] => {
    const stream = randomStream(seed, name);
    return Array.from({ length: count }, () => stream.integer(relays));
  };
  return [...drawn(authorities, 'authority places'), ...drawn(sybils, 'sybil places')];
}

/** The name of authority `number`, counted from 0. */
export function authorityName(number: number): PeerName {
  return `authority-${number}`;
}

export interface HostsParts {
  readonly relays: number;
  readonly authorities: number;
  /** None when left out. */
  readonly sybils?: number;
  readonly latency: LatencyColumns;
  readonly seed: number;
  /** The peer id of a relay, or of a sybil, as text. */
  readonly relayName: (host: number) => PeerName;
}

export class Hosts {
  /** By index; null for those of other threads. */
  readonly local: (Host | null)[];
  readonly authorityNames: readonly PeerName[];
  private readonly parts: HostsParts;
  private readonly places: readonly number[];
  private latency: LatencyModel | null = null;
  private indexes: ReadonlyMap<PeerName, number> | null = null;

  constructor(parts: HostsParts) {
    const { relays, authorities, sybils = 0, seed } = parts;
    this.parts = parts;
    this.local = new Array<Host | null>(relays + authorities + sybils).fill(null);
    this.authorityNames = Array.from({ length: authorities }, (_unused, number) => authorityName(number));
    this.places = placesBeside(authorities, sybils, relays, seed);
  }

  nameOf(host: number): PeerName {
    const { relays, authorities, relayName } = this.parts;
    const isAuthority = host >= relays && host < relays + authorities;
    return isAuthority ? this.authorityNames[host - relays] : relayName(host);
  }

  /** Undefined for a name that nobody bears. */
  indexOf(name: PeerName): number | undefined {
    this.indexes ??= new Map(this.local.map((_host, index) => [this.nameOf(index), index]));
    return this.indexes.get(name);
  }

  /** One way between any two hosts, the same in both directions. */
  latencyUs(a: number, b: number): number {
    this.latency ??= pairLatency(this.parts.latency);
    const [one, other] = a < b ? [a, b] : [b, a];
    return this.latency.oneWayUs(this.placeOf(one), this.placeOf(other));
  }

  private placeOf(host: number): number {
    const { relays } = this.parts;
    return host < relays ? host : this.places[host - relays];
  }
}
