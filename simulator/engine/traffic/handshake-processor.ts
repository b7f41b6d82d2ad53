/**
 * The processor time that a relay spends on circuit handshakes: one after the other, and no endless queue.
 *
 * As tor, a relay turns circuits away when those before them would keep them waiting too long.
 */

import type { HandshakeWork } from '../../../node/relay/relay-node.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';

/** tor's MaxOnionQueueDelay. */
const MOST_WAIT_US = 1_750_000;

export class HandshakeProcessor implements HandshakeWork {
  private readonly clock: VirtualClock;
  private readonly host: number;
  private readonly costUs: number;
  private freeUs = 0;

  constructor(clock: VirtualClock, host: number, costUs: number) {
    this.clock = clock;
    this.host = host;
    this.costUs = costUs;
  }

  take(answer: () => void): boolean {
    if (this.costUs === 0) {
      answer();
      return true;
    }
    const { clock, host, costUs } = this;
    const startUs = Math.max(this.freeUs, clock.nowUs);
    if (startUs - clock.nowUs > MOST_WAIT_US) return false;
    this.freeUs = startUs + costUs;
    clock.schedule(this.freeUs, new Call(host, answer));
    return true;
  }
}
