import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanOfEvents } from './replay-span.ts';

const live = Float64Array.from({ length: 1000 }, (_unused, event) => 0.1 + event / 2000);
const manual = Float64Array.from({ length: 1000 }, (_unused, event) => 3600 + event * 40_000);

test('replay span: holds the events of one wave and leaves room at both ends', () => {
  const { fromSeconds, toSeconds } = spanOfEvents([live], 'log');
  assert.ok(fromSeconds < 0.11 && fromSeconds > 0.05);
  assert.ok(toSeconds > 0.6 && toSeconds < 1);
});

test('replay span: of all waves it holds the fastest and the slowest', () => {
  const { fromSeconds, toSeconds } = spanOfEvents([live, manual], 'log');
  assert.ok(fromSeconds < 0.11 && toSeconds > 3.9e7);
  assert.deepEqual(spanOfEvents([live, manual], 'linear').fromSeconds, 0);
});

test('replay span: the publisher alone does not stretch it, and no event at all is no crash', () => {
  const withPublisher = Float64Array.from([1e-6, ...live]);
  assert.ok(spanOfEvents([withPublisher], 'log').fromSeconds > 0.05);
  for (const scale of ['log', 'linear'] as const) {
    for (const events of [[], [0, 0, 0]]) {
      const span = spanOfEvents([events], scale);
      assert.ok(span.toSeconds > span.fromSeconds);
      assert.ok(scale === 'linear' || span.fromSeconds > 0);
    }
  }
});
