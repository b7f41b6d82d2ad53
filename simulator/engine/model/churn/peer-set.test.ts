import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../random.ts';
import { PeerSet } from './peer-set.ts';

test('peer set: each relay is new the first time and never again', () => {
  const stream = randomStream(1, 'peer set');
  const met = new PeerSet();
  const known = new Set<number>();
  for (let round = 0; round < 5000; round++) {
    const peer = stream.integer(1000);
    assert.equal(met.add(peer), known.has(peer));
    known.add(peer);
  }
  assert(known.size > 900);
  assert.equal(met.add(1_000_000), false);
  met.clear();
  for (const peer of known) assert.equal(met.add(peer), false);
});
