/** What clients noticed, and what attackers of traffic achieved: a section of the report page, and terminal lines. */

import type { Summary } from '../measure/summary.ts';
import type { TimeQuantiles, TrafficSummary } from '../measure/traffic-summary.ts';
import { groupThousands, humanBytes, humanDuration, humanPercent } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

interface TrafficArm {
  readonly name: string;
  readonly traffic: TrafficSummary;
}

const NONE = '–';

function trafficArms(summary: Summary): TrafficArm[] {
  return Object.entries(summary.arms).flatMap(([name, { traffic }]) =>
    traffic === null ? [] : [{ name, traffic }],
  );
}

function time(seconds: number | null): string {
  return seconds === null ? NONE : humanDuration(seconds);
}

/** "0.38 s / 0.75 s / 1.4 s". */
function times({ p50Seconds, p90Seconds, p99Seconds }: TimeQuantiles): string {
  return [p50Seconds, p90Seconds, p99Seconds].map(time).join(' / ');
}

function rate(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? NONE : `${humanBytes(bytesPerSecond)}/s`;
}

const PERIODS = ['before', 'after'] as const;

function fetches(arms: readonly TrafficArm[]): Markup {
  const uses = (['web', 'bulk'] as const).filter((use) =>
    arms.some(({ traffic }) => traffic[use].before.asked + traffic[use].after.asked > 0),
  );
  const rows = arms.flatMap(({ name, traffic }) =>
    uses.flatMap((use) =>
      PERIODS.map((period) => {
        const { asked, fetched, interrupted, firstByte, lastByte, bytesPerSecond } = traffic[use][period];
        return [
          element('b', {}, name),
          use,
          period,
          groupThousands(asked),
          groupThousands(fetched),
          groupThousands(interrupted),
          times(firstByte),
          times(lastByte),
          rate(bytesPerSecond),
        ];
      }),
    ),
  );
  const headings = [
    'arm',
    'use',
    'release',
    'asked for',
    'fetched',
    'interrupted',
    'first byte: p50 / p90 / p99',
    'last byte: p50 / p90 / p99',
    'median rate',
  ];
  return table(headings, rows);
}

function circuits(arms: readonly TrafficArm[]): Markup {
  const rows = arms.flatMap(({ name, traffic }) =>
    PERIODS.map((period) => {
      const one = traffic.circuits[period];
      return [
        element('b', {}, name),
        period,
        groupThousands(one.built),
        groupThousands(one.failed),
        groupThousands(one.broken),
        groupThousands(one.closed),
        times(one.buildTime),
        time(one.meanQueueSeconds),
        time(one.longestWait.p50Seconds),
      ];
    }),
  );
  const headings = [
    'arm',
    'release',
    'circuits built',
    'failed',
    'broken',
    'closed',
    'build time: p50 / p90 / p99',
    'queue delay',
    'longest queue: p50',
  ];
  return table(headings, rows);
}

function costs(arms: readonly TrafficArm[]): Markup {
  const rows = arms.map(({ name, traffic }) => [
    element('b', {}, name),
    humanBytes(traffic.receivedBytes),
    humanBytes(traffic.delayedBytes),
    humanPercent(traffic.largestDownShare),
    humanPercent(traffic.largestDownWeightShare),
    groupThousands(traffic.expectedBrokenCircuits),
    groupThousands(traffic.cells.sent),
    groupThousands(traffic.cells.refused),
  ]);
  const headings = [
    'arm',
    'bytes received',
    'bytes delayed',
    'most relays down',
    'by consensus weight',
    'expected to break',
    'cells on links',
    'cells refused by a hook',
  ];
  return table(headings, rows);
}

function marks(arms: readonly TrafficArm[]): Markup {
  const rows = arms.flatMap(({ name, traffic }) => {
    if (traffic.marks === null) return [];
    const { before, after, falseMarks, attackableShare, vulnerableCircuitHours } = traffic.marks;
    return [
      [
        element('b', {}, name),
        `${groupThousands(before.read)} of ${groupThousands(before.made)}`,
        `${groupThousands(after.read)} of ${groupThousands(after.made)}`,
        groupThousands(falseMarks),
        attackableShare === null ? NONE : humanPercent(attackableShare),
        vulnerableCircuitHours === null ? NONE : groupThousands(vulnerableCircuitHours),
      ],
    ];
  });
  const headings = [
    'arm',
    'marks read before',
    'after the release',
    'read where none was made',
    'circuits open to attack',
    'vulnerable circuit-hours',
  ];
  return rows.length === 0 ? join() : table(headings, rows);
}

function floods(arms: readonly TrafficArm[]): Markup {
  const rows = arms.flatMap(({ name, traffic }) => {
    if (traffic.flood === null) return [];
    const { asked, answered, refused, overloaded } = traffic.flood;
    return [[element('b', {}, name), ...[asked, answered, refused, overloaded].map(groupThousands)]];
  });
  const headings = ['arm', 'hostile circuits', 'answered', 'refused', 'turned away for overload, of all'];
  return rows.length === 0 ? join() : table(headings, rows);
}

/** The section; nothing where no cell was simulated. */
export function traffic(summary: Summary): Markup {
  const arms = trafficArms(summary);
  if (arms.length === 0) return join();
  return join(
    element('h2', {}, 'What clients noticed'),
    fetches(arms),
    circuits(arms),
    costs(arms),
    marks(arms),
    floods(arms),
    element(
      'p',
      {},
      'Before and after: the first release. Interrupted: asked for again since its circuit was lost; the bytes of ' +
        'such answers are delayed. Broken: circuits in use that lost a relay or a link; closed: such that a relay or ' +
        'the client ended for a cell that it does not tolerate; expected to break: by all restarts to the horizon of the ' +
        'arm, if clients keep their circuits open at every moment. Queue delay: what a cell waits on each link of its ' +
        'way, on average; longest queue: what the last cell at the busiest relay would wait. Vulnerable ' +
        'circuit-hours: circuits on which a mark works, from the release to the longest horizon of all arms.',
    ),
  );
}

/** "live: first byte 0.38 s before, 0.39 s after (p50, web); 0 circuits broken, 0 B delayed, ...", one an arm. */
export function trafficLines(summary: Summary): string[] {
  return trafficArms(summary).map(({ name, traffic: { web, circuits: built, ...all } }) => {
    const broken = built.before.broken + built.after.broken;
    const parts = [
      `web first byte p50 ${time(web.before.firstByte.p50Seconds)} before, ${time(web.after.firstByte.p50Seconds)} after; ` +
        `p99 ${time(web.before.firstByte.p99Seconds)}, ${time(web.after.firstByte.p99Seconds)}`,
      `${groupThousands(broken)} circuits broken, ${humanBytes(all.delayedBytes)} delayed, ` +
        `${humanPercent(all.largestDownShare)} of relays down at most`,
    ];
    if (all.marks !== null) {
      const { before, after, vulnerableCircuitHours } = all.marks;
      parts.push(
        `marks read: ${before.read} of ${before.made} before, ${after.read} of ${after.made} after; ` +
          `${vulnerableCircuitHours === null ? NONE : groupThousands(vulnerableCircuitHours)} vulnerable circuit-hours`,
      );
    }
    if (all.flood !== null) {
      const { asked, answered } = all.flood;
      parts.push(
        `flood: ${groupThousands(answered)} of ${groupThousands(asked)} answered; honest circuits that failed: ` +
          `${groupThousands(built.before.failed)} before, ${groupThousands(built.after.failed)} after`,
      );
    }
    return `${name}: ${parts.join('; ')}`;
  });
}
