/**
 * Whether links may be deaf for as long as they are up.
 *
 * Gossipsub tells a peer what it subscribes to once, on the new stream. A loss that nobody makes good may take that frame,
 * and the other one's, and the GRAFT that would have done instead: then neither end ever sends the other a message or an
 * IHAVE, and no heartbeat mends it. Frames that are lost later cost a message or a place in a mesh, and IHAVE makes up
 * for both.
 */

import type { FaultPlan } from '../../scenario/fault-plan.ts';
import type { Scenario } from '../../scenario/scenario.ts';

/** From a link to the GRAFT that follows its subscriptions: five crossings of 0.4 s, and a heartbeat. */
const OPENING_SECONDS = 3;

type Span = readonly [fromSeconds: number, toSeconds: number];

/** `linksSeconds`: how long after a disturbance lost links may still be made anew. */
export function maySubscriptionsBeLost(scenario: Scenario, linksSeconds: number): boolean {
  const losses = scenario.faults.filter(({ kind, retransmitted }) => kind === 'loss' && !retransmitted);
  const spans = linksComeUp(scenario, linksSeconds);
  return losses.some(({ fromSeconds, forSeconds }) =>
    spans.some(([from, to]) => from < fromSeconds + forSeconds && fromSeconds < to + OPENING_SECONDS),
  );
}

function linksComeUp({ network, presence, churn, faults }: Scenario, linksSeconds: number): Span[] {
  if (churn !== null) return [[0, Number.POSITIVE_INFINITY]];
  const { late, away } = presence;
  const spans: Span[] = [[0, network.startSeconds]];
  if (late !== null) spans.push([late.fromSeconds, late.toSeconds + linksSeconds]);
  if (away !== null) spans.push([away.fromSeconds, away.toSeconds + away.forSeconds + linksSeconds]);
  for (const fault of faults) {
    if (takesLinks(fault)) spans.push([fault.fromSeconds, endSeconds(fault) + linksSeconds]);
  }
  return spans;
}

function takesLinks({ kind }: FaultPlan): boolean {
  return kind === 'crash' || kind === 'publisher-lost' || kind === 'partition';
}

/** When an update reaches the step that a relay dies at is not known beforehand. */
function endSeconds({ fromSeconds, forSeconds, step }: FaultPlan): number {
  return step === null ? fromSeconds + forSeconds : Number.POSITIVE_INFINITY;
}
