import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../random.ts';
import { PeerSets } from './peer-sets.ts';

test('peer sets: a peer is new to each relay the first time and never again', () => {
  const stream = randomStream(1, 'peer sets');
  const relays = 5;
  const met = new PeerSets(relays);
  const known = Array.from({ length: relays }, () => new Set<number>());
  for (let round = 0; round < 20_000; round++) {
    const relay = stream.integer(relays);
    if (stream.integer(4000) === 0) {
      met.clear(relay);
      known[relay]!.clear();
    }
    const peer = stream.integer(1000);
    assert.equal(met.add(relay, peer), known[relay]!.has(peer));
    known[relay]!.add(peer);
  }
  assert(known.some(({ size }) => size > 500));
  assert.equal(met.add(1, 1_000_000), false);
  met.clear(1);
  for (const peer of known[1]!) assert.equal(met.add(1, peer), false);
  for (const peer of known[2]!) assert.equal(met.add(2, peer), true, 'another relay forgets nobody');
});
