/** Random faults for tests of the language: every kind, with the parameters that mean something for it. */

import fc from 'fast-check';
import {
  CRASH_STEPS,
  EVERYBODY,
  FAULT_KINDS,
  type FaultPlan,
  type FaultTargets,
} from '../scenario/fault-plan.ts';
import { takes } from '../scenario/fault-schema.ts';
import type { Arm } from '../scenario/scenario.ts';

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const whole = (min: number, max: number) => fc.integer({ min, max });

const targets: fc.Arbitrary<(relays: number) => FaultTargets> = fc
  .record({
    role: fc.constantFrom('all' as const, 'publishers' as const),
    share: fc.oneof(fc.constant(1), between(1e-6, 1)),
    countries: fc.subarray(['de', 'fr', 'nl']),
    networks: fc.uniqueArray(whole(0, 400_000), { maxLength: 2 }),
    operators: fc.uniqueArray(whole(0, 1000), { maxLength: 2 }),
    positions: fc.uniqueArray(between(0, 0.999), { maxLength: 2 }),
  })
  .map(({ role, positions, ...rest }) => (relays) => {
    if (role === 'publishers') return { ...EVERYBODY, role };
    return { ...rest, role, ids: positions.map((position) => Math.floor(position * relays)) };
  });

/** The part of a run in which something may fail. */
interface Span {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A fault of each: what it is within a run of so many seconds, relays and arms; none where it makes no sense. */
export const randomFaults: fc.Arbitrary<
  ((span: Span, relays: number, arms: readonly Arm[]) => FaultPlan[])[]
> = fc.array(
  fc
    .record({
      kind: fc.constantFrom(...FAULT_KINDS),
      position: between(0, 0.999),
      forSeconds: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), between(1e-3, 1e6)),
      targets,
      step: fc.option(fc.constantFrom(...CRASH_STEPS)),
      times: whole(1, 1000),
      direction: fc.constantFrom('both' as const, 'outgoing' as const, 'incoming' as const),
      bridges: whole(0, 3),
      ratio: between(1e-6, 1),
      retransmitted: fc.boolean(),
      bySeconds: between(1e-3, 1e6),
      isBehind: fc.boolean(),
      factor: between(1, 1000),
    })
    .map((parts) => (span: Span, relays: number, arms: readonly Arm[]): FaultPlan[] => {
      const { kind, position, forSeconds, step, times, direction, bridges, ratio, factor, bySeconds } = parts;
      const live = arms.filter((arm) => arm.kind === 'live');
      const hasAuthorities = live.some(({ channels }) => channels.includes('directory'));
      const { startSeconds: lead, endSeconds } = span;
      if (endSeconds <= lead + 1) return [];
      if (live.length === 0 || (kind === 'authority-lost' && !hasAuthorities)) return [];
      const role =
        kind === 'publisher-lost' ? 'publishers' : kind === 'authority-lost' ? 'authorities' : null;
      return [
        {
          kind,
          fromSeconds: lead + position * (endSeconds - lead),
          forSeconds,
          targets: role === null ? parts.targets(relays) : { ...EVERYBODY, role },
          step: takes(kind, 'at') ? step : null,
          times: takes(kind, 'times') && step !== null ? times : 1,
          direction: takes(kind, 'direction') ? direction : 'both',
          bridges: takes(kind, 'bridges') ? Math.min(bridges, relays - 1) : 0,
          ratio: takes(kind, 'ratio') ? ratio : 0,
          retransmitted: takes(kind, 'retransmitted') && parts.retransmitted,
          bySeconds: takes(kind, 'by')
            ? takes(kind, 'clock') && parts.isBehind
              ? -bySeconds
              : bySeconds
            : 0,
          factor: takes(kind, 'factor') ? Math.max(1.5, factor) : 1,
        },
      ];
    }),
  { maxLength: 4 },
);
