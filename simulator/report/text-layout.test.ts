import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textWidthPx, wrapText } from './text-layout.ts';

test('text: lines break at spaces and stay within the width', () => {
  const lines = wrapText('the quick brown fox jumps over the lazy dog', 120, 12);
  assert.equal(lines.join(' '), 'the quick brown fox jumps over the lazy dog');
  assert.ok(lines.length > 1 && lines.every((line) => textWidthPx(line, 12) <= 120));
});

test('text: a word wider than the line is cut, and nothing of it is lost', () => {
  const lines = wrapText('x'.repeat(100), 120, 12);
  assert.equal(lines.join(''), 'x'.repeat(100));
  assert.ok(lines.every((line) => textWidthPx(line, 12) <= 120));
});
