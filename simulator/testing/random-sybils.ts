/** Random sybils for tests of the language; times are shares of the duration, in order within it. */

import fc from 'fast-check';
import { GOSSIP_ATTACKS, hasBatch, isFlood, SYBIL_TARGETS, type SybilPlan } from '../scenario/sybil-plan.ts';
import { connectsByItself } from '../scenario/sybil-schema.ts';

/** A plan over a duration, for a network of so many relays. */
export type SybilsOver = (durationSeconds: number, relays: number) => SybilPlan;

export const randomSybils: fc.Arbitrary<SybilsOver> = fc
  .record({
    attack: fc.constantFrom(...GOSSIP_ATTACKS),
    target: fc.constantFrom(...SYBIL_TARGETS),
    count: fc.integer({ min: 1, max: 100_000 }),
    degree: fc.integer({ min: 1, max: 1000 }),
    times: fc.tuple(...[0, 0.3, 0.6].map((low) => fc.double({ min: low, max: low + 0.2, noNaN: true }))),
    every: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    batch: fc.integer({ min: 1, max: 5000 }),
    drop: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    perAddress: fc.integer({ min: 1, max: 100_000 }),
    uplink: fc.double({ min: 1e3, max: 1e12, noNaN: true }),
  })
  .map(
    ({ attack, target, count, degree, times, every, batch, drop, perAddress, uplink }) =>
      (end, relays) => {
        const [connect, from, to] = times as [number, number, number];
        return {
          attack,
          target: target === 'relay' && relays <= 3 ? 'publisher' : target,
          count,
          degree: Math.min(degree, relays),
          connectSeconds: connectsByItself(attack) ? 0 : (connect + 0) * end,
          fromSeconds: from * end,
          toSeconds: to * end,
          everySeconds: isFlood(attack) ? every : 0,
          batch: hasBatch(attack) ? batch : 0,
          dropShare: attack === 'degradation' ? drop : 0,
          perAddress,
          uplinkBitsPerSecond: uplink,
        };
      },
  );
