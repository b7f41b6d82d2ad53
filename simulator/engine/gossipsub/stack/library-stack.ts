/** A whole libp2p node above the links of a relay. */

import type { ComponentLogger } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { GossipSubInternals } from '../internals.ts';
import type { LinkEnd, NetworkStack, NewLink } from '../network-stack.ts';
import type { Transport } from '../transport.ts';
import type { LibraryNode } from './library-node.ts';
import { LinkConnection } from './link-connection.ts';
import type { SimulatedTransport } from './simulated-transport.ts';

export interface LibraryStackParts {
  readonly node: LibraryNode;
  /** That of the node. */
  readonly links: SimulatedTransport;
  readonly transport: Transport;
  readonly logger: ComponentLogger;
  /** The whole address of a relay, its peer id included: the same object every time. */
  readonly addressOf: (relay: number) => Multiaddr;
  /** Told of whatever keeps a connection from coming up. */
  readonly onError: (error: unknown) => void;
}

export class LibraryStack implements NetworkStack {
  private readonly parts: LibraryStackParts;
  private isDead = false;

  constructor(parts: LibraryStackParts) {
    this.parts = parts;
  }

  get node(): LibraryNode {
    return this.parts.node;
  }

  get router(): GossipSubInternals {
    return this.parts.node.services.pubsub;
  }

  async start(): Promise<void> {
    await this.parts.node.start();
  }

  async stop(): Promise<void> {
    await this.parts.node.stop();
  }

  die(): void {
    this.isDead = true;
  }

  connect(link: NewLink): LinkEnd {
    link.local.wake();
    const { transport, logger, addressOf } = this.parts;
    const log = logger.forComponent('relaywave:link');
    return new LinkConnection({ owner: this, transport, log, remoteAddr: addressOf(link.peer.index) }, link);
  }

  /** Has the node take a connection: by dialling if it is this end that made the link. */
  connected(connection: LinkConnection): void {
    if (this.isDead) return;
    const { onError } = this.parts;
    const upgraded =
      connection.direction === 'outbound' ? this.dial(connection) : this.parts.links.accept(connection);
    upgraded.catch((error: unknown) => {
      onError(error);
      connection.abort(error as Error);
    });
  }

  private dial(connection: LinkConnection): Promise<unknown> {
    const { node, links } = this.parts;
    links.offer(connection);
    return node.dial(connection.remoteAddr);
  }
}
