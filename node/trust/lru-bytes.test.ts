import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LruBytes } from './lru-bytes.ts';

test('least recently used: what was used longest ago goes first', () => {
  const lru = new LruBytes<number>(100, 3);
  lru.set('a', 1, 10);
  lru.set('b', 2, 10);
  lru.set('c', 3, 10);
  assert.equal(lru.get('a'), 1);
  lru.set('d', 4, 10);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => lru.get(name)),
    [1, undefined, 3, 4],
  );
});

test('least recently used: bytes and entries stay below their bounds, and the books are right', () => {
  const set = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.nat({ max: 60 }));
  fc.assert(
    fc.property(fc.array(set), (sets) => {
      const lru = new LruBytes<number>(100, 4);
      for (const [name, bytes] of sets) {
        lru.set(name, bytes, bytes);
        assert(lru.bytes <= 100 && lru.size <= 4);
        assert.equal(lru.get(name), bytes, 'what was put in last is there');
      }
      const held = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => lru.get(name) ?? 0);
      assert.equal(
        held.reduce((sum, bytes) => sum + bytes, 0),
        lru.bytes,
      );
    }),
  );
});

test('least recently used: what is larger than the whole is not kept', () => {
  const lru = new LruBytes<number>(100, 4);
  lru.set('a', 1, 101);
  assert.equal(lru.get('a'), undefined);
  assert.equal(lru.bytes, 0);
});
