/** Files made to cost much: each must be refused for its own reason, before the costly part begins. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';

function refusal(text: string): string {
  try {
    scenarioFromText('hostile.yaml', text, {}, { modules: new Map() });
  } catch (error) {
    assert(error instanceof ScenarioError, String(error));
    const [{ line, column, message }] = error.problems;
    return `${line}:${column} ${message}`;
  }
  assert.fail('the file was accepted');
}

/** Each line doubles the one before: 30 lines of it would be a billion values. */
function aliasBomb(lines: number): string {
  const name = (index: number) => `k${index}`;
  const rest = Array.from(
    { length: lines },
    (_, i) => `${name(i + 1)}: &${name(i + 1)} [*${name(i)}, *${name(i)}]`,
  );
  return [`${name(0)}: &${name(0)} [x, x]`, ...rest].join('\n');
}

describe('hostile YAML', () => {
  it('an alias bomb is refused at its 17th alias, before any is followed', () => {
    assert.equal(refusal(aliasBomb(30)), '10:10 too many aliases');
  });

  it('an alias to what holds it, or to nothing, is refused', () => {
    assert.equal(refusal('a: &a [*a]\n'), '1:8 *a has no anchor before it');
    assert.equal(refusal('a: *b\n'), '1:4 *b has no anchor before it');
  });

  it('a few aliases are read', () => {
    const text = 'name: &n a\nquestion: *n\nnetwork: { relays: -1 }\nupdates: []\narms: {}\n';
    assert.match(refusal(text), /^3:20 must be at least 2/);
  });

  it('deep nesting is refused on the way down, in every notation', () => {
    const million = 1024 * 1024;
    assert.equal(refusal('['.repeat(million)), '1:34 the file nests deeper than 32 levels');
    assert.match(refusal('{a: '.repeat(million / 4)), /nests deeper than 32 levels/);
    assert.match(refusal('- '.repeat(million / 2)), /nests deeper than 32 levels/);
    assert.match(refusal('? '.repeat(million / 2)), /nests deeper than 32 levels/);
    const steps = Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
    assert.match(refusal(steps), /^34:34 the file nests deeper/);
  });

  it('32 levels are read', () => {
    assert.match(refusal(`a: ${'['.repeat(30)}1${']'.repeat(30)}`), /name: |is missing|unknown key/);
  });

  it('too many keys are refused before they are compared with each other', () => {
    const keys = Array.from({ length: 90_000 }, (_, i) => `k${i}: 1`).join('\n');
    assert.match(refusal(keys), /holds more than a scenario can/);
  });

  it('a text of a megabyte is refused before its escapes are read', () => {
    assert.match(refusal(`a: "${'\\x'.repeat(500_000)}"`), /^1:\d+ the file holds too long a text/);
    assert.match(refusal(`a: ${'x'.repeat(1_000_000)}`), /holds too long a text/);
  });

  it('keys that reach into JavaScript objects are refused or unknown', () => {
    assert.equal(refusal('__proto__: { relays: 5 }\n'), '1:1 this cannot be a key');
    assert.equal(refusal('[a, b]: c\n'), '1:1 this cannot be a key');
    assert.match(refusal('constructor: 1\nname: a\n'), /^1:1 unknown key|is missing/);
  });

  it('control characters never reach the terminal', () => {
    try {
      scenarioFromText(
        'evil.yaml',
        'name: "\u001b[2J\u009b"\n\u001b[31mx: "\u202e\u0007"\n',
        {},
        { modules: new Map() },
      );
      assert.fail('the file was accepted');
    } catch (error) {
      assert(error instanceof ScenarioError);
      assert.doesNotMatch(error.message, /[^\P{Cc}\n]|\p{Cf}/u);
    }
  });
});
