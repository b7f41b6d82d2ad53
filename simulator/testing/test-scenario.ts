/** A small scenario for tests, with every part to be overridden. */

import type { LiveArm, LiveChannel, Scenario, TrustPlan, UpdatePlan } from '../scenario/scenario.ts';

/** The repository as a scenario without the key `trust` has it. */
export const TEST_TRUST: TrustPlan = {
  roles: {
    root: { threshold: 2, keys: 3 },
    targets: { threshold: 2, keys: 3 },
    snapshot: { threshold: 1, keys: 1 },
    timestamp: { threshold: 1, keys: 1 },
  },
  delegations: [],
  thirdPartyShare: 1,
  timestampEverySeconds: 0,
  timestampExpiresSeconds: 7 * 86_400,
  rotations: [],
};

/** strict-cells, released 10 s after the start to everybody at once. */
export function testUpdate(changes: Partial<UpdatePlan> = {}): UpdatePlan {
  return {
    module: 'strict-cells',
    atSeconds: 10,
    sizeBytes: null,
    priority: 0,
    notBeforeSeconds: null,
    rollout: null,
    publisher: null,
    revokeAtSeconds: null,
    ...changes,
  };
}

export function testLiveArm(name: string, channels: readonly LiveChannel[] = ['gossip']): LiveArm {
  return {
    kind: 'live',
    name,
    channels,
    directory: { authorities: 9, uplinkBitsPerSecond: 100e6, intervalSeconds: 3600, jitterShare: 0.5 },
    circuit: { perSecond: 13_900 },
    operators: null,
    untilDays: null,
  };
}

/** 300 relays on uniform links with one module, 40 virtual seconds. */
export function testScenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    name: 'test',
    question: '',
    hypothesis: '',
    answer: '',
    seed: 1,
    engine: 'gossipsub',
    stack: 'bare',
    fidelity: 'fast',
    threads: 1,
    slowdown: 1,
    durationSeconds: 40,
    updates: [testUpdate()],
    trust: TEST_TRUST,
    presence: { late: null, away: null },
    churn: null,
    adversary: null,
    faults: [],
    traffic: { utilization: 0.4, clients: null, marking: null, flood: null },
    costs: { verifySignatureUs: 205, hashUsPerKiB: 1, admitUs: 1000, admitUsPerKiB: 20 },
    arms: [testLiveArm('live')],
    historical: [],
    measure: { milestonePercents: [] },
    report: { charts: null, figure: null, png: true, theme: 'screen' },
    sweep: null,
    assertions: [],
    ...changes,
    network: {
      relays: 300,
      population: 'uniform',
      degree: 14,
      dialing: 'uniform',
      latency: { law: 'uniform', minMs: 10, maxMs: 300 },
      uplink: { law: 'constant', bitsPerSecond: 20e6 },
      startSeconds: 5,
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

/** So many relays as Tor's are, with its latencies and uplinks. */
export function torNetwork(relays: number): Scenario['network'] {
  return {
    ...testScenario().network,
    relays,
    population: 'tor-2025-11',
    latency: { law: 'population' },
    uplink: { law: 'population' },
  };
}
