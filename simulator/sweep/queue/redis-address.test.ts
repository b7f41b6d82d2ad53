import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QueueError } from './queue-error.ts';
import { parseRedisAddress } from './redis-address.ts';

describe('the address of Redis', () => {
  it('has a host, and may have port, user, password, database and TLS', () => {
    const plain = parseRedisAddress('redis://example.org');
    assert.deepEqual(
      [plain.host, plain.port, plain.database, plain.password, plain.isEncrypted],
      ['example.org', 6379, 0, undefined, false],
    );
    const whole = parseRedisAddress('rediss://me:a%40b@[::1]:7000/3');
    assert.deepEqual(
      [whole.host, whole.port, whole.username, whole.password, whole.database, whole.isEncrypted],
      ['::1', 7000, 'me', 'a@b', 3, true],
    );
    assert.equal(whole.shown, 'rediss://[::1]:7000/3');
  });

  it('what is none is refused, and the password that it may hold is not repeated', () => {
    for (const [text, why] of [
      ['localhost', /is not an address/],
      ['http://:secret@host', /begins with http:\/\/, not with redis:\/\//],
      ['redis://', /names no host/],
      ['redis://:secret@host/x', /no number of a database/],
      ['redis://:secret@host/0?family=6', /more after the database/],
      ['redis://host:99999', /is not an address/],
    ] as const) {
      assert.throws(
        () => parseRedisAddress(text),
        (error) => {
          assert.ok(error instanceof QueueError);
          assert.equal(error.fault, 'address');
          assert.match(error.message, why);
          assert.ok(!`${error.message}${error.hint}`.includes('secret'));
          return true;
        },
        text,
      );
    }
  });
});
