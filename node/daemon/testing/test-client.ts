/** A client of relays on TCP, for tests: it learns their descriptors from them and builds circuits of three hops. */

import { multiaddr } from '@multiformats/multiaddr';
import { Libp2pPeers } from '../../channels/libp2p-peers.ts';
import { HookRuntime } from '../../hooks/hook-runtime.ts';
import { CellPool } from '../../relay/cell.ts';
import { Consensus, type RelayDescriptor } from '../../relay/consensus.ts';
import { Exchange, type ExchangeReport } from '../../relay/exchange.ts';
import { PlainSlots } from '../../relay/hook-slots.ts';
import { KeystreamBudget } from '../../relay/keystream.ts';
import { fingerprintOf, Libp2pLinks } from '../../relay/libp2p-links.ts';
import { OnionClient } from '../../relay/onion-client.ts';
import { WEB } from '../../testing/onion-world.ts';
import { descriptorOf } from '../descriptor.ts';
import { createNode, type RelayNode } from '../libp2p-node.ts';
import { realRandom, realSecrets, realTimers, steadyClock } from '../real-time.ts';

export interface Sizes {
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export class TestClient {
  readonly onion: OnionClient;
  /** Resolves when the client has a circuit. */
  readonly opened: Promise<void>;
  /** Circuits that others have closed, and that could not be built. */
  broken = 0;
  failed = 0;
  private readonly node: RelayNode;
  private readonly cells: CellPool;

  private constructor(node: RelayNode, descriptors: readonly RelayDescriptor[]) {
    this.node = node;
    this.cells = new CellPool();
    let onOpen = (): void => {};
    this.opened = new Promise((resolve) => {
      onOpen = resolve;
    });
    this.onion = new OnionClient({
      environment: { clock: steadyClock, timers: realTimers, random: realRandom },
      slots: new PlainSlots(new HookRuntime(), 'client'),
      cells: this.cells,
      keystreams: new KeystreamBudget(),
      secrets: realSecrets,
      dialer: new Libp2pLinks({ libp2p: node.libp2p, cells: this.cells, isRelay: () => false }),
      consensus: new Consensus(descriptors),
      circuits: 1,
      observer: {
        onCircuitOpen: () => onOpen(),
        onCircuitBroken: () => this.broken++,
        onCircuitFailed: () => this.failed++,
      },
    });
  }

  /** A client that builds a circuit through these relays, in this order. */
  static async through(addresses: readonly string[]): Promise<TestClient> {
    const node = await createNode({ listen: [] });
    await node.libp2p.start();
    const peers = new Libp2pPeers({ libp2p: node.libp2p, onError: fail });
    const descriptors = await Promise.all(
      addresses.map(async (address, place) => {
        const { remotePeer } = await node.libp2p.dial(multiaddr(address));
        const told = await descriptorOf(peers, remotePeer.toString());
        if (told === null) throw new Error(`${address} has no descriptor`);
        const flags = { guard: place === 0, exit: told.exit, weight: 1000, family: null };
        return { ...told, ...flags, fingerprint: fingerprintOf(remotePeer) };
      }),
    );
    const client = new TestClient(node, descriptors);
    client.onion.start();
    return client;
  }

  /** One exchange with the exit. */
  exchange(sizes: Sizes): Promise<ExchangeReport> {
    return new Promise((resolve) => {
      this.onion.openStream(WEB, new Exchange(sizes, steadyClock, resolve));
    });
  }

  /** Cells that have not been given back. */
  get cellsOutstanding(): number {
    return this.cells.outstanding;
  }

  async stop(): Promise<void> {
    this.onion.close();
    await this.node.libp2p.stop();
  }
}

function fail(error: unknown): never {
  throw error;
}
