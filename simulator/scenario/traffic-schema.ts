/** The part of the schema that says what traffic the relays carry. */

import { z } from 'zod';
import { checkSpan, NONE } from './presence-schema.ts';
import { scaled } from './schema-facts.ts';
import {
  duration,
  moment,
  momentOrWord,
  RUN_SECONDS_MAX,
  report,
  share,
  size,
  whole,
} from './schema-values.ts';
import { MARKS } from './traffic-plan.ts';

/** The word for the end of the run. */
const END = 'end';
export const CLIENTS_MAX = 100_000;

function useSchema(meanSize: string, meanThink: string) {
  return z.strictObject({
    size: size(
      { min: 1, max: 1e9 },
      { description: 'Mean size of what is fetched; sizes are exponential', examples: [meanSize] },
    ).prefault(meanSize),
    think: duration(
      's',
      { min: 0, max: 86_400 },
      { description: 'Mean pause before the next; pauses are exponential', examples: [meanThink] },
    ).prefault(meanThink),
  });
}

const clientsSchema = z
  .strictObject({
    count: scaled(
      'count',
      whole({ min: 1, max: CLIENTS_MAX }, { description: 'Number of clients', examples: [2000] }),
    ),
    circuits: whole(
      { min: 1, max: 16 },
      { description: 'Circuits that each client keeps open', examples: [2] },
    ).default(2),
    circuitLife: duration(
      's',
      { min: 1, max: RUN_SECONDS_MAX },
      {
        description: "A circuit is replaced once it is this old and idle (Tor's MaxCircuitDirtiness)",
        examples: ['10min'],
      },
    ).prefault('10min'),
    from: moment({ description: 'The first client comes', examples: ['5s'] }).prefault('5s'),
    to: moment({ description: 'The last client has come', examples: ['15s'] }).prefault('15s'),
    bulkShare: share({
      description: 'Share of clients that download in bulk; the others use the web. An assumption',
      examples: ['5%'],
    }).prefault(0.05),
    web: useSchema('50 KiB', '90s')
      .prefault({})
      .meta({ description: 'What web clients fetch, and how often' }),
    bulk: useSchema('5 MiB', '60s')
      .prefault({})
      .meta({ description: 'What bulk clients fetch, and how often' }),
    scale: share(
      {
        description:
          "Share of the network's load that these clients stand for. Every relay's bandwidth and handshake " +
          'rate are scaled by it, so that a sample of the load meets a sample of the capacity. At 1 the relays ' +
          'are as fast as they are, and nearly idle',
        examples: [1, '1%'],
      },
      { aboveZero: true },
    ).prefault(1),
    exitShare: share(
      { description: 'Share of relays that are exits. An assumption', examples: ['25%'] },
      { aboveZero: true },
    ).prefault(0.25),
    flow: z
      .enum(['fixed', 'congestion'])
      .default('fixed')
      .meta({
        description:
          "fixed: Tor's windows of 1,000 cells. congestion: the consensus parameters of proposal 324, which go " +
          'with a module for the hook flow-window',
        examples: ['fixed'],
      }),
    handshake: duration(
      'us',
      { min: 0, max: 1e6 },
      {
        description: "A relay's processor time for one circuit handshake, before scaling. An assumption",
        examples: ['200us'],
      },
    ).prefault('200us'),
    updates: z
      .enum(['circuit', 'never'])
      .default('circuit')
      .meta({
        description:
          'How clients of live arms get updates: from the relays of a circuit that they build, or never; those of manual arms follow the lag',
        examples: ['circuit'],
      }),
  })
  .superRefine(checkSpan);

const markingSchema = z.strictObject({
  mark: z.enum(MARKS).meta({
    description:
      'relay-early: cells towards the client labelled RELAY_EARLY, seen by the middle relay. drop: RELAY_DROP ' +
      'cells, seen by the client only. unknown: an unknown relay command, seen by the client only',
    examples: ['relay-early'],
  }),
  share: share(
    { description: "Share of consensus weight that is the attacker's", examples: ['10%'] },
    { aboveZero: true, belowOne: true },
  ),
  cells: whole({ min: 4, max: 64 }, { description: 'Cells that a mark takes', examples: [16] }).default(16),
});

const floodSchema = z
  .strictObject({
    from: moment({ description: 'When it begins', examples: ['1min'] }),
    to: momentOrWord(END, { description: 'When it ends; `end`: with the run', examples: [END] }).prefault(
      END,
    ),
    guards: scaled(
      'count',
      whole(
        { min: 1, max: 1000 },
        { description: 'Guards that are flooded, the heaviest first', examples: [5] },
      ),
    ).default(5),
    circuitsPerSecond: whole(
      { min: 1, max: 1_000_000 },
      { description: 'New circuits a second at each of them, before scaling', examples: [20_000] },
    ),
    addresses: whole(
      { min: 1, max: 10_000 },
      { description: 'Addresses that they come from', examples: [50] },
    ).default(50),
  })
  .superRefine(({ from, to }, context) => {
    if (to !== null) checkSpan({ from, to }, context);
  });

export const trafficSchema = z
  .strictObject({
    utilization: share(
      {
        description:
          'Mean share of advertised bandwidth in use, between 0 and 1; it decides how often a hook is ' +
          'reached and what is left for gossip. The default is an assumption',
        examples: [0.4],
      },
      { aboveZero: true, belowOne: true },
    ).prefault(0.4),
    clients: z
      .union([z.literal(NONE), clientsSchema])
      .prefault(NONE)
      .meta({
        description: 'Clients whose circuits and cells are simulated one by one; `none`: no cell is',
        examples: [{ count: 2000 }, NONE],
      }),
    marking: z
      .union([z.literal(NONE), markingSchema])
      .prefault(NONE)
      .meta({
        description:
          'Guards and exits of one party that mark circuits to tell who talks to whom; needs clients',
        examples: [{ mark: 'relay-early', share: '10%' }, NONE],
      }),
    flood: z
      .union([z.literal(NONE), floodSchema])
      .prefault(NONE)
      .meta({
        description: 'A flood of new circuits on a few guards; needs clients',
        examples: [{ from: '1min', circuitsPerSecond: 20_000 }, NONE],
      }),
  })
  .superRefine(({ clients, marking, flood }, context) => {
    if (clients !== NONE) return;
    const hint = 'add clients, such as "clients: { count: 1000 }"';
    if (marking !== NONE) report(context, 'nobody is there to be marked', hint, ['marking']);
    if (flood !== NONE) report(context, 'no circuit is there to suffer', hint, ['flood']);
  });

export type TrafficInput = z.output<typeof trafficSchema>;
