/**
 * The language of scenario files: every key with its meaning, unit, default and limits, in one place.
 *
 * What it parses to has the keys of the YAML and the numbers of `Scenario`; scenario-yaml.ts renames them.
 * scenarios/schema.json, which editors use, is made from it by `npm run schema`.
 */

import { z } from 'zod';
import { adversarySchema } from './adversary-schema.ts';
import { answerSchema } from './answer-schema.ts';
import { armSchema } from './arm-schema.ts';
import { churnSchema } from './churn-schema.ts';
import { faultsSchema } from './fault-schema.ts';
import { HISTORICAL_NAMES } from './lag-schema.ts';
import { assertSchema, measureSchema, reportSchema } from './measure-schema.ts';
import { gossipsubSchema, networkSchema } from './network-schema.ts';
import { operatorsSchema } from './operators-schema.ts';
import { NONE, presenceSchema } from './presence-schema.ts';
import { ENGINE_NAMES } from './scenario.ts';
import { duration, NAME, RUN_SECONDS_MAX, report, whole } from './schema-values.ts';
import { sweepSchema } from './sweep-schema.ts';
import { trafficSchema } from './traffic-schema.ts';
import { trustSchema } from './trust-schema.ts';
import { updateSchema } from './update-schema.ts';

const ARMS_MAX = 16;

const COST_US = { min: 0, max: 60_000_000 };
const MEASURED = 'measured with Node 20';

/** Libp2p's own timeouts are not slowed, and handshakes must end within them. */
export const SLOWDOWN_MAX = 50;

const costsSchema = z.strictObject({
  verifySignature: duration('us', COST_US, {
    description: `Virtual time a relay takes to verify one Ed25519 signature (${MEASURED})`,
    examples: ['205us'],
  }).prefault('205us'),
  hashPerKiB: duration('us', COST_US, {
    description: `Virtual time to hash 1 KiB of an update with SHA-256 (${MEASURED})`,
    examples: ['1us'],
  }).prefault('1us'),
  admit: duration('us', COST_US, {
    description: `Virtual time to validate and compile a module, whatever its size (${MEASURED})`,
    examples: ['1ms'],
  }).prefault('1ms'),
  admitPerKiB: duration('us', COST_US, {
    description: `Virtual time to validate and compile a module, for each KiB of it (${MEASURED})`,
    examples: ['20us'],
  }).prefault('20us'),
});

export const scenarioSchema = z
  .strictObject({
    name: z
      .string()
      .regex(NAME)
      .meta({
        description: 'Short name: letters, digits, - and _. Results go to results/<name>/',
        examples: ['tor7500'],
      }),
    extends: z
      .string()
      .optional()
      .meta({
        description:
          'Another scenario file to start from, relative to this one. Maps merge key by key, lists and single ' +
          'values replace, null takes a key out; name, hypothesis and answer are not handed down',
        examples: ['tor7500.yaml'],
      }),
    question: z
      .string()
      .max(500)
      .default('')
      .meta({
        description: 'What the scenario is to answer; printed on the report',
        examples: ['How long until all relays run a fix?'],
      }),
    hypothesis: z
      .string()
      .max(500)
      .default('')
      .meta({
        description: 'What is expected to come out; told beside the answer. Not handed down by extends',
        examples: ['Within seconds: gossip needs as many hops as the diameter of the network.'],
      }),
    answer: answerSchema,
    seed: whole(
      { min: 0, max: 0xffffffff },
      {
        description: 'All chance in a run comes from it: same scenario and seed, same numbers',
        examples: [1],
      },
    ).default(1),
    engine: z
      .enum(ENGINE_NAMES)
      .default(ENGINE_NAMES[0])
      .meta({
        description:
          'What runs the live arms. gossipsub: the real GossipSub code of js-libp2p in virtual time, to some 10,000 ' +
          'relays. model: a model of the same protocol, to a million relays, all of them honest. ' +
          'wire: whole relays on libp2p and TCP, over loopback and in real time, to some hundreds',
        examples: ['gossipsub', 'model'],
      }),
    stack: z
      .enum(['bare', 'libp2p'])
      .default('bare')
      .meta({
        description:
          'What each relay of the engine gossipsub is. bare: its router alone. libp2p: a whole node of js-libp2p with ' +
          'connection manager, identify and yamux, over simulated links; ten times the time and several times the memory',
        examples: ['bare'],
      }),
    fidelity: z
      .enum(['full', 'fast'])
      .default('fast')
      .meta({
        description:
          'fast takes shortcuts that are proven to change no event; full takes none, to check that',
        examples: ['fast'],
      }),
    threads: z
      .union([z.literal('auto'), whole({ min: 1, max: 8 }, { description: 'Number of threads' })])
      .default('auto')
      .meta({
        description: 'Simulation threads, 1 to 8; the results do not depend on it',
        examples: ['auto', 2],
      }),
    slowdown: z
      .number()
      .min(1)
      .max(SLOWDOWN_MAX)
      .default(1)
      .meta({
        description:
          'engine wire only: how many times slower than real time everything of the network goes, latencies, uplinks, ' +
          'heartbeats and costs alike, so that what the machine itself takes weighs less. Times are told as if it had not',
        examples: [4],
      }),
    network: networkSchema.meta({
      description: 'The relays and the links between them',
      // The number of relays may be a file's (population-yaml.ts fills it in before this schema looks).
      required: [],
      if: { required: ['population'], properties: { population: { type: 'object' } } },
      else: { required: ['relays'] },
    }),
    gossipsub: gossipsubSchema.prefault({}).meta({ description: 'Parameters of the gossipsub protocol' }),
    duration: duration(
      's',
      { min: 1, max: RUN_SECONDS_MAX },
      {
        description: 'Virtual time that live arms run for',
        examples: ['10min'],
      },
    ).prefault('10min'),
    updates: z
      .array(updateSchema)
      .min(1)
      .max(32)
      .meta({
        description: 'What is released, and when',
        examples: [[{ module: 'strict-cells', at: '60s' }]],
      }),
    trust: trustSchema.prefault({}).meta({
      description: 'Who signs the updates: a TUF repository, its roles and keys, and what relays make of it',
    }),
    presence: presenceSchema
      .prefault({})
      .meta({ description: 'Relays that join late, or go away for a while' }),
    churn: churnSchema.prefault(NONE).meta({
      description:
        'How relays come and go for all of the run: as measured of Tor, or by laws of your own; `none`: all stay',
      examples: ['tor-2025-11', NONE],
    }),
    operators: operatorsSchema.prefault(NONE).meta({
      description:
        'Who runs the relays: classes of operators, their packages, and what they let their relays do; a name has those ' +
        'of an era; `none`: operators all alike, relays that switch at once',
      examples: ['tor-2025-26', NONE],
    }),
    adversary: adversarySchema.prefault(NONE).meta({
      description: 'Relays that attack the updates; `none`: nobody does',
      examples: [{ share: '5%', attacks: [{ attack: 'replay', from: '1min', every: '10s' }] }, NONE],
    }),
    faults: faultsSchema.default([]).meta({
      description: 'What goes wrong by itself: crashes, partitions, bad links, clocks and disks',
      examples: [[{ kind: 'partition', from: '50s', for: '2min', targets: { country: ['de'] } }]],
    }),
    traffic: trafficSchema.prefault({}).meta({ description: 'Traffic that the relays carry' }),
    costs: costsSchema.prefault({}).meta({ description: "What an update costs a relay's processor" }),
    arms: z
      .record(z.string().regex(NAME), armSchema)
      .superRefine((arms, context) => {
        const count = Object.keys(arms).length;
        if (count === 0) report(context, 'has no arm', 'add one, such as "live: { channel: gossip }"');
        if (count > ARMS_MAX) report(context, `has ${count} arms`, `at most ${ARMS_MAX}`);
      })
      .meta({
        minProperties: 1,
        maxProperties: ARMS_MAX,
        description: 'Ways for the update to travel, compared on the same relays and seed; each has a name',
        examples: [{ live: { channel: 'gossip' }, manual: { channel: 'manual', lag: 'tor-2016-17' } }],
      }),
    historical: z
      .array(z.enum(HISTORICAL_NAMES))
      .superRefine((names, context) => {
        const twice = names.findIndex((name, index) => names.indexOf(name) < index);
        if (twice >= 0) report(context, `${names[twice]} stands here twice`, 'remove one', [twice]);
      })
      .default([])
      .meta({
        uniqueItems: true,
        description: "Curves of Tor's history drawn beside the arms: tor-2016-17, tor-2025-26",
        examples: [['tor-2016-17', 'tor-2025-26']],
      }),
    measure: measureSchema.prefault({}).meta({ description: 'What is measured beside the usual' }),
    report: reportSchema.prefault({}).meta({ description: 'What is drawn' }),
    sweep: sweepSchema
      .meta({
        description: 'What `npm run sweep` varies; `npm run simulate` runs the scenario as it stands',
        examples: [{ vary: { 'network.degree': [6, 10, 14] }, runs: 6 }],
      })
      .optional(),
    assert: assertSchema,
  })
  .meta({
    title: 'Relaywave scenario',
    description:
      'What a run simulates. Durations (60s, 10min), sizes (20 KiB) and rates (20 Mbit/s) need a unit; shares are ' +
      'numbers from 0 to 1 or in percent (5%)',
  });

/** What the schema makes of a file: keys of the YAML, numbers instead of units. */
export type ScenarioInput = z.output<typeof scenarioSchema>;

/** The JSON schema that editors use, as the text of scenarios/schema.json. */
export function schemaJson(): string {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
