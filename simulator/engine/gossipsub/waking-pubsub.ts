/** The Pubsub port of a simulated relay: wakes the router before anything touches it. */

import type { Pubsub, PubsubMessage } from '../../../node/environment.ts';

export class WakingPubsub implements Pubsub {
  private readonly pubsub: Pubsub;
  private readonly wake: () => void;

  constructor(pubsub: Pubsub, wake: () => void) {
    this.pubsub = pubsub;
    this.wake = wake;
  }

  subscribe(topic: string, listener: (message: PubsubMessage) => void): void {
    const { wake } = this;
    wake();
    this.pubsub.subscribe(topic, (message) =>
      listener({
        ...message,
        report: (verdict) => {
          wake();
          message.report(verdict);
        },
      }),
    );
  }

  publish(topic: string, data: Uint8Array): Promise<void> {
    this.wake();
    return this.pubsub.publish(topic, data);
  }
}
