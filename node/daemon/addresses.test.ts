import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AddressUse, addressProblem } from './addresses.ts';

const PEER = '/p2p/12D3KooWEPk4DUdt96Lwo91P6ejUZFbrZdD958RFQ2gFgvKUwFq1';

describe('addresses that operators write', () => {
  for (const [text, listen, dial, named] of [
    ['/ip4/127.0.0.1/tcp/9001', true, true, false],
    ['/ip6/::1/tcp/0', true, true, false],
    [`/ip4/192.0.2.1/tcp/9001${PEER}`, false, true, true],
    [`/dns4/relay.example.org/tcp/9001${PEER}`, false, true, true],
    ['/dns4/relay.example.org/tcp/9001', false, true, false],
    ['/ip4/127.0.0.1/udp/9001/quic-v1', false, false, false],
    ['/ip4/127.0.0.1/tcp/9001/ws', false, false, false],
    ['/ip4/127.0.0.1', false, false, false],
    ['127.0.0.1:9001', false, false, false],
    ['/ip4/999.0.0.1/tcp/9001', false, false, false],
    ['', false, false, false],
  ] as const) {
    it(`${text || 'nothing'}: to listen ${listen}, to dial ${dial}, with a peer ${named}`, () => {
      const isRight = (use: AddressUse): boolean => addressProblem(text, use) === null;
      assert.deepEqual([isRight('listen'), isRight('dial'), isRight('named')], [listen, dial, named]);
    });
  }
});
