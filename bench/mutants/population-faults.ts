/** Faults in who the relays are: places, latencies, links, presence, operators and their lags. */

import type { Fault } from './fault.ts';

export const POPULATION_FAULTS: readonly Fault[] = [
  {
    wrong: 'a link is longer in one direction than in the other',
    file: 'simulator/population/pair-latency.ts',
    find: 'mix32(Math.min(a, b) ^ mix32(Math.max(a, b) + 1))',
    replace: 'mix32(a ^ mix32(b + 1))',
    tests: ['simulator/population/latency.test.ts'],
  },
  {
    wrong: 'one way takes as long as there and back',
    file: 'simulator/population/pair-latency.ts',
    find: 'wholeUs(rttMs(a, b) / 2 + accessMs',
    replace: 'wholeUs(rttMs(a, b) + accessMs',
    tests: ['simulator/population/latency.test.ts'],
  },
  {
    wrong: 'links join relays of one /24',
    file: 'simulator/population/topology.ts',
    find: 'ofRelays[FIELDS * a + SUBNET] !== ofRelays[FIELDS * b + SUBNET]',
    replace: 'ofRelays[FIELDS * a + SUBNET] !== ofRelays[FIELDS * b + SUBNET] + 0.5',
    tests: ['simulator/population/topology.test.ts'],
  },
  {
    wrong: 'an odd degree leaves every relay half a link short',
    file: 'simulator/population/topology.ts',
    find: 'const dials = Math.floor(((row + 1) * plan.degree) / 2) - Math.floor((row * plan.degree) / 2);',
    replace: 'const dials = Math.floor(plan.degree / 2) + 0 * row;',
    tests: ['simulator/population/topology.test.ts'],
  },
  {
    wrong: 'the relay that the developers publish through may be away',
    file: 'simulator/population/presence.ts',
    find: 'candidates.filter((relay) => !always.has(relay))',
    replace: 'candidates.filter((relay) => !always.has(relay + 1))',
    tests: ['simulator/population/presence.test.ts'],
  },
  {
    wrong: 'when relays go away is drawn from the stream of those that come late',
    file: 'simulator/population/presence.ts',
    find: "randomStream(seed, 'relays go away')",
    replace: "randomStream(seed, 'late relays join')",
    tests: ['simulator/population/presence.test.ts'],
  },
  {
    wrong: 'a session that is met in the middle is no longer than a fresh one',
    file: 'simulator/population/spell-law.ts',
    find: 'exp(law.sigma * law.sigma + law.sigma * stream.normal())',
    replace: 'exp(law.sigma * stream.normal())',
    tests: ['simulator/population/spell-law.test.ts'],
  },
  {
    wrong: 'shares of the whole lose what is left over by rounding',
    file: 'simulator/population/dealing.ts',
    find: 'byRemainder.slice(0, missing)',
    replace: 'byRemainder.slice(0, missing - 1)',
    tests: ['simulator/population/dealing.test.ts'],
  },
  {
    wrong: 'a quantile between two known ones is the lower of them',
    file: 'simulator/population/sampling.ts',
    find: 'return low + (rank - below) * (quantiles[below + 1]! - low);',
    replace: 'return low;',
    tests: ['simulator/population/sampling.test.ts'],
  },
];
