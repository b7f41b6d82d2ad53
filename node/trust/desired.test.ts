import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { desiredModules, precedence } from './desired.ts';
import { moduleTarget, revocationTarget } from './testing/update-targets.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

function hash(letter: string): string {
  return letter.repeat(64);
}

/** The first letter of the hash of the module that should run on cell-admission. */
function desired(...targets: Parameters<typeof desiredModules>[0]): string | null {
  return desiredModules(targets).get('cell-admission')?.sha256[0] ?? null;
}

test('desired: the highest priority runs, whoever signed it', () => {
  const a = moduleTarget({ sha256: hash('a'), sequence: 9 });
  const b = moduleTarget({ sha256: hash('b'), priority: 1, role: 'guards' });
  assert.equal(desired(a, b), 'b');
  assert.equal(desired(b, a), 'b');
  assert.equal(desired(), null);
});

test('desired: of one role the later publication runs', () => {
  const a = moduleTarget({ sha256: hash('a'), sequence: 2 });
  const b = moduleTarget({ sha256: hash('b'), sequence: 3, version: 1 });
  assert.equal(desired(a, b), 'b');
  assert.equal(desired(b, a), 'b');
});

test('desired: sequence numbers do not count across roles, the top-level role goes first, then names', () => {
  const top = moduleTarget({ sha256: hash('a') });
  const guards = moduleTarget({ sha256: hash('b'), role: 'guards', sequence: 99 });
  const others = moduleTarget({ sha256: hash('c'), role: 'others', sequence: 999 });
  assert.equal(desired(others, guards, top), 'a');
  assert.equal(desired(others, guards), 'b');
  const zebra = moduleTarget({ sha256: hash('d'), role: 'aardvark' });
  assert.equal(desired(top, zebra), 'a', 'targets goes first whatever the names');
});

test('desired: a revoked module gives way to the one before, and then to nothing', () => {
  const a = moduleTarget({ sha256: hash('a'), sequence: 1 });
  const b = moduleTarget({ sha256: hash('b'), sequence: 2, version: 2 });
  assert.equal(desired(a, b, revocationTarget(hash('b'))), 'a');
  assert.equal(desired(a, b, revocationTarget(hash('b')), revocationTarget(hash('a'))), null);
});

test('desired: what this relay cannot run gives way to the next', () => {
  const a = moduleTarget({ sha256: hash('a'), sequence: 1 });
  const b = moduleTarget({ sha256: hash('b'), sequence: 2 });
  const canRun = ({ sha256 }: { sha256: string }) => sha256 !== hash('b');
  assert.equal(desiredModules([a, b], canRun).get('cell-admission'), a);
  assert.equal(desiredModules([b], canRun).size, 0);
});

test('desired: each hook has its own', () => {
  const a = moduleTarget({ sha256: hash('a'), priority: 5 });
  const b = moduleTarget({ sha256: hash('b'), hook: 'path-selection' });
  assert.deepEqual([...desiredModules([a, b]).keys()], ['cell-admission', 'path-selection']);
});

test('desired: the order of the list does not matter', () => {
  const target = fc
    .record({
      role: fc.constantFrom('targets', 'guards', 'others'),
      priority: fc.integer({ min: -1, max: 1 }),
      sequence: fc.integer({ min: 1, max: 3 }),
      version: fc.integer({ min: 1, max: 3 }),
    })
    .map(moduleTarget);
  fc.assert(
    fc.property(fc.array(target, { maxLength: 6 }), (targets) => {
      const there = desiredModules(targets).get('cell-admission');
      const back = desiredModules(targets.toReversed()).get('cell-admission');
      assert.deepEqual(there, back);
      for (const other of targets) assert(precedence(there!, other) <= 0);
    }),
    { seed },
  );
});
