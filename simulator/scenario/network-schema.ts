/**
 * The part of the schema that says what the network is: relays, links, and the gossipsub protocol on them.
 */

import { z } from 'zod';
import { populationSchema } from './population-schema.ts';
import { SCORINGS } from './scenario.ts';
import { scaled } from './schema-facts.ts';
import { checkOneOf, duration, RUN_SECONDS_MAX, rateOrWord, report, whole } from './schema-values.ts';
import { formatDuration } from './units.ts';

const RELAYS_MIN = 2;
/** Relays that an array of the simulator could still number; memory forbids far fewer. */
export const RELAYS_MAX = 1_000_000_000;
/** How long the network takes to start where the scenario does not say. */
const START_SECONDS = { least: 5, most: 30 };
const LATENCY_MS = { min: 0.001, max: 60_000 };

const latencySchema = z
  .union([
    z.literal('population'),
    z
      .strictObject({
        constant: duration('ms', LATENCY_MS, {
          description: 'One one-way latency for all links',
          examples: ['50ms'],
        }).optional(),
        uniform: z
          .tuple([
            duration('ms', LATENCY_MS, { description: 'Shortest' }),
            duration('ms', LATENCY_MS, { description: 'Longest' }),
          ])
          .superRefine(([min, max], context) => {
            if (min <= max) return;
            report(
              context,
              `the shortest latency ${formatDuration(min, 'ms')} exceeds the longest`,
              'swap them',
            );
          })
          .meta({ description: 'Each link draws one between the two', examples: [['10ms', '300ms']] })
          .optional(),
      })
      .superRefine((law, context) => checkOneOf(law, ['constant', 'uniform'], context)),
  ])
  .meta({
    description:
      'One-way latency of links: from the places of the population (which the uniform one has not: then 10 to ' +
      '300 ms), {constant: 50ms} or {uniform: [10ms, 300ms]}',
    examples: ['population', { constant: '50ms' }, { uniform: ['10ms', '300ms'] }],
  });

export const networkSchema = z
  .strictObject({
    relays: whole(
      { min: RELAYS_MIN, max: RELAYS_MAX },
      {
        description:
          'Number of relays. The engine gossipsub carries some 10,000; memory is checked before the start. Of a ' +
          'population from a file all by default, or a sample',
        examples: [7500],
      },
    ),
    population: populationSchema.default('tor-2025-11'),
    populationSeed: whole(
      { min: 0, max: 0xffffffff },
      {
        description:
          'Draws the relays from this number instead of the seed, so that runs with several seeds have the same ' +
          'relays and differ in links, operators and other chance only; intervals then hold for these relays. ' +
          'Default: the relays are drawn anew with each seed',
        examples: [1],
      },
    ).optional(),
    degree: whole(
      { min: 1, max: 1000 },
      {
        description:
          'Mean number of connections of a relay; it dials half of them. Must be below the number of relays',
        examples: [14],
      },
    ).default(14),
    dialing: z
      .enum(['uniform', 'consensus-weight'])
      .default('uniform')
      .meta({
        description: 'How a relay chooses whom it dials: all alike, or in proportion to consensus weight',
        examples: ['uniform'],
      }),
    latency: latencySchema.prefault('population'),
    uplink: rateOrWord(
      'population',
      { min: 1e3, max: 1e12 },
      {
        description:
          'What a relay can send: `population` takes what its traffic leaves of its advertised bandwidth; a rate ' +
          'such as 20 Mbit/s is the same for all',
        examples: ['population', '20 Mbit/s'],
      },
    ).prefault('population'),
    startWithin: scaled(
      'moment',
      duration(
        's',
        { min: START_SECONDS.least, max: RUN_SECONDS_MAX },
        {
          description:
            'By then the relays have started and linked, one link after the other; nobody goes away and nothing fails ' +
            'before. The shorter it is, the more of its near peers a relay has in its mesh. Default: half of the time to ' +
            `the first release, ${formatDuration(START_SECONDS.least, 's')} at least and ` +
            `${formatDuration(START_SECONDS.most, 's')} at most`,
          examples: ['30s'],
        },
      ),
    ).optional(),
  })
  .superRefine(({ relays, degree }, context) => {
    if (degree < relays || relays < RELAYS_MIN) return;
    const message = `degree (${degree}) is not below the number of relays (${relays})`;
    report(context, message, `at most ${relays - 1}`, ['degree'], ['relays']);
  });

/** When the network of a scenario stands: as it says, or by the time to its first release. */
export function startSeconds(
  network: { readonly startWithin?: number | undefined },
  updates: readonly { readonly at: number }[],
): number {
  const half = Math.min(...updates.map(({ at }) => at)) / 2;
  return network.startWithin ?? Math.min(Math.max(half, START_SECONDS.least), START_SECONDS.most);
}

const PEERS = { min: 0, max: 1000 };
const SPECIFICATION = 'gossipsub specification; the default is that of js-libp2p';

export const gossipsubSchema = z
  .strictObject({
    D: whole(
      { min: 1, max: 1000 },
      { description: `Wished number of mesh peers (${SPECIFICATION})`, examples: [6] },
    ).default(6),
    Dlo: whole(PEERS, {
      description: `Below this many, peers are grafted (${SPECIFICATION})`,
      examples: [4],
    }).default(4),
    Dhi: whole(PEERS, {
      description: `Above this many, peers are pruned (${SPECIFICATION})`,
      examples: [12],
    }).default(12),
    Dscore: whole(PEERS, {
      description: `Peers kept for their score when pruning (${SPECIFICATION})`,
      examples: [4],
    }).default(4),
    Dout: whole(PEERS, {
      description: `Mesh peers that a relay must have dialed itself; below Dlo, at most D / 2 (${SPECIFICATION})`,
      examples: [2],
    }).default(2),
    Dlazy: whole(PEERS, {
      description: `Least number of peers that hear of messages by IHAVE (${SPECIFICATION})`,
      examples: [6],
    }).default(6),
    heartbeat: duration(
      'ms',
      { min: 10, max: 3_600_000 },
      {
        description: `Time between two heartbeats (${SPECIFICATION})`,
        examples: ['1s'],
      },
    ).prefault('1s'),
    floodPublish: z
      .boolean()
      .default(true)
      .meta({
        description: `Whether a publisher sends its own message to all its peers (${SPECIFICATION})`,
        examples: [true],
      }),
    scoring: z
      .enum(SCORINGS)
      .meta({
        description:
          'How routers score their peers. none: what js-libp2p counts by itself, broken promises (P7) and crowded ' +
          'addresses (P6). invalid-messages: those (P4) as well. full: time in the mesh (P1) and first deliveries (P2) ' +
          'as well, so that a mesh of idle peers is improved. Default: none where nobody attacks, else invalid-messages',
        examples: ['full'],
      })
      .optional(),
  })
  .superRefine((plan, context) => {
    const { D, Dlo, Dhi, Dscore, Dout } = plan;
    const rule = 'Dlo <= D <= Dhi; Dscore <= Dhi; Dout < Dlo and Dout <= D / 2';
    const check = (wrong: boolean, message: string, key: string, other: string) => {
      if (wrong) report(context, message, rule, [key], [other]);
    };
    check(Dlo > D, `Dlo (${Dlo}) is above D (${D})`, 'Dlo', 'D');
    check(Dhi < D, `Dhi (${Dhi}) is below D (${D})`, 'Dhi', 'D');
    check(Dscore > Dhi, `Dscore (${Dscore}) is above Dhi (${Dhi})`, 'Dscore', 'Dhi');
    check(Dout > D / 2, `Dout (${Dout}) is above half of D (${D})`, 'Dout', 'D');
    check(Dout > 0 && Dout >= Dlo, `Dout (${Dout}) is not below Dlo (${Dlo})`, 'Dout', 'Dlo');
  });
