/** A small scenario for tests, with every part to be overridden. */

import type { Scenario } from '../scenario/scenario.ts';

/** 300 relays on uniform links with one module, 40 virtual seconds. */
export function testScenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    name: 'test',
    question: '',
    seed: 1,
    engine: 'gossipsub',
    fidelity: 'fast',
    threads: 1,
    durationSeconds: 40,
    updates: [{ module: 'strict-cells', atSeconds: 10, sizeBytes: null }],
    traffic: { utilization: 0.4 },
    costs: { verifySignatureUs: 205, hashUsPerKiB: 1, admitUs: 1000, admitUsPerKiB: 20 },
    arms: [{ name: 'live', channel: 'gossip' }],
    historical: [],
    ...changes,
    network: {
      relays: 300,
      population: 'uniform',
      degree: 14,
      dialing: 'uniform',
      latency: { law: 'uniform', minMs: 10, maxMs: 300 },
      uplink: { law: 'constant', bitsPerSecond: 20e6 },
      ...changes.network,
    },
    gossipsub: {
      D: 6,
      Dlo: 4,
      Dhi: 12,
      Dscore: 4,
      Dout: 2,
      Dlazy: 6,
      heartbeatMs: 1000,
      floodPublish: true,
      ...changes.gossipsub,
    },
  };
}
