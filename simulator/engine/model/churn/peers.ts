/** Those whom relays can ask, as what news come to on a relay needs it. */

import type { Had } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';
import type { Requests } from './requests.ts';

export interface Peers {
  /** Asked for modules that no relay has; none without a directory. */
  readonly authorities: readonly number[];
  readonly ask: Requests['request'];
  /** As the clocks of relays tell it. */
  nowMs(): number;
  hadBy(host: number): Had;
  /** Takes what is missing from whoever has brought news by gossip, or else from others. */
  takeMissing(relay: LivingRelay, bearer: number): void;
  /** A timer of the relay's process. */
  after(delayMs: number, relay: LivingRelay, action: () => void): void;
  /** Draws of the relay's own code. */
  inRandomOrder(relay: LivingRelay, hosts: readonly number[]): number[];
  draw(relay: LivingRelay): number;
}
