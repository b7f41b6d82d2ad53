/** Network plans for tests: the usual one, with what a test changes. */

import type { NetworkPlan } from '../scenario/scenario.ts';

export function madePlan(changes: Partial<NetworkPlan> = {}): NetworkPlan {
  return {
    relays: 500,
    population: 'tor-2025-11',
    degree: 14,
    dialing: 'uniform',
    latency: { law: 'population' },
    uplink: { law: 'population' },
    startSeconds: 5,
    ...changes,
  };
}
