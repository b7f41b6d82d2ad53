import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from './connection.ts';
import { parseRedisAddress } from './redis-address.ts';

const ADDRESS = parseRedisAddress('rediss://:secret@queue.example:7000');

function told(cause: string): string {
  const { message, hint } = refusalOf(ADDRESS, cause);
  return `${message} | ${hint}`;
}

test('connection: what it was refused for is told with the cure, and never with the password', () => {
  const causes: Readonly<Record<string, RegExp>> = {
    'self-signed certificate': /certificate that is not trusted: self-signed.* \| .*NODE_EXTRA_CA_CERTS/,
    "Hostname/IP does not match certificate's altnames: Host: a":
      /not trusted.* \| use the name that it is made out to/,
    'WRONGPASS invalid username-password pair': /does not take this user and password/,
    'connect ECONNREFUSED 127.0.0.1:7000': /nothing listens at .* \| start it there/,
    'getaddrinfo ENOTFOUND queue.example': /is not known \| check its name/,
    'connect ETIMEDOUT': /did not answer within 8 s/,
    'Protocol error, got "H" as reply type byte': /is no Redis that can be used: Protocol error/,
  };
  for (const [cause, expected] of Object.entries(causes)) {
    assert.match(told(cause), expected);
    assert(!told(cause).includes('secret'), cause);
  }
});
