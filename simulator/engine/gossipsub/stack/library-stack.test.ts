import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { bundleThread } from '../bundle.mjs';

interface Told {
  readonly connections: readonly object[];
  readonly streams: readonly string[];
  readonly protocols: readonly string[];
  readonly addresses: readonly string[];
  readonly agent: string;
  readonly pingMs: number;
  readonly bytesByKind: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
  readonly real: readonly string[];
}

async function twoNodes(): Promise<Told> {
  const worker = new Worker(await bundleThread(new URL('./library-stack.fixture.ts', import.meta.url)));
  const [told] = (await once(worker, 'message')) as [Told];
  return told;
}

test('libp2p stack: two nodes upgrade, identify each other, negotiate and ping, in virtual time alone', async () => {
  const told = await twoNodes();
  assert.deepEqual(told.failures, []);
  assert.deepEqual(told.real, [], 'no timer of the real event loop');
  assert.deepEqual(told.connections, [
    { direction: 'outbound', status: 'open', multiplexer: '/yamux/1.0.0', encryption: 'native' },
  ]);
  assert.deepEqual([...told.streams].sort(), ['inbound /meshsub/1.2.0', 'outbound /meshsub/1.2.0']);
  for (const protocol of ['/ipfs/id/1.0.0', '/ipfs/ping/1.0.0', '/meshsub/1.2.0']) {
    assert(told.protocols.includes(protocol), `${protocol}: ${told.protocols}`);
  }
  assert.deepEqual(told.addresses, ['/ip4/10.0.1.1/tcp/9001 true'], 'signed by the peer, and checked');
  assert.equal(told.agent, 'relaywave/3.3 node/20', 'and nothing of this machine');
  // Two ways of 40 ms, and 62 bytes each way at a byte a microsecond.
  assert.equal(told.pingMs, 80);
  assert(told.bytesByKind.links! > 2000, 'identify and negotiation cost something');
  assert.deepEqual(await twoNodes(), told, 'and is the same every time');
});
