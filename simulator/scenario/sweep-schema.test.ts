import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadScenario, scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';
import { loadPoints } from './sweep-load.ts';
import { type SweepPlan, sweepPoints } from './sweep-plan.ts';
import { rangeValues as valuesOf } from './sweep-schema.ts';

const BASE = `name: swept
network: { relays: 100 }
updates:
  - module: strict-cells
arms: { live: { channel: gossip } }
`;

/** Drawn once; other points of the same seed would be other results of an unchanged scenario. */
const POINTS_OF_SEED_1 = [
  [5, '51.8041 KiB', 'consensus-weight'],
  [5, '19.4331 KiB', 'uniform'],
  [13, '130.297 KiB', 'consensus-weight'],
];

function sweepOf(yaml: string): SweepPlan | null {
  return scenarioFromText('swept.yaml', `${BASE}${yaml}`).scenario.sweep;
}

function told(yaml: string): string {
  try {
    sweepOf(yaml);
  } catch (error) {
    assert.ok(error instanceof ScenarioError);
    return error.problems
      .map(({ line, path, message, hint }) => `${line} ${path}: ${message} | ${hint}`)
      .join('\n');
  }
  return 'nothing';
}

describe('sweep', () => {
  it('none unless the scenario says so', () => {
    assert.equal(sweepOf(''), null);
  });

  it('every combination, the last key varying fastest', () => {
    const plan = sweepOf('sweep: { vary: { gossipsub.D: [4, 6], network.degree: [8, 14] } }\n');
    assert.deepEqual(plan && sweepPoints(plan), [
      [4, 8],
      [4, 14],
      [6, 8],
      [6, 14],
    ]);
    assert.equal(plan?.runs, 1);
  });

  it('ranges keep their unit and both ends', () => {
    const range = { from: '1 KiB', to: '1024 KiB', points: 6, spacing: 'log' as const };
    const rangeValues = (values: Omit<Parameters<typeof valuesOf>[0], 'whole'>, whole = false) =>
      valuesOf({ ...values, whole });
    assert.deepEqual(rangeValues(range), ['1 KiB', '4 KiB', '16 KiB', '64 KiB', '256 KiB', '1024 KiB']);
    assert.deepEqual(rangeValues({ from: 10, to: 0, points: 3, spacing: 'linear' }), [10, 5, 0]);
    assert.deepEqual(rangeValues({ from: '0%', to: '10%', points: 3, spacing: 'linear' }), [
      '0%',
      '5%',
      '10%',
    ]);
    const wide = { from: 100, to: 1_234_567, points: 4, spacing: 'log' as const };
    assert.deepEqual(rangeValues(wide, true), [100, 2311, 53417, 1_234_567]);
    assert.deepEqual(rangeValues({ from: 1, to: 3, points: 5, spacing: 'linear' }, true), [1, 2, 3]);
  });

  it('ranges that are none are refused where they stand', () => {
    const range = (ends: string) => told(`sweep: { vary: { "updates[0].size": { ${ends}, points: 3 } } }\n`);
    assert.match(range('from: 1 KiB, to: 1 MiB'), /6 sweep.vary.*: its ends have different units/);
    assert.match(range('from: small, to: large'), /its ends are not numbers/);
    assert.match(range('from: 1 KiB, to: 1 KiB'), /its ends are the same/);
    assert.match(range('from: 0 KiB, to: 1 KiB, spacing: log'), /equal ratios need ends above 0/);
    assert.match(range('from: 0.5 KiB, to: 1 KiB, whole: true'), /its ends are no whole numbers/);
    assert.match(
      told('sweep: { vary: { network.degree: { from: 6, to: 14 } } }\n'),
      /6 sweep.vary.*: says neither how many values it has nor that it is drawn from \| add "points: 6"/,
    );
  });

  it('keys that are no parameter of a run, too many runs, and nothing at all are refused', () => {
    assert.match(told('sweep: { vary: { seed: [1, 2] } }\n'), /seed cannot be varied/);
    assert.match(told('sweep: { vary: { "a..b": [1] } }\n'), /is not a path to a key/);
    assert.match(told('sweep: { vary: {} }\n'), /varies nothing/);
    const many = Array.from({ length: 200 }, (_unused, index) => index + 1).join();
    assert.match(
      told(`sweep: { vary: { gossipsub.D: [${many}], network.degree: [${many}] }, runs: 5 }\n`),
      /asks for 200000 runs/,
    );
  });
});

describe('a sample of a sweep', () => {
  const AXES =
    'network.degree: { from: 5, to: 14, whole: true }, "updates[0].size": { from: 1 KiB, to: 1024 KiB, spacing: log }, ' +
    'network.dialing: [uniform, consensus-weight]';
  const planOf = (sample: string, axes = AXES): SweepPlan =>
    sweepOf(`sweep: { vary: { ${axes} }, sample: { ${sample} } }\n`) as SweepPlan;
  const column = (points: ReturnType<typeof sweepPoints>, axis: number) => points.map((point) => point[axis]);

  it('the same seed draws the same points everywhere, and another seed others', () => {
    const points = sweepPoints(planOf('count: 3, method: random'));
    assert.deepEqual(points, POINTS_OF_SEED_1);
    assert.deepEqual(sweepPoints(planOf('count: 3, method: random, seed: 1')), points);
    assert.notDeepEqual(sweepPoints(planOf('count: 3, method: random, seed: 2')), points);
  });

  it('a latin hypercube takes each of as many equal parts of every key once', () => {
    const points = sweepPoints(planOf('count: 20'));
    const parts = column(points, 1).map((size) => (Math.log2(Number.parseFloat(String(size))) / 10) * 20);
    assert.deepEqual(
      parts.map(Math.floor).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_unused, part) => part),
    );
    const counts = new Map<unknown, number>();
    for (const degree of column(points, 0)) counts.set(degree, (counts.get(degree) ?? 0) + 1);
    assert.deepEqual(
      [...counts.keys()].sort((a, b) => Number(a) - Number(b)),
      [5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    );
    assert.deepEqual(new Set(counts.values()), new Set([2]));
    assert.equal(column(points, 2).filter((dialing) => dialing === 'uniform').length, 10);
  });

  it('keys are drawn by themselves: another one leaves their values as they were', () => {
    const alone = sweepPoints(planOf('count: 8', 'network.degree: { from: 5, to: 14, whole: true }'));
    const together = sweepPoints(planOf('count: 8'));
    assert.deepEqual(column(alone, 0), column(together, 0));
    // Two keys must not rise together: their ranks are in different orders.
    const two = sweepPoints(
      planOf('count: 8', 'network.degree: { from: 1, to: 90 }, gossipsub.D: { from: 1, to: 90 }'),
    );
    assert.notDeepEqual(column(two, 0), column(two, 1));
  });

  it('whole numbers are as likely at the ends as between them, and log draws ratios', () => {
    const draws = column(
      sweepPoints(planOf('count: 20000, method: random', 'network.degree: { from: 3, to: 6, whole: true }')),
      0,
    );
    for (const degree of [3, 4, 5, 6]) {
      const share = draws.filter((one) => one === degree).length / draws.length;
      // Four standard deviations of a binomial share.
      assert.ok(Math.abs(share - 0.25) < 4 * Math.sqrt((0.25 * 0.75) / 20_000), `${degree}: ${share}`);
    }
    const sizes = column(sweepPoints(planOf('count: 20000, method: random')), 1);
    const below = sizes.filter((size) => Number.parseFloat(String(size)) < 32).length / sizes.length;
    assert.ok(Math.abs(below - 0.5) < 4 * Math.sqrt(0.25 / 20_000), String(below));
  });

  it('ranges with points are lists, and too many runs are refused', () => {
    const plan = planOf('count: 50', 'network.degree: { from: 6, to: 14, points: 3 }');
    assert.deepEqual(new Set(column(sweepPoints(plan), 0)), new Set([6, 10, 14]));
    assert.match(
      told(`sweep: { vary: { ${AXES} }, sample: { count: 20000 }, runs: 6 }\n`),
      /asks for 120000 runs/,
    );
    assert.match(told(`sweep: { vary: { ${AXES} }, sample: { count: 1 } }\n`), /6 sweep.sample.count/);
    assert.match(
      told(`sweep: { vary: { ${AXES} }, sample: { count: 9, method: sobol } }\n`),
      /6 sweep.sample.method/,
    );
  });
});

describe('the points of a sweep', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-sweep-'));
  after(() => rmSync(folder, { recursive: true }));

  function pointsOf(yaml: string) {
    const file = join(folder, 'swept.yaml');
    writeFileSync(file, `${BASE}${yaml}`);
    const base = loadScenario(file);
    return loadPoints(file, {}, base, base.scenario.sweep as SweepPlan);
  }

  it('are scenarios with their values in place, and no sweep of their own', () => {
    const points = pointsOf('sweep: { vary: { network.relays: [50, 80], "updates[0].size": ["20 KiB"] } }\n');
    assert.deepEqual(
      points.map(({ number, scenario }) => [
        number,
        scenario.network.relays,
        scenario.updates[0]?.sizeBytes,
        scenario.sweep,
      ]),
      [
        [1, 50, 20_480, null],
        [2, 80, 20_480, null],
      ],
    );
  });

  it('a value that cannot be is refused at its key, before anything runs', () => {
    assert.throws(
      () => pointsOf('sweep: { vary: { network.degree: [14, 500], gossipsub.D: [6] } }\n'),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        const [problem] = error.problems;
        assert.match(
          problem?.message ?? '',
          /at network.degree=500, gossipsub.D=6: .*degree \(500\) is not below/,
        );
        assert.equal(problem?.line, 6);
        return true;
      },
    );
  });

  it('a range that draws what cannot be is told once, with the cure', () => {
    assert.throws(
      () =>
        pointsOf(
          'sweep: { vary: { "updates[0].size": { from: 10 KiB, to: 90 KiB } }, sample: { count: 30 } }\n',
        ),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        assert.equal(error.problems.length, 1);
        assert.match(
          error.problems[0]?.message ?? '',
          /is not a whole number of bytes \(\d+ more of this kind\)/,
        );
        assert.equal(error.problems[0]?.hint, 'add "whole: true" to the range');
        return true;
      },
    );
  });

  it('a key that does not exist is refused with the nearest one', () => {
    assert.throws(
      () => pointsOf('sweep: { vary: { network.degre: [14] } }\n'),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        assert.match(error.problems.map(({ message, hint }) => `${message} ${hint}`).join(), /degree/);
        return true;
      },
    );
  });
});
