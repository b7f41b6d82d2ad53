/** The part of the schema that says who attacks gossip itself: sybils, of the whole scenario or of one arm. */

import { z } from 'zod';
import { checkSpan } from './presence-schema.ts';
import { scaled } from './schema-facts.ts';
import {
  duration,
  moment,
  momentOrWord,
  RUN_SECONDS_MAX,
  rate,
  report,
  share,
  whole,
} from './schema-values.ts';
import { GOSSIP_ATTACKS, hasBatch, isFlood, SYBIL_TARGETS } from './sybil-plan.ts';

const SYBILS_MAX = 100_000;
/** A relay looks at no more ids of one message than this. */
const BATCH_MAX = 5000;

export const sybilSchema = z
  .strictObject({
    attack: z
      .enum(GOSSIP_ATTACKS)
      .meta({
        description:
          'What the sybils do. eclipse: join meshes and pass nothing on. cold-boot: the same, linked while the relays ' +
          'find each other. covert-flash: well behaved until all fall silent at once. attack-at-dawn: as eclipse, ' +
          'linked before the relays find each other. degradation: a share of messages not passed on. censoring: no ' +
          'publication with a module passed on. ihave-flood, iwant-flood, graft-flood, idontwant-flood, ' +
          'subscription-flood, invalid-messages: what the name says, by sybils that otherwise behave well',
        examples: ['eclipse'],
      })
      .optional(),
    target: z
      .enum(SYBIL_TARGETS)
      .meta({
        description:
          'Whom they make links to. network: relays drawn for each sybil. publisher: those that updates are published ' +
          'through. relay: one that is none of these. Default: network',
        examples: ['publisher'],
      })
      .optional(),
    count: scaled(
      'count',
      whole(
        { min: 1, max: SYBILS_MAX },
        { description: 'Number of sybils, beside the relays. Default: 100', examples: [4000] },
      ),
    ).optional(),
    degree: whole(
      { min: 1, max: 1000 },
      {
        description: 'Links of each sybil; fewer where the target is fewer relays. Default: 10',
        examples: [20],
      },
    ).optional(),
    connect: moment({
      description:
        'Their links come up within three seconds from then on, or while the network starts, if that takes longer. ' +
        'Default: the beginning of the attack; for covert-flash the start of the run. Means nothing for cold-boot and ' +
        'attack-at-dawn',
      examples: ['30s'],
    }).optional(),
    from: moment({
      description:
        'When the attack begins. Default: 30s; for cold-boot and attack-at-dawn the start of the run',
      examples: ['30s'],
    }).optional(),
    to: momentOrWord('end', {
      description: 'When it ends; `end` (the default): with the run',
      examples: ['end', '5min'],
    }).optional(),
    every: scaled(
      'time',
      duration(
        's',
        { min: 1e-3, max: RUN_SECONDS_MAX },
        {
          description: 'Floods only: each sybil sends to all its links so often. Default: 1s',
          examples: ['1s'],
        },
      ),
    ).optional(),
    batch: whole(
      { min: 1, max: BATCH_MAX },
      {
        description:
          'Floods of ids, topics and messages only: how many each time. Default: 100; 1 for invalid-messages',
        examples: [100],
      },
    ).optional(),
    drop: share(
      {
        description: 'degradation only: share of messages that a sybil does not pass on. Default: 50%',
        examples: ['50%'],
      },
      { aboveZero: true },
    ).optional(),
    perAddress: whole(
      { min: 1, max: SYBILS_MAX },
      {
        description:
          'So many sybils share an IP address. Routers hold it against a peer when more than ten peers of theirs ' +
          'have its address (P6). Default: 1',
        examples: [160],
      },
    ).optional(),
    uplink: rate(
      { min: 1e3, max: 1e12 },
      { description: 'What a sybil can send. Default: 100 Mbit/s', examples: ['100 Mbit/s'] },
    ).optional(),
  })
  .superRefine((group, context) => {
    const { attack, from, to, connect } = group;
    if (from !== undefined && to != null) checkSpan({ from, to }, context);
    if (from !== undefined && connect !== undefined && connect > from) {
      report(context, 'the attack begins before the sybils connect', 'let connect come before from', [
        'connect',
      ]);
    }
    if (attack === undefined) return;
    const isIdle = {
      every: !isFlood(attack),
      batch: !hasBatch(attack),
      drop: attack !== 'degradation',
      connect: connectsByItself(attack),
    };
    for (const key of ['every', 'batch', 'drop', 'connect'] as const) {
      if (group[key] === undefined || !isIdle[key]) continue;
      report(context, `means nothing for the attack ${attack}`, 'remove it, or choose another attack', [key]);
    }
  });

export type SybilInput = z.output<typeof sybilSchema>;

/** Whether the attack itself says when the sybils make their links. */
export function connectsByItself(attack: string): boolean {
  return attack === 'cold-boot' || attack === 'attack-at-dawn';
}
