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

  it('aliases that multiply are refused, however few they are', () => {
    const doubling = Array.from({ length: 8 }, (_, i) => `k${i + 1}: &k${i + 1} [*k${i}, *k${i}]`);
    const text = [`k0: &k0 [${'x,'.repeat(3000)}x]`, ...doubling].join('\n');
    assert.equal(refusal(text), '1:1 the aliases multiply to more than 20000 values');
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

  it('what is no text, or ends its lines in no known way, is refused at its first such character', () => {
    assert.equal(refusal('name: a\nseed: 1\0\n'), '2:8 a control character (U+0000) stands here');
    assert.equal(refusal('\0'.repeat(1024 * 1024)), '1:1 a control character (U+0000) stands here');
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

  it('none of it costs more than 100 ms of processor time', () => {
    const million = 1024 * 1024;
    const list = (count: number, line: (index: number) => string) =>
      Array.from({ length: count }, (_, i) => line(i)).join('\n');
    const doubling = `k0: &k0 [${'x,'.repeat(3000)}x]\n${list(8, (i) => `k${i + 1}: &k${i + 1} [*k${i}, *k${i}]`)}`;
    const files: Record<string, string> = {
      'an alias bomb': aliasBomb(30),
      'aliases that double eight times': doubling,
      'deep flow': '['.repeat(million),
      'deep maps': '{a: '.repeat(million / 4),
      'deep blocks': list(1000, (i) => `${' '.repeat(i)}a:`),
      'many keys': list(90_000, (i) => `k${i}: 1`),
      'many documents': '---\n'.repeat(million / 4),
      'many line breaks': '\n'.repeat(million),
      'a long block': `question: |\n${'  x\n'.repeat(250_000)}`,
      'a long escape': `a: "${'\\x'.repeat(500_000)}"`,
      quotes: '"'.repeat(million),
      anchors: '&a '.repeat(million / 3),
      'a long comment': '#'.repeat(million),
      zeros: '\0'.repeat(million),
      'unknown keys': list(1400, (i) => `key${i}: 1`),
      'wrong assertions': `assert:\n${list(1400, (i) => `  - live.t${i} < 3s`)}`,
      'wrong arms': `arms:\n${list(600, (i) => `  a${i}: { channel: x }`)}`,
    };
    for (const text of Object.values(files)) refusal(text); // what is slow at its first time only is not its cost
    for (const [name, text] of Object.entries(files)) {
      const costs = [1, 2, 3].map(() => {
        const { user, system } = process.cpuUsage();
        refusal(text);
        return (process.cpuUsage().user - user + process.cpuUsage().system - system) / 1000;
      });
      assert.ok(Math.min(...costs) < 100, `${name} cost ${costs.join(', ')} ms`);
    }
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
