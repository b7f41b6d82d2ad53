import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadScenario, scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';
import { loadPoints } from './sweep-load.ts';
import { type SweepPlan, sweepPoints } from './sweep-plan.ts';
import { rangeValues } from './sweep-schema.ts';

const BASE = `name: swept
network: { relays: 100 }
updates:
  - module: strict-cells
arms: { live: { channel: gossip } }
`;

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
    assert.deepEqual(rangeValues(range), ['1 KiB', '4 KiB', '16 KiB', '64 KiB', '256 KiB', '1024 KiB']);
    assert.deepEqual(rangeValues({ from: 10, to: 0, points: 3, spacing: 'linear' }), [10, 5, 0]);
    assert.deepEqual(rangeValues({ from: '0%', to: '10%', points: 3, spacing: 'linear' }), [
      '0%',
      '5%',
      '10%',
    ]);
  });

  it('ranges that are none are refused where they stand', () => {
    const range = (ends: string) => told(`sweep: { vary: { "updates[0].size": { ${ends}, points: 3 } } }\n`);
    assert.match(range('from: 1 KiB, to: 1 MiB'), /6 sweep.vary.*: its ends have different units/);
    assert.match(range('from: small, to: large'), /its ends are not numbers/);
    assert.match(range('from: 1 KiB, to: 1 KiB'), /its ends are the same/);
    assert.match(range('from: 0 KiB, to: 1 KiB, spacing: log'), /equal ratios need ends above 0/);
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
