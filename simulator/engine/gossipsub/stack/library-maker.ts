/** Makes the libp2p nodes of a thread's relays. */

import type { ComponentLogger, PrivateKey } from '@libp2p/interface';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { GossipSubClass } from '../internals.ts';
import type { Job } from '../job.ts';
import type { NetworkStack } from '../network-stack.ts';
import { routerOptions, type WatchedRouter } from '../router.ts';
import { routerClass } from '../router-class.ts';
import type { StackMaker, StackMakerParts } from '../stack-maker.ts';
import { type LibraryNodeClass, libraryNodeClass, libraryNodeInit } from './library-node.ts';
import { LibraryStack } from './library-stack.ts';
import { sharingRouter } from './sharing-router.ts';
import { SimulatedTransport } from './simulated-transport.ts';
import { isOfLostLink, stackLog } from './stack-log.ts';

export class LibraryStackMaker implements StackMaker {
  private readonly parts: StackMakerParts;
  private readonly Node: LibraryNodeClass;
  private readonly Router: GossipSubClass;
  private readonly options: ReturnType<typeof routerOptions>;
  private readonly logger: ComponentLogger;
  private readonly wholeAddresses = new Map<number, Multiaddr>();

  private constructor(parts: StackMakerParts, Node: LibraryNodeClass, logger: ComponentLogger) {
    const { job } = parts;
    this.parts = parts;
    this.Node = Node;
    this.logger = logger;
    const Router = routerClass(parts, null);
    this.Router = job.scenario.fidelity === 'fast' ? sharingRouter(Router) : Router;
    // As on TCP, the router tells the connection manager whom it has in its mesh.
    this.options = { ...routerOptions(job.scenario.gossipsub, false, job.scoring ?? {}), tagMeshPeers: true };
  }

  /** `parts.identities` need real keys: identify signs with them. */
  static async of(parts: StackMakerParts): Promise<LibraryStackMaker> {
    const { job, failures, identities } = parts;
    const logger = stackLog(failures.record, losesLinks(job));
    const Node = await libraryNodeClass(identities[0].privateKey as PrivateKey, logger);
    return new LibraryStackMaker(parts, Node, logger);
  }

  make(relay: number): NetworkStack {
    const { job, identities, addresses, transport, failures } = this.parts;
    const { logger, options, Router } = this;
    const { peerId, privateKey } = identities[relay];
    const links = new SimulatedTransport();
    const init = libraryNodeInit({
      peerId,
      privateKey: privateKey as PrivateKey,
      address: addresses[relay],
      transport: links,
      logger,
      router: (components) => {
        const router = new Router(components, options);
        (router as WatchedRouter).relay = relay;
        return router;
      },
    });
    const isExpected = losesLinks(job) ? isOfLostLink : () => false;
    return new LibraryStack({
      node: new this.Node(init),
      links,
      transport,
      logger,
      addressOf: (index) => this.wholeAddress(index),
      onError: (error) => {
        if (!isExpected(error)) failures.record(error);
      },
    });
  }

  private wholeAddress(relay: number): Multiaddr {
    let known = this.wholeAddresses.get(relay);
    if (known === undefined) {
      const { addresses, identities } = this.parts;
      known = multiaddr(`${addresses[relay]}/p2p/${identities[relay].peerId}`);
      this.wholeAddresses.set(relay, known);
    }
    return known;
  }
}

/** Whether links may be lost while something runs over them. */
function losesLinks({ presence }: Job): boolean {
  return presence !== null;
}
