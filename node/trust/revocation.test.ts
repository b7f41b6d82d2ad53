import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revokedHashes } from './revocation.ts';
import { moduleTarget, revocationTarget } from './testing/update-targets.ts';

const hash = 'a'.repeat(64);

function revoked(...targets: Parameters<typeof revokedHashes>[0]): string[] {
  return [...revokedHashes(targets)];
}

test('revocation: the role targets revokes any hash, listed or not', () => {
  assert.deepEqual(revoked(), []);
  assert.deepEqual(revoked(moduleTarget({ sha256: hash })), []);
  assert.deepEqual(revoked(revocationTarget(hash)), [hash]);
  assert.deepEqual(revoked(moduleTarget({ sha256: hash, role: 'guards' }), revocationTarget(hash)), [hash]);
});

test('revocation: a delegated role revokes its own modules', () => {
  const own = moduleTarget({ sha256: hash, role: 'guards' });
  assert.deepEqual(revoked(own, revocationTarget(hash, 'guards')), [hash]);
  assert.deepEqual(revoked(revocationTarget(hash, 'guards'), own), [hash], 'in any order');
});

test('revocation: a delegated role cannot revoke what it does not list', () => {
  assert.deepEqual(revoked(revocationTarget(hash, 'guards')), []);
  assert.deepEqual(revoked(moduleTarget({ sha256: hash }), revocationTarget(hash, 'guards')), []);
  const others = moduleTarget({ sha256: hash, role: 'others' });
  assert.deepEqual(revoked(others, revocationTarget(hash, 'guards')), []);
});

test("revocation: listing a copy of somebody else's module does not make it one's own", () => {
  const copy = moduleTarget({ sha256: hash, role: 'guards' });
  const original = moduleTarget({ sha256: hash });
  assert.deepEqual(revoked(original, copy, revocationTarget(hash, 'guards')), []);
  const others = moduleTarget({ sha256: hash, role: 'others' });
  assert.deepEqual(revoked(others, copy, revocationTarget(hash, 'guards')), []);
  assert.deepEqual(
    revoked(others, copy, revocationTarget(hash, 'guards'), revocationTarget(hash, 'others')),
    [hash],
  );
});
