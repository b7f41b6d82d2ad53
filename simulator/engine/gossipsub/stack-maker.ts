/** Makes what stands above the links of each relay: the router alone, on either path. */

import type { Multiaddr } from '@multiformats/multiaddr';
import { BareStack, type Reception } from './bare-stack.ts';
import { RelayRegistrar, relayComponents } from './components.ts';
import type { FrameMint } from './frame.ts';
import type { GossipSubClass } from './internals.ts';
import type { Job } from './job.ts';
import type { NetworkStack } from './network-stack.ts';
import { routerOptions, type WatchedRouter } from './router.ts';
import { type RouterClassParts, routerClass } from './router-class.ts';
import type { SeenMessages } from './seen-messages.ts';
import type { Transport } from './transport.ts';

export interface StackMaker {
  /** The stack of a relay's next process. */
  make(relay: number): NetworkStack;
}

export interface StackMakerParts extends RouterClassParts {
  readonly job: Job;
  readonly mint: FrameMint;
  readonly seen: SeenMessages;
  readonly transport: Transport;
  readonly addresses: readonly Multiaddr[];
}

export class BareStackMaker implements StackMaker {
  private readonly parts: StackMakerParts;
  private readonly Router: GossipSubClass;
  private readonly options: ReturnType<typeof routerOptions>;
  private readonly reception: Reception;

  constructor(parts: StackMakerParts) {
    const { job, mint, seen, failures } = parts;
    const { gossipsub, fidelity } = job.scenario;
    const fast = fidelity === 'fast';
    this.parts = parts;
    this.Router = routerClass(parts, fast ? { mint, seen } : null);
    this.options = routerOptions(gossipsub, fast, job.scoring ?? {});
    this.reception = fast ? { path: 'straight', mint, onError: failures.record } : { path: 'streamed' };
  }

  make(relay: number): NetworkStack {
    const { identities, failures, transport, seen } = this.parts;
    seen.forget(relay);
    const { peerId, privateKey } = identities[relay];
    const registrar = new RelayRegistrar();
    const router = new this.Router(relayComponents(peerId, privateKey, registrar, failures), this.options);
    (router as WatchedRouter).relay = relay;
    return new BareStack({ router, registrar, reception: this.reception, transport });
  }
}
