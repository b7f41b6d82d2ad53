import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PassedOn } from './passed-on.ts';

const ONE = { snapshot: 1, timestampSha256: 'one' };
const FRESH = { snapshot: 1, timestampSha256: 'fresh' };
const NEXT = { snapshot: 2, timestampSha256: 'next' };

it('passed on: a message is worth it once for each file of a publication', () => {
  const passedOn = new PassedOn();
  assert.equal(passedOn.take(ONE, ['timestamp.json', '1.snapshot.json']), true);
  assert.equal(passedOn.take(ONE, ['timestamp.json', '1.snapshot.json']), false);
  assert.equal(passedOn.take(ONE, ['timestamp.json']), false);
  assert.equal(passedOn.take(ONE, ['timestamp.json', 'targets/tally/module.wasm']), true);
  assert.equal(passedOn.take(NEXT, ['timestamp.json']), true);
  assert.equal(passedOn.take(NEXT, ['targets/tally/module.wasm']), true);
});

it('passed on: variants of one publication, however many, are as few as its files', () => {
  const passedOn = new PassedOn();
  const names = Array.from({ length: 10 }, (_, index) => `${index}.somebody.json`);
  let worth = 0;
  for (let subset = 1; subset < 1 << names.length; subset++) {
    if (
      passedOn.take(
        ONE,
        names.filter((_, index) => (subset >> index) & 1),
      )
    )
      worth++;
  }
  assert.equal(worth, names.length);
});

it('passed on: a fresh timestamp is worth it once, and nothing that was passed on with the one before', () => {
  const passedOn = new PassedOn();
  assert.equal(passedOn.take(ONE, ['timestamp.json', '1.snapshot.json']), true);
  assert.equal(passedOn.take(FRESH, ['1.snapshot.json']), false);
  assert.equal(passedOn.take(FRESH, ['timestamp.json', '1.snapshot.json']), true);
  assert.equal(passedOn.take(FRESH, ['timestamp.json', '1.snapshot.json']), false);
});
