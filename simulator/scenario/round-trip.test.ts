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

/** Ways to spoil a value: the key it stands at makes no difference to whether they are wrong. */
const SPOILED = [
  { put: '{ no: such }', of: /^/ },
  { put: '[[[]]]', of: /^/ },
  { put: '"~~~"', of: /^(?!\s*(question|hypothesis|answer|extends):)/ },
  { put: '-7', of: /^(?!\s*(question|hypothesis|answer|priority):)/ },
  { put: '3 parsecs', of: /^(?!\s*(question|hypothesis|answer|extends):)/ },
] as const;

/** Lines of the resolved file whose value stands on them alone, which can be spoiled one by one. */
function spoilable(lines: readonly string[]): number[] {
  return lines.flatMap((line, index) => {
    const isWhole =
      /^\s*(- )?[A-Za-z]+: [^|>[{"']+$/.test(line) && !/^\s*(- )?(name|publisher|module):/.test(line);
    // A text may go on below.
    const next = lines[index + 1] ?? '';
    const indent = /^\s*/.exec(line)![0].length;
    return isWhole && /^\s*/.exec(next)![0].length <= indent + (line.includes('- ') ? 2 : 0) ? [index] : [];
  });
}

describe('random scenarios with a mistake', () => {
  /** The problems of a text that must have some; each with a place in the file and a reason. */
  function refused(text: string) {
    try {
      scenarioFromText('spoiled.yaml', text, {}, MODULES);
    } catch (error) {
      assert(error instanceof ScenarioError, `not a ScenarioError: ${error}`);
      const { length } = text.split('\n');
      for (const { file, line, column, message } of error.problems) {
        assert.equal(file, 'spoiled.yaml');
        assert(
          line !== null && line >= 1 && line <= length && column !== null && column >= 1,
          `${line}:${column}`,
        );
        assert(message.length > 3 && !/undefined|\[object|NaN/.test(message), message);
      }
      return error.problems;
    }
    return assert.fail(`it was accepted:\n${text}`);
  }

  it('a value of the wrong kind or with a broken unit is refused at its line', () => {
    fc.assert(
      fc.property(
        randomScenarios,
        between(0, 1),
        fc.constantFrom(...SPOILED),
        (scenario, place, { put, of }) => {
          const lines = resolvedYaml(scenario).split('\n');
          const candidates = spoilable(lines).filter((index) => of.test(lines[index]!));
          const index = candidates[Math.floor(place * (candidates.length - 1))]!;
          lines[index] = lines[index]!.replace(/: .*/, `: ${put}`);
          const problems = refused(lines.join('\n'));
          assert(
            problems.some(({ line }) => line === index + 1),
            `line ${index + 1}, ${lines[index]}, not ${problems.map(({ line, message }) => `${line} ${message}`)}`,
          );
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it('an unknown key is refused at its line, with what is known there', () => {
    fc.assert(
      fc.property(randomScenarios, between(0, 1), (scenario, place) => {
        const lines = resolvedYaml(scenario).split('\n');
        const candidates = spoilable(lines);
        const index = candidates[Math.floor(place * (candidates.length - 1))]!;
        const [, indent = ''] = /^(\s*(?:- )?)/.exec(lines[index]!)!;
        lines.splice(index + 1, 0, `${indent.replace('-', ' ')}unheardOf: 1`);
        const problems = refused(lines.join('\n'));
        const own = problems.find(({ line, message }) => line === index + 2 && message === 'unknown key');
        assert(
          own !== undefined && own.hint !== null,
          `${lines[index + 1]}: ${problems.map(({ message }) => message)}`,
        );
      }),
      { seed, numRuns: 200 },
    );
  });

  it('a key that is taken out is either not needed or told as missing', () => {
    fc.assert(
      fc.property(randomScenarios, between(0, 1), (scenario, place) => {
        const lines = resolvedYaml(scenario).split('\n');
        const candidates = spoilable(lines).filter((index) => !lines[index]!.includes('- '));
        lines.splice(candidates[Math.floor(place * (candidates.length - 1))]!, 1);
        assertOnlyScenarioErrors(lines.join('\n'));
      }),
      { seed, numRuns: 200 },
    );
  });

  it('noise is refused with a place', () => {
    const noise = fc.array(
      fc.constantFrom(
        'a',
        'name',
        'arms',
        ':',
        ': ',
        '- ',
        '\n',
        '  ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        "'",
        '&x',
        '*x',
        '|',
        '>',
        '#',
        '%',
        '!',
        '?',
        '---',
        '1e9',
        '60s',
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(noise, (parts) => {
        refused(parts.join(''));
      }),
      { seed, numRuns: 500 },
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
