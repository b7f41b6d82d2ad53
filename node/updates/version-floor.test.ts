import assert from 'node:assert/strict';
import { it } from 'node:test';
import { VersionFloor } from './version-floor.ts';

it('version floor: the highest version that counts, of one module', () => {
  const floor = new VersionFloor();
  floor.confirm('a', 1, 'a1');
  floor.confirm('a', 3, 'a3');
  floor.confirm('b', 9, 'b9');
  assert.equal(floor.highest('a'), 3);
  assert.equal(
    floor.highest('a', (hash) => hash !== 'a3'),
    1,
  );
  assert.equal(floor.highest('c'), 0);
  assert.ok(floor.has('a', 1, 'a1'));
  assert.ok(!floor.has('a', 1, 'a3'));
  assert.deepEqual(new VersionFloor(floor.confirmed).confirmed, floor.confirmed);
});

it('version floor: the lowest versions of a module are forgotten, other modules are not', () => {
  const floor = new VersionFloor();
  floor.confirm('b', 1, 'b1');
  floor.confirm('a', 100, 'a100');
  for (let version = 1; version < 40; version++) floor.confirm('a', version, `a${version}`);
  assert.equal(floor.confirmed.length, 9);
  assert.equal(floor.highest('a'), 100);
  assert.equal(floor.highest('b'), 1);
  floor.confirm('a', 39, 'a39');
  assert.equal(floor.confirmed.length, 9, 'the same again takes no room');
});
