import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Answerer, RequestError, type RequestFailure } from '../environment.ts';
import { Libp2pPeers } from './libp2p-peers.ts';
import { REQUESTS_AT_ONCE_PER_PEER } from './limits.ts';
import { connect, startNode, type TestNode } from './testing/libp2p-node.ts';

const PROTOCOL = '/relaywave/test/1';
const LIMITS = { maxBytes: 1000, timeoutMs: 60_000 };
/** For what is to run into its deadline. */
const SHORT = { maxBytes: 1000, timeoutMs: 200 };
const nodes: TestNode[] = [];

after(() => Promise.all(nodes.map(({ libp2p }) => libp2p.stop())));

async function start(): Promise<TestNode> {
  const node = await startNode();
  nodes.push(node);
  return node;
}

const errors: unknown[] = [];

function peersOf({ libp2p }: TestNode, answerTimeoutMs?: number): Libp2pPeers {
  const onError = (error: unknown): void => void errors.push(error);
  return new Libp2pPeers({ libp2p, onError, ...(answerTimeoutMs === undefined ? {} : { answerTimeoutMs }) });
}

const asker = await start();
const server = await start();
await connect(asker, server);
const peers = peersOf(asker);
const name = server.libp2p.peerId.toString();
let answerer: Answerer = (body) => body;
peersOf(server, 300).serve(PROTOCOL, 1000, (body, from) => answerer(body, from));

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).map((_byte, index) => index % 251);
}

const failsWith =
  (...failures: RequestFailure[]) =>
  (error: unknown) => {
    assert(error instanceof RequestError, String(error));
    assert(failures.includes(error.failure), error.message);
    return true;
  };

test('libp2p peers: a question brings its answer, at every length up to the limits', async () => {
  for (const length of [0, 1, 127, 128, 1000]) {
    answerer = (body, from) => {
      assert.equal(from, asker.libp2p.peerId.toString());
      return body;
    };
    assert.deepEqual(await peers.request(name, PROTOCOL, bytes(length), LIMITS), bytes(length));
  }
  answerer = () => bytes(300_000);
  const large = await peers.request(name, PROTOCOL, bytes(1), { maxBytes: 300_000, timeoutMs: 60_000 });
  assert.deepEqual(large, bytes(300_000), 'beyond what yamux sends before it hears from the other end');
});

test('libp2p peers: many requests at once get each its own answer', async () => {
  answerer = async (body) => {
    await Promise.resolve();
    return body;
  };
  // Half of what is allowed: streams of the requests before may not be closed at the other end yet.
  const questions = Array.from({ length: REQUESTS_AT_ONCE_PER_PEER / 2 }, (_unused, index) =>
    bytes(index + 1),
  );
  const answers = await Promise.all(
    questions.map((question) => peers.request(name, PROTOCOL, question, LIMITS)),
  );
  assert.deepEqual(answers, questions);
});

test('libp2p peers: an answer beyond the limit is too long, and its bytes are not awaited', async () => {
  answerer = () => bytes(1001);
  await assert.rejects(peers.request(name, PROTOCOL, bytes(1), LIMITS), failsWith('too-long'));
});

test('libp2p peers: null refuses, and so does a protocol that is not served', async () => {
  answerer = () => null;
  await assert.rejects(peers.request(name, PROTOCOL, bytes(1), LIMITS), failsWith('refused'));
  await assert.rejects(peers.request(name, '/relaywave/none/1', bytes(1), LIMITS), failsWith('refused'));
});

test('libp2p peers: a request beyond the limit is refused unread', async () => {
  let asked = 0;
  answerer = (body) => {
    asked++;
    return body;
  };
  await assert.rejects(peers.request(name, PROTOCOL, bytes(1001), LIMITS), failsWith('refused'));
  await assert.rejects(peers.request(name, PROTOCOL, bytes(2_000_000), LIMITS), failsWith('refused'));
  assert.equal(asked, 0);
});

test('libp2p peers: what an answerer throws is told here, and the peer only refused', async () => {
  const bug = new Error('a bug');
  answerer = () => {
    throw bug;
  };
  await assert.rejects(peers.request(name, PROTOCOL, bytes(1), LIMITS), failsWith('refused'));
  answerer = () => Promise.reject(bug);
  await assert.rejects(peers.request(name, PROTOCOL, bytes(1), LIMITS), failsWith('refused'));
  assert.deepEqual(errors.splice(0), [bug, bug]);
});

test('libp2p peers: an answer that does not come runs into the deadline', async () => {
  answerer = () => new Promise(() => {});
  await assert.rejects(peers.request(name, PROTOCOL, bytes(1), SHORT), failsWith('timeout'));
});

test('libp2p peers: an answer that trickles runs into the deadline, whatever has come', async () => {
  let stop = (): void => {};
  await server.libp2p.handle('/relaywave/trickle/1', async (stream) => {
    stream.send(Uint8Array.of(100));
    const timer = setInterval(() => stream.status === 'open' && stream.send(Uint8Array.of(1)), 20);
    stop = () => clearInterval(timer);
  });
  try {
    await assert.rejects(peers.request(name, '/relaywave/trickle/1', bytes(1), SHORT), failsWith('timeout'));
  } finally {
    stop();
  }
});

test('libp2p peers: an endless stream is cut off', async () => {
  const endless = [
    ['a length of eight bytes and more', new Uint8Array(64).fill(255)],
    ['a length beyond the limit', Uint8Array.of(255, 255, 255, 127, ...bytes(5000))],
  ] as const;
  for (const [index, [title, data]] of endless.entries()) {
    const protocol = `/relaywave/endless/${index}`;
    let closed: Promise<void> | null = null;
    await server.libp2p.handle(protocol, (stream) => {
      closed = new Promise((resolve) => stream.addEventListener('close', () => resolve()));
      stream.send(data);
    });
    const failed = peers.request(name, protocol, bytes(1), LIMITS);
    await assert.rejects(failed, (error) => error instanceof RequestError, title);
    await closed;
  }
});

test('libp2p peers: a request that never ends is aborted, and its stream freed', async () => {
  const connection = asker.libp2p.getConnections(server.libp2p.peerId)[0]!;
  const stream = await connection.newStream(PROTOCOL);
  const closed = new Promise((resolve) => stream.addEventListener('close', resolve));
  stream.send(Uint8Array.of(100, 1));
  await closed;
  assert.equal(stream.status, 'reset');
});

test('libp2p peers: streams of one peer beyond the cap are refused', async () => {
  const other = await start();
  peersOf(other).serve(PROTOCOL, 1000, (body) => body);
  const { peerId } = other.libp2p;
  await connect(asker, other);
  const connection = asker.libp2p.getConnections(peerId)[0]!;
  const held = await Promise.all(
    Array.from({ length: REQUESTS_AT_ONCE_PER_PEER }, async () => {
      const stream = await connection.newStream(PROTOCOL);
      stream.send(Uint8Array.of(100));
      return stream;
    }),
  );
  await assert.rejects(peers.request(peerId.toString(), PROTOCOL, bytes(1), LIMITS), failsWith('refused'));
  assert(held.every(({ status }) => status === 'open'));
  for (const stream of held) stream.abort(new Error('done'));
});

test('libp2p peers: nobody by that name, or no address: unreachable', async () => {
  const stranger = (await start()).libp2p.peerId.toString();
  await assert.rejects(peers.request(stranger, PROTOCOL, bytes(1), LIMITS), failsWith('unreachable'));
  await assert.rejects(peers.request('relay 7', PROTOCOL, bytes(1), LIMITS), failsWith('unreachable'));
  const itself = asker.libp2p.peerId.toString();
  await assert.rejects(peers.request(itself, PROTOCOL, bytes(1), LIMITS), failsWith('unreachable'));
});

test('libp2p peers: a known address is dialled, and connections are told', async () => {
  const other = await start();
  peersOf(other).serve(PROTOCOL, 1000, (body) => body);
  const { peerId } = other.libp2p;
  await asker.libp2p.peerStore.merge(peerId, { multiaddrs: other.libp2p.getMultiaddrs() });
  const told: string[] = [];
  peers.onConnect((peer) => told.push(peer));
  assert.deepEqual(await peers.request(peerId.toString(), PROTOCOL, bytes(9), LIMITS), bytes(9));
  assert.deepEqual(told, [peerId.toString()]);
  assert(peers.connected().includes(peerId.toString()));
});

test('libp2p peers: a connection that closes fails its requests at once', async () => {
  const other = await start();
  const stopped = new Promise<void>((resolve) => {
    peersOf(other).serve(PROTOCOL, 1000, () => {
      resolve();
      return new Promise(() => {});
    });
  });
  await connect(asker, other);
  const asked = peers.request(other.libp2p.peerId.toString(), PROTOCOL, bytes(9), LIMITS);
  const failed = assert.rejects(asked, failsWith('unreachable', 'refused'));
  await stopped;
  await other.libp2p.stop();
  await failed;
});
