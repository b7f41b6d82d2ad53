import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PageLine } from '../../report/page-data.ts';
import { choicesOf, shownLines } from './shown-lines.ts';

function line(name: string, choice: Partial<PageLine>): PageLine {
  const plain = { weighting: null, stage: null, seed: null, colour: '#000000', shape: 'step' } as const;
  return { ...plain, name, seconds: [], values: [], ...choice };
}

const LINES = [
  line('live', { weighting: 'fractionOfRelays', stage: 'activated' }),
  line('live by weight', { weighting: 'fractionOfConsensusWeight', stage: 'activated' }),
  line('live, heard', { weighting: 'fractionOfRelays', stage: 'heard' }),
  line('live, seed 3', { weighting: 'fractionOfRelays', stage: 'activated', seed: 3 }),
  line('history', { weighting: 'fractionOfRelays' }),
  line('relays up', {}),
];

function names(weightings: readonly string[], stages: readonly string[], seeds: readonly number[]): string[] {
  const choice = { weightings: new Set(weightings), stages: new Set(stages), seeds: new Set(seeds) };
  return shownLines(LINES, choice).map(({ name }) => name);
}

test('shown lines: each choice concerns the lines that have it, and no others', () => {
  assert.deepEqual(names(['fractionOfRelays'], ['activated'], []), ['live', 'history', 'relays up']);
  assert.deepEqual(names(['fractionOfConsensusWeight'], ['activated'], [3]), ['live by weight', 'relays up']);
  assert.deepEqual(names(['fractionOfRelays'], ['heard'], [3]), ['live, heard', 'history', 'relays up']);
  assert.deepEqual(names(['fractionOfRelays'], ['activated'], [3]), [
    'live',
    'live, seed 3',
    'history',
    'relays up',
  ]);
});

test('shown lines: only what some line has can be chosen', () => {
  assert.deepEqual(choicesOf(LINES, 'stage'), ['activated', 'heard']);
  assert.deepEqual(choicesOf(LINES, 'seed'), [3]);
  assert.deepEqual(choicesOf(LINES.slice(4), 'stage'), []);
});
