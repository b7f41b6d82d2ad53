/**
 * Random scenarios: what is written out reads back the same, and broken files only ever give ScenarioError.
 *
 * RELAYWAVE_TEST_SEED repeats a failure.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TEST_TRUST, testLiveArm, testUpdate } from '../testing/test-scenario.ts';
import { scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';
import type { Arm, LagLaw, LagPart, Scenario } from './scenario.ts';
import { lastKnownDay, resolvedYaml } from './scenario-yaml.ts';

const MODULES = { modules: ['strict-cells', 'padding'] };
const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const whole = (min: number, max: number) => fc.integer({ min, max });
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

const arm: fc.Arbitrary<(name: string) => Arm> = fc.oneof(
  fc.constant((name: string): Arm => testLiveArm(name)),
  fc
    .tuple(lag, between(0, 1), between(0, 86_400))
    .map(([law, position, restartSeconds]) => (name: string): Arm => {
      const last = lastKnownDay(law) ?? 3650;
      const untilDays = Math.max(DAY, Math.min(last, last * position));
      return { kind: 'manual', name, lag: law, untilDays, restartSeconds };
    }),
);

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    name,
    question: fc.string({ unit: 'grapheme', maxLength: 60 }),
    seed: whole(0, 0xffffffff),
    engine: fc.constant('gossipsub' as const),
    fidelity: fc.constantFrom('full' as const, 'fast' as const),
    threads: whole(0, 8),
    network: fc
      .record({
        relays: whole(2, 1e6),
        population: fc.constantFrom('tor-2025-11' as const, 'uniform' as const),
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
      })
      .map(({ part, ...network }) => {
        const most = Math.min(1000, network.relays - 1);
        return { ...network, degree: 1 + Math.floor(part * (most - 1)) };
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
    durationSeconds: between(1, 86_400 * 365),
    updates: fc.array(
      fc.record({
        module: fc.constantFrom(...MODULES.modules),
        atSeconds: between(0, 0.999),
        sizeBytes: fc.option(whole(32, 1024 * 1024)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    traffic: fc.record({ utilization: between(1e-9, 0.999) }),
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
  })
  // fast-check makes some objects without a prototype, which deepEqual would tell apart.
  .map((parts) => ({
    ...parts,
    costs: { ...parts.costs },
    traffic: { ...parts.traffic },
    trust: TEST_TRUST,
    presence: { late: null, away: null },
    adversary: null,
    updates: parts.updates.map((update) => ({
      ...testUpdate(update),
      atSeconds: update.atSeconds * parts.durationSeconds,
    })),
    // Names that look like numbers come first in every JavaScript object, whatever the file says.
    arms: Object.values(Object.fromEntries(parts.arms.map(([armName, make]) => [armName, make(armName)]))),
  }));

describe('random scenarios', () => {
  it('the resolved file reads back as the same scenario, and resolves to the same bytes', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const text = resolvedYaml(scenario);
        const again = scenarioFromText('resolved.yaml', text, {}, MODULES);
        assert.deepEqual(again.scenario, scenario);
        assert.equal(again.resolvedYaml, text);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('a broken file gives ScenarioError and nothing else, with a place inside the file', () => {
    const junk = fc.oneof(
      fc.constantFrom(
        '',
        '-1',
        'null',
        '[]',
        '{}',
        '"',
        "'",
        ': ',
        '*a',
        '&a ',
        '!!x ',
        '\t',
        '\n',
        '- ',
        '? ',
        '%',
        '#',
        '|',
        '1e999',
        '.nan',
      ),
      fc.string({ maxLength: 8 }),
    );
    const edits = fc.array(fc.tuple(between(0, 1), whole(0, 30), junk), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(scenarios, edits, (scenario, changes) => {
        let text = resolvedYaml(scenario);
        for (const [place, length, put] of changes) {
          const start = Math.floor(place * text.length);
          text = text.slice(0, start) + put + text.slice(start + length);
        }
        assertOnlyScenarioErrors(text);
      }),
      { seed, numRuns: 400 },
    );
  });

  it('a value replaced by anything gives ScenarioError and nothing else', () => {
    fc.assert(
      fc.property(scenarios, between(0, 1), fc.jsonValue({ maxDepth: 3 }), (scenario, place, value) => {
        const lines = resolvedYaml(scenario).split('\n');
        const index = 1 + Math.floor(place * (lines.length - 2));
        lines[index] = lines[index].replace(/: .*|$/, `: ${JSON.stringify(value)}`);
        assertOnlyScenarioErrors(lines.join('\n'));
      }),
      { seed, numRuns: 400 },
    );
  });
});

function assertOnlyScenarioErrors(text: string): void {
  try {
    scenarioFromText('broken.yaml', text, {}, MODULES);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const lines = text.split('\n').length;
    assert(error.problems.length > 0);
    for (const { file, line, column, message } of error.problems) {
      assert(file !== 'broken.yaml' || line === null || (line >= 1 && line <= lines), `${line}: ${message}`);
      assert(column === null || column >= 1, message);
    }
  }
}
