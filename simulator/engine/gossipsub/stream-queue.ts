/**
 * The queue in which a router's outbound streams are asked for, one after the other.
 *
 * Gossipsub's own is an async iterator over a pushable, and an asynchronous function waits for each stream. What they
 * allocate lives until the other end has answered, and was a fifth of all that the start of a large network allocates. The
 * fast path takes this one: it asks the connection, which tells it when the stream is there, and is that stream itself. What
 * is looked at before, and what is done then, is what `createOutboundStream` does.
 */

import type { Opening, SimulatedConnection } from './connection.ts';
import type { GossipSubInternals, WantedStream } from './internals.ts';

const NOW = Promise.resolve();

export class StreamQueue implements Opening {
  private readonly router: GossipSubInternals;
  private readonly waiting: WantedStream[] = [];
  private isBusy = false;

  constructor(router: GossipSubInternals) {
    this.router = router;
  }

  /** The last that a router does when it hears of a peer, so that the stream may be asked for at once. */
  push(wanted: WantedStream): void {
    this.waiting.push(wanted);
    if (this.isBusy) return;
    this.isBusy = true;
    this.askNext();
  }

  /** A router that has stopped asks for nothing more. */
  end(): void {}

  agreed(connection: SimulatedConnection): void {
    const { router } = this;
    const id = connection.remotePeer.toString();
    router.streamsOutbound.set(id, connection);
    const { subscriptions } = router;
    if (subscriptions.size > 0) router.sendSubscriptions(id, Array.from(subscriptions), true);
    this.askNext();
  }

  /** Whoever closes the link goes on first: the next is asked for when what happens now has happened. */
  lost(): void {
    void NOW.then(this.askNext);
  }

  private readonly askNext = (): void => {
    const { waiting } = this;
    for (let wanted = waiting.shift(); wanted !== undefined; wanted = waiting.shift()) {
      const connection = wanted.connection as unknown as SimulatedConnection;
      if (this.isWanted(wanted) && connection.askForStream(this)) return;
    }
    this.isBusy = false;
  };

  private isWanted({ peerId }: WantedStream): boolean {
    const { router } = this;
    const id = peerId.toString();
    return router.isStarted() && router.peers.has(id) && !router.streamsOutbound.has(id);
  }
}
