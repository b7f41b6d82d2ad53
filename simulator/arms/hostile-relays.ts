/** Which relays are the adversary's. */

import { randomStream } from '../engine/random.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Relays of the adversary's: a share of all, none of them one that the developers publish through. */
export function drawHostileRelays(
  { adversary, network, seed }: Scenario,
  publishers: ReadonlySet<number>,
  embeds: Uint8Array | null = null,
): Set<number> {
  if (adversary === null) return new Set();
  const candidates = Array.from({ length: network.relays }, (_unused, relay) => relay);
  randomStream(seed, 'hostile relays').shuffle(candidates);
  const count = Math.round(adversary.share * network.relays);
  const canAttack = (relay: number): boolean => !publishers.has(relay) && embeds?.[relay] !== 0;
  return new Set(candidates.filter(canAttack).slice(0, count));
}
