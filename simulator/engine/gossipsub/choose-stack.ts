/** Which stack the relays of a run have, and the identities that it needs. */

import type { Scenario } from '../../scenario/scenario.ts';
import { type Identity, realIdentity, syntheticIdentity } from './identity.ts';
import { BareStackMaker, type StackMaker, type StackMakerParts } from './stack-maker.ts';

/** Loads libp2p itself only where it is asked for. */
export async function chooseStack(parts: StackMakerParts): Promise<StackMaker> {
  if (parts.job.scenario.stack === 'bare') return new BareStackMaker(parts);
  const { LibraryStackMaker } = await import('./stack/library-maker.ts');
  return LibraryStackMaker.of(parts);
}

/** The identities of relays 0 to `relays` - 1: of real keys where somebody signs with them, or everything is real. */
export async function relayIdentities(scenario: Scenario, relays: number): Promise<Identity[]> {
  const { seed, fidelity, stack } = scenario;
  const isSynthetic = fidelity === 'fast' && stack === 'bare';
  const identities: Identity[] = [];
  for (let relay = 0; relay < relays; relay++) {
    identities.push(isSynthetic ? syntheticIdentity(relay, seed) : await realIdentity(relay, seed));
  }
  return identities;
}
