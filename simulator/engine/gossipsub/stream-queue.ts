/**
 * The queue in which a router's outbound streams are asked for, one after the other.
 *
 * Gossipsub's own is an async iterator over a pushable, whose promises are a tenth of all that a large network
 * allocates. The fast path takes this one; what is done for a peer is the router's in both.
 */

import type { GossipSubInternals, WantedStream } from './internals.ts';

export class StreamQueue {
  private readonly router: GossipSubInternals;
  private readonly waiting: WantedStream[] = [];
  private isBusy = false;

  constructor(router: GossipSubInternals) {
    this.router = router;
  }

  /** Whoever pushes goes on first: the stream is asked for when what happens now has happened. */
  push(wanted: WantedStream): void {
    this.waiting.push(wanted);
    if (!this.isBusy) void this.serve();
  }

  /** A router that has stopped asks for nothing more. */
  end(): void {}

  private async serve(): Promise<void> {
    this.isBusy = true;
    await null;
    for (let wanted = this.waiting.shift(); wanted !== undefined; wanted = this.waiting.shift()) {
      await this.router.createOutboundStream(wanted.peerId, wanted.connection);
    }
    this.isBusy = false;
  }
}
