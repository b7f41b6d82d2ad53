/**
 * A directory authority: a host with an uplink that answers requests, and no router.
 *
 * It never goes away, and it has no links: whoever asks it makes a connection for that.
 */

import type { PeerName } from '../../../node/environment.ts';
import { ARRIVAL, type Arrival, type Receiver } from './arrival.ts';
import type { Host, Hosts } from './hosts.ts';
import { type PeersParts, SimulatedPeers } from './simulated-peers.ts';
import { Uplink } from './uplink.ts';

export class Authority implements Host {
  readonly index: number;
  readonly name: PeerName;
  readonly uplink: Uplink;
  readonly online = true;
  readonly connections: ReadonlyMap<number, { readonly latencyUs: number }> = new Map();
  readonly peers: SimulatedPeers;

  constructor(index: number, uplinkBitsPerSecond: number, hosts: Hosts, parts: PeersParts) {
    this.index = index;
    this.name = hosts.nameOf(index);
    this.uplink = new Uplink(uplinkBitsPerSecond);
    this.peers = new SimulatedPeers(this, parts);
  }

  receiverOf({ what }: Arrival): Receiver | null {
    return what >= ARRIVAL.request ? this.peers : null;
  }
}
