/** Scenario files made to cost much to read, and where and why each is refused. */

import assert from 'node:assert/strict';
import { scenarioFromText } from '../scenario/load.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';

const MILLION = 1024 * 1024;

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}

/** `count` lines of lists, each of the one before, twice. */
function doublingLists(count: number): string {
  return lines(count, (i) => `k${i + 1}: &k${i + 1} [*k${i}, *k${i}]`);
}

export interface HostileFile {
  readonly text: string;
  /** Line, column and message of the first problem: the place shows how far the file was read. */
  readonly refused: string;
  /** Problems in all; 1 where left out, as of a file that is dropped half read. */
  readonly problems?: number;
}

export const HOSTILE_FILES: Readonly<Record<string, HostileFile>> = {
  'an alias bomb': {
    text: `k0: &k0 [x, x]\n${doublingLists(30)}`,
    refused: '10:10 too many aliases',
  },
  'aliases that double eight times': {
    text: `k0: &k0 [${'x,'.repeat(3000)}x]\n${doublingLists(8)}`,
    refused: '1:1 the aliases multiply to more than 20000 values',
  },
  'deep flow': { text: '['.repeat(MILLION), refused: '1:34 the file nests deeper than 32 levels' },
  'deep maps': { text: '{a: '.repeat(MILLION / 4), refused: '1:133 the file nests deeper than 32 levels' },
  'deep lists': { text: '- '.repeat(MILLION / 2), refused: '1:67 the file nests deeper than 32 levels' },
  'deep keys': { text: '? '.repeat(MILLION / 2), refused: '1:67 the file nests deeper than 32 levels' },
  'deep blocks': {
    text: lines(1000, (i) => `${' '.repeat(i)}a:`),
    refused: '34:34 the file nests deeper than 32 levels',
  },
  'many keys': {
    text: lines(90_000, (i) => `k${i}: 1`),
    refused: '1429:7 the file holds more than a scenario can',
  },
  'many documents': {
    text: '---\n'.repeat(MILLION / 4),
    refused: '5000:4 the file holds more than a scenario can',
  },
  'many line breaks': {
    text: '\n'.repeat(MILLION),
    refused: '10001:1 the file holds more than a scenario can',
  },
  'a long block': {
    text: `question: |\n${'  x\n'.repeat(250_000)}`,
    refused: '250001:4 the file holds too long a text',
  },
  'a long escape': {
    text: `a: "${'\\x'.repeat(500_000)}"`,
    refused: '1:1000005 the file holds too long a text',
  },
  quotes: { text: '"'.repeat(MILLION), refused: '1:20000 the file holds more than a scenario can' },
  anchors: { text: '&a '.repeat(MILLION / 3), refused: '1:15000 the file holds more than a scenario can' },
  'a long comment': { text: '#'.repeat(MILLION), refused: '1:1 the file is empty' },
  zeros: { text: '\0'.repeat(MILLION), refused: '1:1 a control character (U+0000) stands here' },
  'unknown keys': {
    text: lines(1400, (i) => `key${i}: 1`),
    refused: '1:1 is missing',
    problems: 1404,
  },
  'wrong assertions': {
    text: `assert:\n${lines(1400, (i) => `  - live.t${i} < 3s`)}`,
    refused: '1:1 is missing',
    problems: 5,
  },
  'wrong arms': {
    text: `arms:\n${lines(600, (i) => `  a${i}: { channel: x }`)}`,
    refused: '1:1 is missing',
    problems: 603,
  },
};

/** What is wrong with a text that must be refused. */
export function problemsOf(text: string): readonly Problem[] {
  try {
    scenarioFromText('hostile.yaml', text, {}, { modules: new Map() });
  } catch (error) {
    assert(error instanceof ScenarioError, String(error));
    return error.problems;
  }
  assert.fail('the file was accepted');
}
