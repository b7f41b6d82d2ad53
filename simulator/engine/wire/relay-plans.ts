/** What the relays of a run are to be: their uplinks, whom they dial and when, and where they keep their state. */

import { join } from 'node:path';
import type { EngineInput } from '../gossipsub/engine.ts';
import { SETUP_ROUND_TRIPS } from '../gossipsub/simulated-peers.ts';
import { drawnThirdParties } from '../gossipsub/third-parties.ts';
import { linksComingUp } from '../start-plan.ts';
import type { RelayPlan } from './messages.ts';
import type { NetworkParts } from './wire-network.ts';

export function planRelays(
  { scenario, population, topology }: EngineInput,
  { placement, degrees, folder }: Pick<NetworkParts, 'placement' | 'degrees' | 'folder'>,
): RelayPlan[] {
  const nextUpUs = linksComingUp(scenario.seed, scenario.network.startSeconds);
  const dials = Array.from({ length: population.relays }, (): RelayPlan['dials'][number][] => []);
  for (let link = 0; link < topology.links; link++) {
    // In real time, whatever the run is slowed by: handshakes are not slowed either.
    const setupUs = SETUP_ROUND_TRIPS * 2 * topology.latencyUs[link]!;
    const atMs = Math.max(0, nextUpUs() - setupUs) / 1000;
    dials[topology.dialer[link]!]!.push({ peer: topology.listener[link]!, atMs });
  }
  return dials.map((own, relay) => ({
    relay,
    uplinkBitsPerSecond: population.uplinkBitsPerSecond[relay]!,
    takesThirdParties: drawnThirdParties(scenario, population.operator[relay]!) === 'all',
    links: degrees[relay]!,
    dials: own,
    stateFolder: placement.alone.has(relay) ? join(folder, String(relay)) : null,
    port: 0,
  }));
}
