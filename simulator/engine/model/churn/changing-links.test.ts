import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangingLinks, END } from './changing-links.ts';

test('changing links: places of a link that is over serve another one when nothing can arrive there, once', () => {
  const links = new ChangingLinks(4, 2);
  const told: number[] = [];
  links.onNew = (place) => told.push(place);
  const first = links.add(0, 0, 1, 50);
  links.end[first] = links.end[first + 1] = END.shut;
  links.giveUp(first + 1, 100);
  links.giveUp(first, 100);
  const early = links.add(100, 2, 3, 70);
  assert.notEqual(early, first, 'something may still arrive at 100');
  assert.equal(links.add(101, 1, 2, 60), first);
  assert.deepEqual([links.peer[first], links.peer[first + 1], links.end[first]], [2, 1, END.none]);
  assert.deepEqual([links.isDialled(first), links.isDialled(first + 1)], [true, false]);
  assert.notEqual(links.add(102, 0, 3, 60), first, 'it was given up once');
  assert.deepEqual(told.slice(0, 3), [first, early, first]);
});

test('changing links: more links than there is room for keep what stands in the columns', () => {
  const links = new ChangingLinks(3000, 8);
  let places = 0;
  links.onGrowth = (now) => {
    places = now;
  };
  const made = Array.from({ length: 3000 }, (_unused, from) =>
    links.add(0, from, (from + 1) % 3000, from + 1),
  );
  assert(places >= 6000);
  for (const [from, place] of made.entries()) {
    assert.equal(links.latencyUs[place], from + 1);
    assert.equal(links.peer[links.reverse[place]!], from);
  }
});
