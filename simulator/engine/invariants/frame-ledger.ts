/** Frames sent must be delivered, or dropped where nobody was left to take them, or on their way. */

import type { Violation } from './violation.ts';

export interface FrameLedger {
  readonly framesSent: number;
  /** Second copies, which faults make on the way. */
  readonly framesCopied: number;
  readonly framesDelivered: number;
  readonly framesDropped: number;
  readonly framesInFlight: number;
}

/** What is wrong with the books at the end of a run; null when they balance. */
export function unbalanced(ledger: FrameLedger, endUs: number): Violation | null {
  const { framesSent, framesCopied, framesDelivered, framesDropped, framesInFlight } = ledger;
  if (framesSent + framesCopied === framesDelivered + framesDropped + framesInFlight) return null;
  const found = `${framesDelivered} delivered, ${framesDropped} dropped and ${framesInFlight} in flight`;
  const copied = framesCopied === 0 ? '' : ` and ${framesCopied} copied`;
  const what = `${framesSent} frames sent${copied}, but ${found}`;
  return { invariant: 'frames-conserved', timeUs: endUs, relay: null, what };
}
