/** The Pubsub port of a simulated relay: wakes the router before anything touches it. */

import type { Pubsub, PubsubMessage } from '../../../node/environment.ts';

export class WakingPubsub implements Pubsub {
  private readonly pubsub: Pubsub;
  private readonly wake: () => void;
  private readonly onMessage: (message: PubsubMessage) => void;

  constructor(pubsub: Pubsub, wake: () => void, onMessage: (message: PubsubMessage) => void) {
    this.pubsub = pubsub;
    this.wake = wake;
    this.onMessage = onMessage;
  }

  subscribe(topic: string, listener: (message: PubsubMessage) => void): void {
    const { wake } = this;
    wake();
    this.pubsub.subscribe(topic, (message) => {
      this.onMessage(message);
      listener({
        ...message,
        report: (verdict) => {
          wake();
          message.report(verdict);
        },
      });
    });
  }

  publish(topic: string, data: Uint8Array): Promise<void> {
    this.wake();
    return this.pubsub.publish(topic, data);
  }
}
