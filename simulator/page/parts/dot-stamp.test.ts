import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dotStamp } from './dot-stamp.ts';

function coverage(shape: 'disc' | 'ring' | 'cross', radiusPx: number, dx: number, dy: number): number {
  const stamp = dotStamp(shape, radiusPx);
  return stamp.alpha.find((_alpha, pixel) => stamp.dx[pixel] === dx && stamp.dy[pixel] === dy) ?? 0;
}

test('dot stamp: a disc covers about its area', () => {
  for (const radiusPx of [1, 2, 5.5]) {
    const area = dotStamp('disc', radiusPx).alpha.reduce((sum, alpha) => sum + alpha / 255, 0);
    assert.ok(Math.abs(area / (Math.PI * radiusPx ** 2) - 1) < 0.1, `${radiusPx}: ${area}`);
  }
});

test('dot stamp: shapes differ where it can be seen', () => {
  assert.equal(coverage('disc', 4, 0, 0), 255);
  assert.equal(coverage('ring', 4, 0, 0), 0);
  assert.ok(coverage('ring', 4, 3, 0) > 200);
  assert.ok(coverage('cross', 4, 3, 3) > 200);
  assert.equal(coverage('cross', 4, 3, 0), 0);
});
