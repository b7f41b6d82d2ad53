/** The traffic of a relay on TCP: its data plane over libp2p's connections, and the descriptor that clients need. */

import type { Libp2p } from '@libp2p/interface';
import type { Environment } from '../environment.ts';
import { CellPool } from '../relay/cell.ts';
import type { ExitService } from '../relay/exit-streams.ts';
import type { HookSlots } from '../relay/hook-slots.ts';
import { KeystreamBudget } from '../relay/keystream.ts';
import { Libp2pLinks, placeOf } from '../relay/libp2p-links.ts';
import { OnionRelay } from '../relay/relay-node.ts';
import { CellSpeakers } from './cell-speakers.ts';
import { type OwnDescriptor, serveDescriptor } from './descriptor.ts';
import type { Identity } from './identity.ts';
import { realRandom, realSecrets, realTimers, steadyClock } from './real-time.ts';
import type { TrafficStatus } from './status.ts';

export interface TrafficParts {
  readonly libp2p: Libp2p;
  readonly peers: Environment['peers'];
  readonly slots: HookSlots;
  readonly identity: Identity;
  /** Null for a relay that is no exit. */
  readonly exitService: ExitService | null;
  /** Told of each peer that a circuit goes on to from here. */
  readonly onCircuit: (peer: string) => void;
}

export class RelayTraffic {
  readonly relay: OnionRelay;
  readonly speakers: CellSpeakers;
  private readonly parts: TrafficParts;
  private readonly links: Libp2pLinks;

  constructor(parts: TrafficParts) {
    const { libp2p, slots, identity, exitService, onCircuit } = parts;
    const { fingerprint, onionKey } = identity;
    const cells = new CellPool();
    this.parts = parts;
    this.speakers = new CellSpeakers(libp2p);
    this.links = new Libp2pLinks({ libp2p, cells, isRelay: (other) => this.speakers.isRelay(other) });
    this.relay = new OnionRelay({
      environment: { clock: steadyClock, timers: realTimers, random: realRandom },
      slots,
      cells,
      keystreams: new KeystreamBudget(),
      secrets: realSecrets,
      identity: Buffer.from(fingerprint, 'hex'),
      onionKey,
      dialer: this.links,
      exitService,
      onReached: async (reached) => {
        // A connection that was made for the circuit has yet to say who is there.
        const peer = (await this.speakers.isRelay(reached)) ? this.speakers.peerOf(reached) : null;
        if (peer !== null) onCircuit(peer);
      },
    });
  }

  /** Takes links, and tells clients how to build circuits. To be called before the node listens. */
  async serve(): Promise<void> {
    serveDescriptor(this.parts.peers, () => this.descriptor());
    await this.links.serve((link) => this.relay.accept(link));
  }

  /** Null where the relay has no IPv4 address: links are named by one. */
  descriptor(): OwnDescriptor | null {
    const { libp2p, identity, exitService } = this.parts;
    const found = libp2p.getMultiaddrs().flatMap((address) => placeOf(address) ?? []);
    // A relay that others can reach from elsewhere is better known by that address.
    const place = found.find(({ address }) => address >>> 24 !== 127) ?? found[0];
    if (place === undefined) return null;
    return { ...place, onionKey: identity.onionKey.publicKey, exit: exitService !== null };
  }

  status(): TrafficStatus {
    const { openCircuits, openLinks, waitingCells, refusedCircuits, overloadedCircuits, counts } = this.relay;
    return {
      circuits: openCircuits,
      links: openLinks,
      cellsWaiting: waitingCells,
      refusedCircuits,
      overloadedCircuits,
      cells: { ...counts },
    };
  }
}
