/**
 * Nothing arrives across a cut or at a dead relay.
 *
 * Asked at the last moment before somebody takes an arrival, so that it does not matter which part of the engine
 * should have stopped it.
 */

import type { InvariantWatch } from './invariant-watch.ts';

export interface ReachabilityParts {
  readonly watch: InvariantWatch;
  readonly nowUs: () => number;
  /** Whether a cut lies between sender and receiver at a moment. */
  readonly isCut: (from: number, to: number, nowUs: number) => boolean;
  /** Whether a host's process is dead or its network gone, so that only its kernel could answer. */
  readonly isGone: (host: number) => boolean;
}

/** Checks something that is about to be taken; `isDial` is a question that a kernel refuses by itself. */
export function checkReach(parts: ReachabilityParts, from: number, to: number, isDial: boolean): void {
  const { watch, nowUs, isCut, isGone } = parts;
  if (isCut(from, to, nowUs())) {
    watch.broken('reachable-only', to, `something of relay ${from} arrived across a cut`);
  } else if (!isDial && isGone(to)) {
    watch.broken('reachable-only', to, `something of relay ${from} arrived, and nobody is there`);
  }
}
