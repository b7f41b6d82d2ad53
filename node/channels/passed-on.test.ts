import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PassedOn } from './passed-on.ts';

it('passed on: a message is worth it once for each file of a publication', () => {
  const passedOn = new PassedOn();
  assert.equal(passedOn.take('one', ['timestamp.json', '1.snapshot.json']), true);
  assert.equal(passedOn.take('one', ['timestamp.json', '1.snapshot.json']), false);
  assert.equal(passedOn.take('one', ['timestamp.json']), false);
  assert.equal(passedOn.take('one', ['timestamp.json', 'targets/tally/module.wasm']), true);
  assert.equal(passedOn.take('two', ['timestamp.json']), true);
});

it('passed on: variants of one publication, however many, are as few as its files', () => {
  const passedOn = new PassedOn();
  const names = Array.from({ length: 10 }, (_, index) => `${index}.somebody.json`);
  let worth = 0;
  for (let subset = 1; subset < 1 << names.length; subset++) {
    if (
      passedOn.take(
        'one',
        names.filter((_, index) => (subset >> index) & 1),
      )
    )
      worth++;
  }
  assert.equal(worth, names.length);
});
