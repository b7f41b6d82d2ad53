/** Files made to cost much: each must be refused for its own reason, before the costly part begins. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HOSTILE_FILES, problemsOf } from '../testing/hostile-files.ts';
import { scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';

function refusal(text: string): string {
  const [{ line, column, message }] = problemsOf(text);
  return `${line}:${column} ${message}`;
}

describe('hostile YAML', () => {
  for (const [name, { text, refused, problems = 1 }] of Object.entries(HOSTILE_FILES)) {
    it(`${name}: refused at its place`, () => {
      assert.equal(refusal(text), refused);
      assert.equal(problemsOf(text).length, problems);
    });
  }

  it('an alias to what holds it, or to nothing, is refused', () => {
    assert.equal(refusal('a: &a [*a]\n'), '1:8 *a has no anchor before it');
    assert.equal(refusal('a: *b\n'), '1:4 *b has no anchor before it');
  });

  it('a few aliases are read', () => {
    const text = 'name: &n a\nquestion: *n\nnetwork: { relays: -1 }\nupdates: []\narms: {}\n';
    assert.match(refusal(text), /^3:20 must be at least 2/);
  });

  it('32 levels are read', () => {
    assert.match(refusal(`a: ${'['.repeat(30)}1${']'.repeat(30)}`), /name: |is missing|unknown key/);
  });

  it('a plain text of a megabyte is refused as well', () => {
    assert.equal(refusal(`a: ${'x'.repeat(1_000_000)}`), '1:1000003 the file holds too long a text');
  });

  it('keys that reach into JavaScript objects are refused or unknown', () => {
    assert.equal(refusal('__proto__: { relays: 5 }\n'), '1:1 this cannot be a key');
    assert.equal(refusal('[a, b]: c\n'), '1:1 this cannot be a key');
    assert.match(refusal('constructor: 1\nname: a\n'), /^1:1 unknown key|is missing/);
  });

  it('what is no text, or ends its lines in no known way, is refused at its first such character', () => {
    assert.equal(refusal('name: a\nseed: 1\0\n'), '2:8 a control character (U+0000) stands here');
    assert.equal(refusal('name: a\rseed: 1\r'), '1:8 a carriage return ends no line here');
    assert.match(refusal('name: a\r\nsed: 1\r\n'), /^1:1 is missing/);
  });

  it('tags and directives, which make other values of a text, are refused', () => {
    for (const value of [
      '!!str a',
      '!!binary aGk=',
      '!!set { b }',
      '!!timestamp 2001-12-14',
      '!!js/function x',
      '!x a',
      '! a',
    ]) {
      assert.match(refusal(`name: ${value}\n`), /^1:\d+ tags are not read/, value);
    }
    assert.match(refusal('%YAML 1.1\n---\nname: no\n'), /^1:1 directives such as "%YAML 1.1" are not read/);
    assert.match(refusal('%TAG ! tag:example.com,2000:\n---\nname: a\n'), /^1:1 directives/);
    assert.doesNotMatch(refusal('%YAML 1.2\n---\nname: a\n'), /directives/);
  });

  it('keys that are the same text are one key, however they are written', () => {
    assert.equal(
      refusal('arms:\n  1: { channel: gossip }\n  "1": { channel: gossip }\n'),
      '3:3 this key stands here twice',
    );
  });

  it('merge keys are refused with what to write instead', () => {
    assert.match(
      refusal('name: a\nnetwork: &n { relays: 9 }\ntrust: { <<: *n }\n'),
      /merge keys are not read|is missing/,
    );
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
