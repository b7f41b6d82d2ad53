/**
 * Random scenarios for tests: anything that the language can say, with parts that fit together.
 *
 * Times are drawn as shares of the duration and scaled at the end, so that they stay in order within it.
 */

import fc from 'fast-check';
import { CHANNEL_NAMES } from '../../node/channels/channel.ts';
import { lastKnownDay } from '../scenario/arm-yaml.ts';
import {
  type Arm,
  ATTACKS,
  type KeyThreshold,
  type LagLaw,
  type LagPart,
  SCORINGS,
  type Scenario,
} from '../scenario/scenario.ts';
import { churnOf } from './random-churn.ts';
import { randomFaults } from './random-faults.ts';
import { answers, assertionsOf, measures, reports } from './random-measures.ts';
import { randomOperators } from './random-operators.ts';
import { sweeps } from './random-sweep.ts';
import { randomSybils, type SybilsOver } from './random-sybils.ts';
import { trafficOf } from './random-traffic.ts';
import { MODULES } from './small-scenario.ts';
import { testLiveArm } from './test-scenario.ts';

export const between = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((value) => value + 0);
export const whole = (min: number, max: number) => fc.integer({ min, max });
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/);
const DAY = 1 / 86_400;

/** Weights of the parts and of those that never update; the shares are made to add up to 1. */
const mixture: fc.Arbitrary<LagLaw> = fc
  .array(fc.tuple(whole(1, 50), fc.boolean(), between(DAY, 1000), between(0.05, 10)), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((parts) => whole(0, 20).map((never) => ({ parts, never })))
  .map(({ parts, never }) => {
    const total = parts.reduce((sum, [weight]) => sum + weight, never);
    const shaped = parts.map(([weight, isLognormal, days, spread]): LagPart => {
      const share = weight / total;
      return isLognormal
        ? { law: 'lognormal', share, medianDays: days, sigma: spread }
        : { law: 'weibull', share, scaleDays: days, shape: spread };
    });
    return { law: 'mixture', parts: shaped, never: never / total };
  });

const empirical: fc.Arbitrary<LagLaw> = fc
  .array(fc.tuple(between(0.01, 10), between(0, 0.1)), { minLength: 2, maxLength: 9 })
  .filter((steps) => steps.some(([, gain]) => gain > 0))
  .map((steps) => {
    const days: number[] = [];
    const fractions: number[] = [];
    for (const [gap, gain] of steps) {
      days.push((days.at(-1) ?? 0) + gap);
      fractions.push((fractions.at(-1) ?? 0) + gain);
    }
    return { law: 'empirical', days, fractions };
  });

const lag: fc.Arbitrary<LagLaw> = fc.oneof(
  fc.constantFrom<LagLaw>(
    { law: 'historical', name: 'tor-2016-17' },
    { law: 'historical', name: 'tor-2025-26' },
  ),
  fc
    .tuple(between(DAY, 36_500), between(1e-6, 10), between(0, 1))
    .map(([medianDays, sigma, never]): LagLaw => ({ law: 'lognormal', medianDays, sigma, never })),
  fc
    .tuple(between(DAY, 36_500), between(0.05, 100), between(0, 1))
    .map(([scaleDays, shape, never]): LagLaw => ({ law: 'weibull', scaleDays, shape, never })),
  mixture,
  empirical,
);

const liveArm: fc.Arbitrary<(name: string) => Arm> = fc
  .tuple(
    fc
      .shuffledSubarray([...CHANNEL_NAMES], { minLength: 1 })
      .filter((channels) => channels.some((channel) => channel !== 'catch-up')),
    whole(1, 100),
    between(1e3, 1e12),
    between(1, 86_400),
    between(0, 1),
    between(1e-3, 1e9),
    fc.option(randomOperators),
  )
  .map(
    ([channels, authorities, uplinkBitsPerSecond, intervalSeconds, jitterShare, perSecond, drawn]) =>
      (name) => {
        const plain = testLiveArm(name, channels);
        const directory = { authorities, uplinkBitsPerSecond, intervalSeconds, jitterShare };
        // Circuits and clients need the runtime everywhere; random scenarios may have clients.
        const operators = drawn === null ? null : { ...drawn, embedsShare: 1 };
        // A plan that the arm has no channel for is not written, and reads back as the default.
        return {
          ...plain,
          directory: channels.includes('directory') ? directory : plain.directory,
          circuit: channels.includes('circuit') ? { perSecond } : plain.circuit,
          operators,
          untilDays: operators === null ? null : (operators.knownDays ?? 365),
        };
      },
  );

const arm: fc.Arbitrary<(name: string) => Arm> = fc.oneof(
  liveArm,
  fc
    .tuple(
      fc.oneof(
        lag,
        randomOperators.map((operators) => ({ law: 'operators' as const, operators })),
      ),
      between(0, 1),
      between(0, 86_400),
      between(0, 86_400),
      fc.option(fc.tuple(between(0, 1), fc.boolean())),
    )
    .map(([law, position, drainSeconds, restartSeconds, rejected]) => (name: string): Arm => {
      const last = lastKnownDay(law) ?? 3650;
      const untilDays = Math.max(DAY, Math.min(last, last * position));
      const plain = { kind: 'manual' as const, name, lag: law, untilDays, drainSeconds, restartSeconds };
      if (rejected === null) return plain;
      const [part, readmits] = rejected;
      return { ...plain, reject: { afterDays: Math.max(DAY, untilDays * part), readmits } };
    }),
);

const threshold: fc.Arbitrary<KeyThreshold> = whole(1, 16).chain((keys) =>
  whole(1, keys).map((needed) => ({ threshold: needed, keys })),
);

const steps: fc.Arbitrary<number[]> = fc
  .uniqueArray(between(1e-6, 1), { minLength: 1, maxLength: 5 })
  .map((shares) => shares.sort((a, b) => a - b));

/** Times in shares of the duration. */
const updates = fc.array(
  fc.record({
    module: fc.constantFrom(...MODULES.modules.keys()),
    atSeconds: between(0, 0.9),
    sizeBytes: fc.option(whole(32, 1024 * 1024)),
    priority: whole(-1000, 1000),
    notBeforeSeconds: fc.option(between(0.9, 0.999)),
    revokeAtSeconds: fc.option(between(0.95, 0.999)),
    rollout: fc.option(
      fc.record({
        steps,
        everySeconds: between(1e-3, 1e6),
        jitterSeconds: between(0, 1e6),
        haltAboveFailedShare: between(0, 1),
        minReports: whole(1, 50),
      }),
    ),
    isDelegated: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

const trust = fc.record({
  roles: fc.record({ root: threshold, targets: threshold, snapshot: threshold, timestamp: threshold }),
  delegations: threshold.map((keys) => [
    // One that may publish anything, for updates of the other kind.
    { name: 'lab', hooks: ['cell-admission', 'padding-decision'], threshold: keys },
  ]),
  thirdPartyShare: between(0, 1),
  timestampEverySeconds: fc.oneof(fc.constant(0), between(1, 1e6)),
  timestampExpiresSeconds: between(1, 1e8),
  rotations: fc.array(
    fc.record({
      role: fc.constantFrom('root' as const, 'targets' as const, 'snapshot' as const, 'timestamp' as const),
      atSeconds: between(0, 0.999),
    }),
    { maxLength: 3 },
  ),
});

const span = fc.tuple(between(0, 0.49), between(0.5, 1));

const presence = fc.record({
  late: fc.option(fc.tuple(between(1e-6, 0.99), span)),
  away: fc.option(fc.tuple(between(1e-6, 0.99), span, between(1e-3, 1e6))),
});

const attacks = fc.array(
  fc.record({
    attack: fc.constantFrom(...ATTACKS),
    span,
    everySeconds: between(1e-3, 1e6),
    keysShare: between(0, 1),
    module: fc.constantFrom(...MODULES.modules.keys()),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Circuits of clients do not heed rejections, so the two do not stand together. */
function withoutRejection(arm: Arm): Arm {
  if (arm.kind !== 'manual') return arm;
  const { reject, ...plain } = arm;
  return plain;
}

/** Scenarios whose every part is random, and right together. */
export const randomScenarios: fc.Arbitrary<Scenario> = fc
  .record({
    name,
    question: fc.string({ unit: 'grapheme', maxLength: 60 }),
    hypothesis: fc.string({ unit: 'grapheme', maxLength: 60 }),
    answer: answers,
    seed: whole(0, 0xffffffff),
    engine: fc.constant('gossipsub' as const),
    isWhole: fc.boolean(),
    fidelity: fc.constantFrom('full' as const, 'fast' as const),
    threads: whole(0, 8),
    slowdown: fc.constantFrom(1, 2.5, 10),
    network: fc
      .record({
        relays: whole(2, 1e6),
        population: fc.constantFrom('tor-2025-11' as const, 'uniform' as const),
        populationSeed: fc.option(whole(0, 0xffffffff)),
        part: between(0, 1),
        dialing: fc.constantFrom('uniform' as const, 'consensus-weight' as const),
        latency: fc.oneof(
          fc.constant({ law: 'population' as const }),
          between(0.001, 60_000).map((latencyMs) => ({ law: 'constant' as const, latencyMs })),
          fc
            .tuple(between(0.001, 60_000), between(0.001, 60_000))
            .map(([a, b]) => ({ law: 'uniform' as const, minMs: Math.min(a, b), maxMs: Math.max(a, b) })),
        ),
        uplink: fc.oneof(
          fc.constant({ law: 'population' as const }),
          between(1e3, 1e12).map((bitsPerSecond) => ({ law: 'constant' as const, bitsPerSecond })),
        ),
        startSeconds: between(5, 1000),
      })
      .map(({ part, populationSeed, ...network }) => {
        const most = Math.min(1000, network.relays - 1);
        const seeded = populationSeed === null ? {} : { populationSeed };
        return { ...network, ...seeded, degree: 1 + Math.floor(part * (most - 1)) };
      }),
    gossipsub: fc
      .tuple(
        whole(1, 20),
        whole(0, 20),
        whole(0, 20),
        whole(0, 50),
        whole(0, 9),
        between(10, 3_600_000),
        fc.boolean(),
      )
      .map(([D, below, above, Dscore, Dlazy, heartbeatMs, floodPublish]) => {
        const Dlo = Math.max(0, D - below);
        const Dhi = D + above;
        const Dout = Math.max(0, Math.min(Dlo - 1, Math.floor(D / 2)));
        return { D, Dlo, Dhi, Dscore: Math.min(Dscore, Dhi), Dout, Dlazy, heartbeatMs, floodPublish };
      }),
    scoring: fc.option(fc.constantFrom(...SCORINGS)),
    sybils: fc.option(randomSybils),
    armSybils: fc.option(fc.oneof(fc.constant('none' as const), randomSybils)),
    durationSeconds: between(1, 86_400 * 365),
    updates,
    trust,
    presence,
    churn: churnOf,
    adversary: fc.option(fc.tuple(between(1e-6, 0.99), attacks)),
    faults: randomFaults,
    traffic: trafficOf,
    costs: fc.record({
      verifySignatureUs: between(0, 1e6),
      hashUsPerKiB: between(0, 1e6),
      admitUs: between(0, 1e6),
      admitUsPerKiB: between(0, 1e6),
    }),
    arms: fc.uniqueArray(fc.tuple(name, arm), {
      minLength: 1,
      maxLength: 4,
      selector: ([armName]) => armName,
    }),
    historical: fc.subarray(['tor-2016-17' as const, 'tor-2025-26' as const]),
    measure: measures,
    report: reports,
    assertions: assertionsOf,
    sweep: sweeps,
  })
  // fast-check makes some objects without a prototype, which deepEqual would tell apart.
  .map((parts): Scenario => {
    const { durationSeconds: end, network } = parts;
    const at = (share: number) => share * end;
    const orNull = <T, R>(value: T | null, map: (value: T) => R): R | null =>
      value === null ? null : map(value);
    const traffic = parts.traffic(end);
    // Names that look like numbers come first in every JavaScript object, whatever the file says.
    const made = Object.values(
      Object.fromEntries(parts.arms.map(([armName, make]) => [armName, make(armName)])),
    );
    const arms = traffic.clients === null ? made : made.map(withoutRejection);
    const hasGossip = (one: Arm) => one.kind === 'live' && one.channels.includes('gossip');
    const isAttackable = arms.some(hasGossip);
    const { scoring, sybils, armSybils, isWhole, ...rest } = parts;
    const faults =
      traffic.clients !== null
        ? []
        : parts.faults.flatMap((make) =>
            make({ startSeconds: network.startSeconds, endSeconds: end }, network.relays, arms),
          );
    // Churn stands beside neither clients nor faults nor live operators, nor relays that are late or away once.
    const { late, away } = parts.presence;
    const isPlain =
      traffic.clients === null &&
      faults.length === 0 &&
      late === null &&
      away === null &&
      typeof network.population === 'string' &&
      network.populationSeed === undefined &&
      arms.every((one) => (one.kind === 'manual' ? one.reject === undefined : one.operators === null));
    const churn = isPlain ? parts.churn({ relays: network.relays, durationSeconds: end }) : null;
    // Sybils stand beside neither churn nor faults nor live operators.
    const isFree =
      churn === null &&
      faults.length === 0 &&
      arms.every((one) => one.kind === 'manual' || one.operators === null);
    const over = (plan: SybilsOver) => plan(end, network.relays);
    const attackers = isFree && isAttackable && sybils !== null ? { sybils: over(sybils) } : {};
    const ofArm =
      !isFree || armSybils === null ? {} : { adversary: armSybils === 'none' ? armSybils : over(armSybils) };
    // Whole nodes stand beside neither sybils nor faults nor churn.
    const isSybil = 'sybils' in attackers || ('adversary' in ofArm && ofArm.adversary !== 'none');
    const attackedArms = arms.map((one): Arm => (hasGossip(one) ? { ...one, ...ofArm } : one));
    return {
      ...rest,
      stack:
        isWhole && !isSybil && faults.length === 0 && churn === null
          ? ('libp2p' as const)
          : ('bare' as const),
      gossipsub: { ...parts.gossipsub, ...(scoring !== null && { scoring }) },
      assertions: parts.assertions(arms, parts.updates.length, parts.measure),
      costs: { ...parts.costs },
      faults,
      traffic,
      updates: parts.updates.map(({ isDelegated: _own, rollout, ...update }) => ({
        ...update,
        atSeconds: at(update.atSeconds),
        notBeforeSeconds: orNull(update.notBeforeSeconds, at),
        revokeAtSeconds: orNull(update.revokeAtSeconds, at),
        // A module has one publisher.
        publisher: parts.updates.find(({ module }) => module === update.module)!.isDelegated ? 'lab' : null,
        rollout:
          rollout === null || Math.floor(rollout.steps[0]! * network.relays) < rollout.minReports
            ? null
            : { ...rollout },
      })),
      trust: {
        ...parts.trust,
        roles: { ...parts.trust.roles },
        rotations: parts.trust.rotations.map(({ role, atSeconds }) => ({ role, atSeconds: at(atSeconds) })),
      },
      presence: {
        late: orNull(parts.presence.late, ([share, [from, to]]) => ({
          share,
          fromSeconds: at(from),
          toSeconds: at(to),
        })),
        away: orNull(parts.presence.away, ([share, [from, to], forSeconds]) => ({
          share,
          fromSeconds: at(from),
          toSeconds: at(to),
          forSeconds,
        })),
      },
      churn,
      adversary: isAttackable
        ? (orNull(parts.adversary, ([share, plans]) => ({
            share,
            ...attackers,
            attacks: plans.map(({ attack, span: [from, to], everySeconds, keysShare, module }) => {
              const steals = attack === 'stolen-keys';
              const keys = 1 + Math.floor(keysShare * (parts.trust.roles.targets.keys - 1));
              return {
                attack,
                fromSeconds: at(from),
                toSeconds: at(to),
                everySeconds,
                keys: steals || (attack === 'false-revocation' && keysShare > 0.5) ? keys : 0,
                module: steals ? module : '',
              };
            }),
          })) ?? ('sybils' in attackers ? { share: 0, attacks: [], ...attackers } : null))
        : null,
      arms: attackedArms,
    };
  });
