/** The part of the schema that says what goes wrong by itself, when, and to whom. */

import { z } from 'zod';
import { CRASH_STEPS, FAULT_KINDS, type FaultKind } from './fault-plan.ts';
import { scaled } from './schema-facts.ts';
import { duration, durationOrWord, moment, RUN_SECONDS_MAX, report, share, whole } from './schema-values.ts';

export const FAULTS_MAX = 64;

/** The word for a fault that never ends. */
export const FOREVER = 'ever';
/** The words for groups of hosts. */
export const TARGET_ROLES = ['all', 'publishers', 'authorities'] as const;

const AT_MOST_A_YEAR = { min: 1e-3, max: RUN_SECONDS_MAX };

/** What each key means something for, and what is taken when a kind needs it and the file does not say. */
export const FAULT_KEYS = {
  at: ['crash'],
  times: ['crash'],
  direction: ['partition'],
  bridges: ['partition'],
  ratio: ['loss', 'reordering', 'duplication'],
  retransmitted: ['loss'],
  by: ['reordering', 'latency', 'clock-skew'],
  clock: ['clock-skew'],
  factor: ['latency', 'bandwidth'],
} as const satisfies Readonly<Record<string, readonly FaultKind[]>>;
export type FaultKey = keyof typeof FAULT_KEYS;

/** Whether the key means something for a fault of this kind. */
export function takes(kind: FaultKind, key: FaultKey): boolean {
  return (FAULT_KEYS[key] as readonly FaultKind[]).includes(kind);
}

const SELECTORS = ['share', 'country', 'network', 'operator', 'ids'] as const;

const selectorSchema = z
  .strictObject({
    share: share(
      { description: 'A share of the relays that the other keys select', examples: ['20%'] },
      { aboveZero: true },
    ).optional(),
    country: z
      .array(z.string().regex(/^[a-z]{2}$/))
      .min(1)
      .max(300)
      .meta({ description: 'Relays of these countries, as ISO 3166 codes', examples: [['de', 'fr']] })
      .optional(),
    network: z
      .array(whole({ min: 0, max: 4_294_967_295 }, { description: 'Number of an autonomous system' }))
      .min(1)
      .max(1000)
      .meta({ description: 'Relays of these autonomous systems, by number', examples: [[24940]] })
      .optional(),
    operator: z
      .array(whole({ min: 0, max: 10_000_000 }, { description: 'Number of an operator' }))
      .min(1)
      .max(1000)
      .meta({ description: 'Relays of these operators (families), by number', examples: [[0]] })
      .optional(),
    ids: z
      .array(whole({ min: 0, max: 10_000_000 }, { description: 'Number of a relay' }))
      .min(1)
      .max(10_000)
      .meta({ description: 'These relays, by number from 0', examples: [[0, 17]] })
      .optional(),
  })
  .superRefine((selector, context) => {
    if (SELECTORS.some((key) => selector[key] !== undefined)) return;
    report(context, 'selects nobody', 'write a share, such as { share: 20% }, or the word all');
  });

const faultSchema = z
  .strictObject({
    kind: z.enum(FAULT_KINDS).meta({
      description:
        'crash: the process dies, and starts again from its disk. pause: the process stands still. partition: the ' +
        'targets and the others are cut off from each other. loss, reordering, duplication: of frames between ' +
        'relays. latency, bandwidth: links and uplinks get slower. clock-skew: the own clock is off. disk-full, ' +
        'disk-corrupt: the store of updates fails. publisher-lost: the relay that the developers publish through ' +
        'is down, and what is due comes out when it is back. authority-lost: directory authorities do not answer',
      examples: ['crash'],
    }),
    from: moment({ description: 'When it begins, in the time of the run', examples: ['90s'] }),
    for: scaled(
      'time',
      durationOrWord(FOREVER, 's', AT_MOST_A_YEAR, {
        description: `How long it lasts; \`${FOREVER}\`: it does not end. Of a crash at a step of an update: how long a relay is down`,
        examples: ['2min', FOREVER],
      }),
    ),
    targets: z
      .union([z.enum(TARGET_ROLES), selectorSchema])
      .meta({
        description:
          'Whom it hits: all relays, the relays that updates are published through, directory authorities, or those ' +
          'that every key of a selector agrees to. Default: publishers for publisher-lost, authorities for ' +
          'authority-lost, else all',
        examples: [{ share: '20%' }, { country: ['de'] }, 'all'],
      })
      .optional(),
    at: z
      .enum(CRASH_STEPS)
      .meta({
        description: 'crash only: a relay dies when it reaches this step of an update, from the beginning on',
        examples: ['activated'],
      })
      .optional(),
    times: whole(
      { min: 1, max: 1000 },
      { description: 'crash at a step only: how often one relay dies. Default: 1', examples: [2] },
    ).optional(),
    direction: z
      .enum(['both', 'outgoing', 'incoming'])
      .meta({
        description:
          'partition only. outgoing: what the targets send gets nowhere; incoming: nothing gets to them. Default: both',
        examples: ['both'],
      })
      .optional(),
    bridges: whole(
      { min: 0, max: 1_000_000 },
      { description: 'partition only: relays that both sides still reach. Default: 0', examples: [1] },
    ).optional(),
    ratio: share(
      {
        description: 'loss, reordering and duplication: share of frames. Default: 10%',
        examples: ['10%'],
      },
      { aboveZero: true },
    ).optional(),
    retransmitted: z
      .boolean()
      .meta({
        description:
          'loss only. true: TCP sends again what was lost, so it comes late and in order. false: frames are gone, as ' +
          'from a send queue that overflows. Default: false',
        examples: [true],
      })
      .optional(),
    by: duration(
      's',
      { min: 0, max: RUN_SECONDS_MAX },
      {
        description:
          'reordering: how long a frame is held up (default 500ms). latency: what each frame takes in addition ' +
          '(default 0s). clock-skew: how far off the clock is (default 8d)',
        examples: ['500ms'],
      },
    ).optional(),
    clock: z
      .enum(['ahead', 'behind'])
      .meta({ description: 'clock-skew only: which way. Default: ahead', examples: ['ahead'] })
      .optional(),
    factor: z
      .number()
      .min(1e-3)
      .max(1000)
      .meta({
        description:
          'latency: times the usual, at least 1. bandwidth: times the usual, such as 0.1 for a tenth. Default: 1',
        examples: [3],
      })
      .optional(),
  })
  .superRefine((fault, context) => {
    for (const [key, kinds] of Object.entries(FAULT_KEYS) as [FaultKey, readonly FaultKind[]][]) {
      if (fault[key] === undefined || kinds.includes(fault.kind)) continue;
      report(
        context,
        `means nothing for the fault ${fault.kind}`,
        `remove it, or make the kind ${kinds.join(' or ')}`,
        [key],
      );
    }
    const { kind, at, times, factor, by, targets } = fault;
    if (kind === 'crash' && times !== undefined && at === undefined) {
      report(context, 'counts crashes at a step, and there is no step', 'add at: staged, or remove it', [
        'times',
      ]);
    }
    if (kind === 'latency' && (factor ?? 1) < 1) {
      report(context, `latency cannot be cut to ${factor} of what it is`, 'write a factor of at least 1', [
        'factor',
      ]);
    }
    if ((kind === 'latency' || kind === 'bandwidth') && (factor ?? 1) === 1 && (by ?? 0) === 0) {
      report(
        context,
        `a ${kind} fault that changes nothing`,
        kind === 'latency' ? 'write by: 200ms or factor: 3' : 'write factor: 0.1',
        ['kind'],
      );
    }
    const authorities = targets === 'authorities';
    if (kind === 'authority-lost' ? targets !== undefined && !authorities : authorities) {
      const hint =
        kind === 'authority-lost'
          ? 'remove it: the fault hits authorities'
          : 'authorities can only be lost: make the kind authority-lost';
      report(context, `${kind} does not hit ${authorities ? 'authorities' : 'relays'}`, hint, ['targets']);
    }
    if (kind === 'publisher-lost' && targets !== undefined && targets !== 'publishers') {
      report(context, 'publisher-lost hits the publishers', 'remove it, or make the kind crash', ['targets']);
    }
  });

export const faultsSchema = z.array(faultSchema).max(FAULTS_MAX);

export type FaultInput = z.output<typeof faultSchema>;
