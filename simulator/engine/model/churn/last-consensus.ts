/**
 * Which relays the consensus of the last full hour lists: those that were up then.
 *
 * Relays that look for others ask it millions of times, so that it is kept as relays come and go, instead of being
 * looked for in their lives.
 */

import type { Churn } from '../../../population/churn.ts';
import { CONSENSUS_US, isListedAt } from '../../gossipsub/link-keeper.ts';

export class LastConsensus {
  private readonly churn: Churn;
  private readonly isUp: Uint8Array;
  private readonly listed: Uint8Array;
  /** What is listed holds after the full hour that ends here, until the next one. */
  private untilUs = CONSENSUS_US;

  constructor(churn: Churn, relays: number) {
    this.churn = churn;
    this.isUp = Uint8Array.from({ length: relays }, (_unused, relay) =>
      isListedAt(churn, relay, 0) ? 1 : 0,
    );
    this.listed = this.isUp.slice();
  }

  /** A relay comes or goes; in the order of time. */
  note(relay: number, nowUs: number, isUp: boolean): void {
    this.turn(nowUs);
    this.isUp[relay] = isUp ? 1 : 0;
  }

  lists(relay: number, nowUs: number): boolean {
    // At the full hour itself, others may come or go in the same instant.
    if (nowUs === this.untilUs) return isListedAt(this.churn, relay, nowUs);
    this.turn(nowUs);
    return this.listed[relay] === 1;
  }

  /** Whoever comes or goes at the full hour does so before it is listed. */
  private turn(nowUs: number): void {
    if (nowUs <= this.untilUs) return;
    this.listed.set(this.isUp);
    this.untilUs = Math.ceil(nowUs / CONSENSUS_US) * CONSENSUS_US;
  }
}
