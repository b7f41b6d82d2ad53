/**
 * The libp2p node of a simulated relay: what a relay on TCP has (node/daemon/libp2p-node.ts), over simulated links.
 *
 * Connection manager, dial queue, registrar, peer store, identify, ping and gossipsub are those of js-libp2p. Left out
 * is what only watches over connections that could hang, the monitor's pings: links here are there or not.
 */

import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import { identify } from '@libp2p/identify';
import type { ComponentLogger, Libp2p, PeerId, PrivateKey } from '@libp2p/interface';
import { ping } from '@libp2p/ping';
import { yamux } from '@libp2p/yamux';
import type { Multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2pOptions } from 'libp2p';
import type { GossipSubInternals } from '../internals.ts';
import { CompactDatastore } from './compact-datastore.ts';
import type { SimulatedTransport } from './simulated-transport.ts';

type Services = { identify: object; ping: object; pubsub: GossipSubInternals };
export type LibraryNode = Libp2p<Services>;
type Init = Libp2pOptions<Services> & { readonly peerId: PeerId };
export type LibraryNodeClass = new (init: Init) => LibraryNode;

/** More than any relay has: nothing is pruned, and nobody refused. */
const CONNECTIONS_MAX = 100_000;
/** What a node calls itself; libp2p's own name tells the version of Node, on which no result may depend. */
const USER_AGENT = 'relaywave/3.3 node/20';

/** The class itself, taken from an instance: it can be made within an event, which createLibp2p cannot. */
export async function libraryNodeClass(
  privateKey: PrivateKey,
  logger: ComponentLogger,
): Promise<LibraryNodeClass> {
  const node = await createLibp2p({ start: false, privateKey, logger });
  return node.constructor as unknown as LibraryNodeClass;
}

export interface LibraryNodeParts {
  readonly peerId: PeerId;
  readonly privateKey: PrivateKey;
  readonly address: Multiaddr;
  readonly transport: SimulatedTransport;
  readonly logger: ComponentLogger;
  readonly router: (components: GossipSubComponents) => GossipSubInternals;
}

export function libraryNodeInit(parts: LibraryNodeParts): Init {
  const { peerId, privateKey, address, transport, logger, router } = parts;
  return {
    start: false,
    peerId,
    privateKey,
    logger,
    nodeInfo: { name: 'relaywave', userAgent: USER_AGENT },
    datastore: new CompactDatastore(),
    addresses: { listen: [address.toString()] },
    transports: [() => transport],
    streamMuxers: [yamux()],
    connectionManager: { maxConnections: CONNECTIONS_MAX, reconnectRetries: 0 },
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: (components) => router(components as unknown as GossipSubComponents),
    },
  };
}
