/** The router alone, with no more of libp2p around it than it asks for (components.ts). */

import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { RelayRegistrar } from './components.ts';
import { InboundQueue, SimulatedConnection } from './connection.ts';
import type { Frame, FrameMint } from './frame.ts';
import { takeGreeting } from './greeting.ts';
import type { GossipSubInternals } from './internals.ts';
import type { LinkEnd, NetworkStack, NewLink } from './network-stack.ts';
import { takeSoleControl } from './sole-control.ts';
import type { Transport } from './transport.ts';

/** How frames reach the router: straight, or through its async iterators. */
export type Reception =
  | { readonly path: 'straight'; readonly mint: FrameMint; readonly onError: (error: unknown) => void }
  | { readonly path: 'streamed' };

export interface BareStackParts {
  readonly router: GossipSubInternals;
  /** Where the router registers itself. */
  readonly registrar: RelayRegistrar;
  readonly reception: Reception;
  readonly transport: Transport;
}

export class BareStack implements NetworkStack {
  readonly router: GossipSubInternals;
  private readonly parts: BareStackParts;

  constructor(parts: BareStackParts) {
    this.router = parts.router;
    this.parts = parts;
  }

  start(): Promise<void> {
    return this.router.start();
  }

  stop(): Promise<void> {
    return this.router.stop();
  }

  die(): void {
    this.parts.registrar.topology = null;
  }

  connect(link: NewLink): LinkEnd {
    return new SimulatedConnection(this, this.parts.transport, link);
  }

  /** Tells the router of a peer that has said which protocols it speaks. */
  identified(connection: SimulatedConnection): void {
    this.parts.registrar.topology?.onConnect?.(connection.remotePeer, connection.asConnection());
  }

  disconnected({ remotePeer }: SimulatedConnection): void {
    this.parts.registrar.topology?.onDisconnect?.(remotePeer);
  }

  /** The receiving side of a stream that another relay has asked for; null where frames come straight. */
  inboundQueue(): InboundQueue | null {
    return this.parts.reception.path === 'streamed' ? new InboundQueue() : null;
  }

  receive(connection: SimulatedConnection, frame: Frame): void {
    const { reception, router } = this.parts;
    if (reception.path === 'streamed') {
      connection.inbound?.push(frame.bytes);
      return;
    }
    const { mint, onError } = reception;
    const rpc = frame.rpc ?? decode(mint, frame, router);
    const { control, greeting } = frame;
    try {
      if (control !== null && takeSoleControl(router, connection.remotePeer.toString(), control)) return;
      if (greeting !== null && takeGreeting(router, connection.remotePeer, greeting)) return;
    } catch (error) {
      onError(error);
      return;
    }
    router.handleReceivedRpc(connection.remotePeer, rpc).catch(onError);
  }
}

/** Apart, since a function that makes another one takes memory whether it comes to that or not. */
function decode(mint: FrameMint, frame: Frame, router: GossipSubInternals): RPC {
  return mint.decode(frame, (bytes) => router.decodeRpc(bytes));
}
