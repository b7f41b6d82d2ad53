/**
 * Random scenarios: what is written out reads back the same, and broken files only ever give ScenarioError.
 *
 * RELAYWAVE_TEST_SEED repeats a failure.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { between, randomScenarios, whole } from '../testing/random-scenario.ts';
import { MODULES } from '../testing/small-scenario.ts';
import { scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';
import { resolvedYaml } from './scenario-yaml.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

describe('random scenarios', () => {
  it('the resolved file reads back as the same scenario, and resolves to the same bytes', () => {
    fc.assert(
      fc.property(randomScenarios, (scenario) => {
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
      fc.property(randomScenarios, edits, (scenario, changes) => {
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
      fc.property(randomScenarios, between(0, 1), fc.jsonValue({ maxDepth: 3 }), (scenario, place, value) => {
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
