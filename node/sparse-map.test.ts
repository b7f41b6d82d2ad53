import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SparseMap } from './sparse-map.ts';
import { SparseSet } from './sparse-set.ts';

/** Steps that leave every trace a map's reader can see, on whichever map. */
function traceOfMap(map: Map<string, number>): unknown[] {
  const trace: unknown[] = [];
  const look = (): void => {
    const each: unknown[] = [];
    map.forEach((value, key, whole) => void each.push(key, value, whole === map));
    trace.push(map.size, map.has('a'), map.get('a'), [...map], [...map.keys()], [...map.values()]);
    trace.push([...map.entries()], each);
  };
  look();
  trace.push(map.delete('a'));
  map.clear();
  look();
  trace.push(map.set('b', 1).set('a', 2) === map);
  look();
  trace.push(map.delete('b'), map.delete('b'));
  look();
  map.set('b', 3).clear();
  look();
  for (const key of map.set('c', 4).keys()) {
    map.delete(key);
    if (map.size === 0 && key === 'c') map.set('d', 5);
    trace.push(key);
  }
  look();
  return trace;
}

function traceOfSet(set: Set<string>): unknown[] {
  const trace: unknown[] = [];
  const look = (): void => {
    const each: unknown[] = [];
    set.forEach((value, same, whole) => void each.push(value, same, whole === set));
    trace.push(
      set.size,
      set.has('a'),
      [...set],
      [...set.keys()],
      [...set.values()],
      [...set.entries()],
      each,
    );
  };
  look();
  trace.push(set.delete('a'));
  set.clear();
  look();
  trace.push(set.add('b').add('a') === set);
  look();
  trace.push(set.delete('b'), set.delete('b'));
  look();
  set.add('b').clear();
  look();
  for (const value of set.add('c')) {
    set.delete(value);
    if (value === 'c') set.add('d');
    trace.push(value);
  }
  look();
  return trace;
}

test('sparse map: whoever reads and writes it sees a Map', () => {
  assert.deepEqual(traceOfMap(new SparseMap()), traceOfMap(new Map()));
});

test('sparse set: whoever reads and writes it sees a Set', () => {
  assert.deepEqual(traceOfSet(new SparseSet()), traceOfSet(new Set()));
});
