import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRelay } from '../trust/testing/test-relay.ts';
import {
  CHUNK_MAX_BYTES,
  COUNTED_PEERS,
  REQUESTS_PER_PEER_PER_MINUTE,
  SERVED_PER_PEER_PER_MINUTE_BYTES,
} from './limits.ts';
import {
  decodeFilePart,
  decodeState,
  encodeFileRequest,
  encodeState,
  SYNC_PROTOCOL,
  SYNC_REQUEST_MAX_BYTES,
} from './sync-protocol.ts';
import { type FileSource, SyncServer } from './sync-server.ts';
import { ManualEnvironment } from './testing/manual-environment.ts';

const VERSIONS = { root: 2, timestamp: 9, snapshot: 4, timestampSha256: 'a'.repeat(64) };
const FILE = new Uint8Array(CHUNK_MAX_BYTES + 500).map((_byte, index) => index % 251);
const MINUTE_MS = 60_000;
const STATE = encodeState(VERSIONS);
const ask = (offset: number, maxBytes: number): Uint8Array => encodeFileRequest('f', offset, maxBytes);

function serverOf() {
  const source: FileSource = { versions: () => VERSIONS, file: (name) => (name === 'f' ? FILE : null) };
  const environment = new ManualEnvironment();
  const told: string[] = [];
  const server = new SyncServer(source, environment.clock, (peer, versions) =>
    told.push(`${peer} ${versions.timestamp}`),
  );
  return { server, told, ...environment };
}

test('sync server: STATE is answered with the versions, and the asker is told of', () => {
  const { server, told } = serverOf();
  const asked = encodeState({ ...VERSIONS, timestamp: 7 });
  assert.deepEqual(decodeState(server.answer(asked, 'peer')!), VERSIONS);
  assert.deepEqual(told, ['peer 7']);
});

test('sync server: FILE is answered with the part, never more than a chunk', () => {
  const { server } = serverOf();
  const partOf = (offset: number, maxBytes: number) =>
    decodeFilePart(server.answer(ask(offset, maxBytes), 'peer')!);
  assert.deepEqual(partOf(3, 5), { totalBytes: FILE.length, bytes: FILE.slice(3, 8) });
  assert.equal(partOf(0, 2 ** 32 - 1)!.bytes.length, CHUNK_MAX_BYTES);
  assert.deepEqual(partOf(CHUNK_MAX_BYTES, CHUNK_MAX_BYTES)!.bytes, FILE.slice(CHUNK_MAX_BYTES));
  assert.equal(partOf(FILE.length, 10)!.bytes.length, 0);
  assert.equal(server.answer(ask(FILE.length + 1, 10), 'peer'), null);
  assert.equal(server.answer(encodeFileRequest('other', 0, 10), 'peer'), null);
  assert.equal(server.answer(Uint8Array.of(7, 7), 'peer'), null, 'no question of the protocol');
  assert.equal(server.answer(new Uint8Array(), 'peer'), null);
});

test('sync server: requests are taken at the protocol, and long ones are not read', () => {
  const { server, peers } = serverOf();
  server.start(peers);
  const { maxRequestBytes, answer } = peers.served.get(SYNC_PROTOCOL)!;
  assert.equal(maxRequestBytes, SYNC_REQUEST_MAX_BYTES);
  assert.deepEqual(answer(STATE, 'peer'), STATE);
});

test('sync server: REQUESTS_PER_PEER_PER_MINUTE holds, for each peer, good and bad requests alike', () => {
  const { server, time } = serverOf();
  for (let count = 0; count < REQUESTS_PER_PEER_PER_MINUTE; count++) {
    const request = count % 2 === 0 ? STATE : Uint8Array.of(9);
    assert.equal(server.answer(request, 'flood') === null, count % 2 === 1);
  }
  assert.equal(server.answer(STATE, 'flood'), null);
  assert(server.answer(STATE, 'other') !== null, 'others are served');
  time.timeMs += MINUTE_MS;
  assert(server.answer(STATE, 'flood') !== null, 'the next minute is a new one');
});

test('sync server: SERVED_PER_PEER_PER_MINUTE_BYTES holds', () => {
  const { server, time } = serverOf();
  const chunks = SERVED_PER_PEER_PER_MINUTE_BYTES / CHUNK_MAX_BYTES;
  assert(chunks < REQUESTS_PER_PEER_PER_MINUTE, 'or the other bound would be met first');
  for (let count = 0; count < chunks; count++) assert(server.answer(ask(0, CHUNK_MAX_BYTES), 'flood'));
  assert.equal(server.answer(ask(0, 1), 'flood'), null);
  assert(server.answer(ask(0, 1), 'other') !== null);
  time.timeMs += MINUTE_MS;
  assert(server.answer(ask(0, 1), 'flood') !== null);
});

test('sync server: COUNTED_PEERS are remembered, and whoever has not asked for longest is forgotten', () => {
  const { server } = serverOf();
  for (const peer of ['idle', 'busy']) {
    for (let count = 0; count < REQUESTS_PER_PEER_PER_MINUTE; count++) server.answer(STATE, peer);
  }
  for (let other = 0; other < COUNTED_PEERS - 1; other++) {
    server.answer(STATE, `other ${other}`);
    if (other % 1000 === 0) server.answer(STATE, 'busy');
  }
  assert.equal(server.answer(STATE, 'busy'), null, 'who keeps asking is not forgotten');
  assert(server.answer(STATE, 'idle') !== null, 'who has been idle is');
  const { size } = (server as unknown as { usages: Map<string, unknown> }).usages;
  assert.equal(size, COUNTED_PEERS);
});

test('sync server: a relay serves what it has verified and nothing else', async () => {
  const { repository, relay } = await startRelay();
  const server = new SyncServer(relay.client, relay.clock);
  const target = relay.client.targets()[0]!;
  const names = [...repository.files.keys()];
  const targetName = names.find((name) => name.startsWith('targets/'))!;
  const has = (name: string): boolean => server.answer(encodeFileRequest(name, 0, 10), 'peer') !== null;
  assert(!has(targetName), 'a module that it has not fetched');
  await relay.client.download(target);
  for (const name of names) assert(has(name), name);
  repository.publish({ bump: ['targets'], signers: { targets: ['targets-1'] } });
  await relay.refusal();
  assert(!has('2.targets.json'), 'what was refused is not passed on');
});
