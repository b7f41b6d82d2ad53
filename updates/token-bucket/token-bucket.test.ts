import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConnectionVerdict, connectionLimit } from '../../node/hooks/catalogue/connection-limit.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const { take, refuse } = ConnectionVerdict;

/** How many of `attempts` in a row are taken. */
function taken(
  slot: Awaited<ReturnType<typeof bucket>>,
  hash: number,
  attempts: number,
  nowMs: number,
): number {
  let count = 0;
  for (let i = 0; i < attempts; i++) if (slot.call(hash, 0, nowMs) === take) count++;
  return count;
}
const bucket = () => slotWith(connectionLimit, 'token-bucket');

it('token-bucket: a burst of 90, then three a second', async () => {
  const slot = await bucket();
  assert.equal(taken(slot, 7, 200, 1000), 90);
  assert.equal(taken(slot, 7, 200, 1333), 0, 'a third of a second is worth 0.999 circuits');
  assert.equal(taken(slot, 7, 200, 1334), 1);
  assert.equal(taken(slot, 7, 200, 11_334), 30, 'ten seconds');
  assert.equal(taken(slot, 7, 200, 10_000_000), 90, 'never more than a burst');
});

it('token-bucket: addresses have buckets of their own', async () => {
  const slot = await bucket();
  taken(slot, 7, 200, 1000);
  assert.equal(taken(slot, 8, 200, 1000), 90);
  assert.equal(taken(slot, 37, 200, 1000), 0, 'but for those that share one of the 30');
});

it('token-bucket: a clock that wraps around does not refill or freeze it', async () => {
  const slot = await bucket();
  taken(slot, 7, 200, 0xffffffff);
  assert.equal(taken(slot, 7, 200, 999), 3, 'one second later');
});

it('token-bucket: a flood is held to the rate, where the default lets all of it in', async () => {
  const flood = (slot: Awaited<ReturnType<typeof bucket>>) => {
    let count = 0;
    for (let ms = 1; ms <= 10_000; ms++) if (slot.call(1, 5, ms) === take) count++;
    return count;
  };
  assert.equal(flood(await bucket()), 90 + 29);
  assert.equal(flood(slotOf(connectionLimit)), 10_000);
  assert.equal((await bucket()).call(1, 100, 1), refuse, 'and a hundred at a time are enough for either');
});
