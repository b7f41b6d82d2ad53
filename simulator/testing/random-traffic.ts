/** Traffic plans of every sort, for tests that draw scenarios. */

import fc from 'fast-check';
import { MARKS, type TrafficPlan, type UsePlan } from '../scenario/traffic-plan.ts';

function between(min: number, max: number) {
  return fc.double({ min, max, noNaN: true });
}

/** A span of the run, as shares of its duration. */
const span = fc.tuple(between(0, 0.4), between(0.5, 0.9));

const use: fc.Arbitrary<UsePlan> = fc.record({
  meanBytes: fc.integer({ min: 1, max: 1_000_000_000 }),
  meanThinkSeconds: between(0, 86_400),
});

const clients = fc.record({
  count: fc.integer({ min: 1, max: 100_000 }),
  circuits: fc.integer({ min: 1, max: 16 }),
  circuitSeconds: between(1, 86_400),
  span,
  bulkShare: between(0, 1),
  web: use,
  bulk: use,
  scale: between(1e-6, 1),
  exitShare: between(1e-6, 1),
  flow: fc.constantFrom('fixed' as const, 'congestion' as const),
  handshakeUs: between(0, 1e6),
  updates: fc.constantFrom('circuit' as const, 'never' as const),
});

const marking = fc.record({
  mark: fc.constantFrom(...MARKS),
  share: between(1e-6, 0.99),
  cells: fc.integer({ min: 4, max: 64 }),
});

const flood = fc.record({
  span,
  guards: fc.integer({ min: 1, max: 1000 }),
  circuitsPerSecond: fc.integer({ min: 1, max: 1_000_000 }),
  addresses: fc.integer({ min: 1, max: 10_000 }),
});

/** Makes a plan for a run of so many seconds. */
export const trafficOf: fc.Arbitrary<(durationSeconds: number) => TrafficPlan> = fc
  .record({
    utilization: between(1e-9, 0.999),
    clients: fc.option(clients),
    marking: fc.option(marking),
    flood: fc.option(flood),
  })
  .map((parts) => (end: number): TrafficPlan => {
    const spanOf = ([from, to]: [number, number]) => ({ fromSeconds: from * end, toSeconds: to * end });
    if (parts.clients === null)
      return { utilization: parts.utilization, clients: null, marking: null, flood: null };
    const { span: comes, web, bulk, ...plan } = parts.clients;
    const attack = parts.flood;
    return {
      utilization: parts.utilization,
      clients: { ...plan, ...spanOf(comes), web: { ...web }, bulk: { ...bulk } },
      marking: parts.marking === null ? null : { ...parts.marking },
      flood: attack === null ? null : floodOf(attack, spanOf(attack.span)),
    };
  });

function floodOf(
  { guards, circuitsPerSecond, addresses }: { guards: number; circuitsPerSecond: number; addresses: number },
  times: { fromSeconds: number; toSeconds: number },
) {
  return { guards, circuitsPerSecond, addresses, ...times };
}
