import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchLimits } from '../trust/fetcher.ts';
import { chunksOf, moduleBytes, sha256 } from '../trust/testing/test-repository.ts';
import { CHUNK_BYTES } from '../trust/update-target.ts';
import {
  CHUNKS_IN_FLIGHT,
  CHUNKS_IN_FLIGHT_PER_PEER,
  DOWNLOADS_IN_FLIGHT,
  MODULE_MAX_BYTES,
  REQUEST_TIMEOUT_MS,
} from './limits.ts';
import { SwarmFetcher } from './swarm-fetcher.ts';
import { type FileAsked, filePeer, honestPart, type PartAnswer } from './testing/file-peer.ts';
import { ManualEnvironment, settled } from './testing/manual-environment.ts';

/** Twelve chunks, the last one short. */
const MODULE = moduleBytes('large', 11 * CHUNK_BYTES + 100).map((byte, index) => byte ^ (index >> 9));
const CHUNKS = chunksOf(MODULE).length;

type Part = (asked: FileAsked) => PartAnswer | Promise<PartAnswer>;

const honest: Part = (asked) => honestPart(MODULE, asked);

function limitsOf(bytes: Uint8Array, change: Partial<FetchLimits['target'] & object> = {}): FetchLimits {
  const target = { sha256: sha256(bytes), length: bytes.length, chunks: chunksOf(bytes), ...change };
  return { maxBytes: bytes.length, timeoutMs: 60_000, target };
}

function swarmOf(parts: Record<string, Part>) {
  const { peers, random } = new ManualEnvironment();
  for (const [name, part] of Object.entries(parts)) {
    peers.answers.set(name, filePeer(part));
    peers.connect(name);
  }
  const falseOnes: string[] = [];
  const fetcher = new SwarmFetcher({ peers, random, onFalseChunk: (peer) => falseOnes.push(peer) });
  const fetch = () => fetcher.fetch('module', limitsOf(MODULE));
  return { fetcher, peers, falseOnes, fetch };
}

const namesOf = (count: number): string[] => Array.from({ length: count }, (_unused, i) => `peer ${i}`);

function allOf(names: readonly string[], part: Part): Record<string, Part> {
  return Object.fromEntries(names.map((name) => [name, part]));
}

test('swarm: chunks are fetched from several peers, each once, and put together', async () => {
  const { fetch, peers } = swarmOf(allOf(namesOf(3), honest));
  assert.deepEqual(await fetch(), { bytes: MODULE });
  assert.equal(peers.asked.length, CHUNKS);
  for (const name of namesOf(3)) {
    const share = peers.askedPeers.filter((peer) => peer === name).length;
    assert(share >= 3 && share <= 5, `${name} was asked for ${share} of ${CHUNKS}`);
  }
  assert(peers.asked.every(({ limits }) => limits.timeoutMs === REQUEST_TIMEOUT_MS));
});

test('swarm: one peer is enough', async () => {
  const { fetch, peers } = swarmOf({ only: honest });
  assert.deepEqual(await fetch(), { bytes: MODULE });
  assert.equal(peers.mostOfPeer, CHUNKS_IN_FLIGHT_PER_PEER);
});

test('swarm: CHUNKS_IN_FLIGHT and CHUNKS_IN_FLIGHT_PER_PEER hold over all downloads together', async () => {
  for (const count of [1, 3, 20]) {
    const modules = ['a', 'b', 'c', 'd'].map((text) => moduleBytes(text, MODULE.length));
    const { fetcher, peers } = swarmOf(
      allOf(namesOf(count), (asked) => honestPart(modules[Number(asked.name)]!, asked)),
    );
    const fetched = await Promise.all(
      modules.map((bytes, index) => fetcher.fetch(String(index), limitsOf(bytes))),
    );
    assert.deepEqual(
      fetched,
      modules.map((bytes) => ({ bytes })),
    );
    assert.equal(peers.mostOfPeer, count > CHUNKS_IN_FLIGHT ? 1 : CHUNKS_IN_FLIGHT_PER_PEER);
    assert.equal(peers.mostAtOnce, Math.min(CHUNKS_IN_FLIGHT, count * CHUNKS_IN_FLIGHT_PER_PEER));
  }
});

test('swarm: a peer that sends a false chunk is named, and not asked again', async () => {
  const { fetch, peers, falseOnes } = swarmOf({
    liar: (asked) => {
      const { totalBytes, bytes } = honestPart(MODULE, asked);
      return { totalBytes, bytes: bytes.map((byte) => byte ^ 1) };
    },
    honest,
  });
  assert.deepEqual(await fetch(), { bytes: MODULE });
  assert(falseOnes.length > 0 && falseOnes.every((peer) => peer === 'liar'));
  const asked = peers.askedPeers.filter((peer) => peer === 'liar').length;
  assert(asked <= CHUNKS_IN_FLIGHT_PER_PEER, `${asked}: only what was under way when the first came`);
});

test('swarm: a chunk of another length is false, however it begins', async () => {
  for (const change of [-1, 1]) {
    const { fetch, falseOnes } = swarmOf({
      liar: (asked) => ({
        totalBytes: MODULE.length,
        bytes: MODULE.slice(asked.offset, asked.offset + asked.limits.maxBytes - 4 + change),
      }),
    });
    assert('failed' in (await fetch()));
    assert.equal(falseOnes.length > 0, change === -1, 'more than was asked for is not even read');
  }
});

test('swarm: peers that refuse, or are slow, are left for those that serve', async () => {
  const { fetch, peers, falseOnes } = swarmOf({
    ...allOf(namesOf(6), () => null),
    slow: () => 'timeout',
    honest,
  });
  assert.deepEqual(await fetch(), { bytes: MODULE });
  assert.deepEqual(falseOnes, []);
  assert(peers.asked.length <= CHUNKS + 7 * CHUNKS_IN_FLIGHT_PER_PEER);
});

test('swarm: a peer that fails late leaves its chunks to those that had nothing left to do', async () => {
  const failures: (() => void)[] = [];
  const { fetch, peers } = swarmOf({
    late: () => new Promise((resolve) => failures.push(() => resolve('timeout'))),
    honest,
  });
  const fetched = fetch();
  await settled();
  assert.equal(peers.atOnce, CHUNKS_IN_FLIGHT_PER_PEER, 'the honest one has sent all but these');
  for (const fail of failures) fail();
  assert.deepEqual(await fetched, { bytes: MODULE });
});

test('swarm: chunks that have come are kept for the next attempt', async () => {
  let served = 0;
  const { fetch, peers } = swarmOf({ fickle: (asked) => (served++ < 7 ? honest(asked) : null) });
  assert.deepEqual(await fetch(), { failed: 'not-found' });
  peers.asked.length = 0;
  peers.answers.set('fickle', filePeer(honest));
  assert.deepEqual(await fetch(), { bytes: MODULE });
  assert.equal(peers.asked.length, CHUNKS - 7);
});

test('swarm: without a peer there is nothing to find', async () => {
  const { fetch } = swarmOf({});
  assert.deepEqual(await fetch(), { failed: 'not-found' });
});

test('swarm: who asks for what is under way joins it', async () => {
  const { fetch, peers } = swarmOf({ honest });
  const both = await Promise.all([fetch(), fetch()]);
  assert.deepEqual(both, [{ bytes: MODULE }, { bytes: MODULE }]);
  assert.equal(peers.asked.length, CHUNKS);
});

test('swarm: false hashes of chunks that another role has signed spoil its own download only', async () => {
  const { fetcher, fetch, falseOnes } = swarmOf({ honest });
  const chunks = chunksOf(MODULE).map(() => 'a'.repeat(64));
  const poisoned = fetcher.fetch('module', limitsOf(MODULE, { chunks }));
  assert.deepEqual(await fetch(), { bytes: MODULE });
  assert.deepEqual(await poisoned, { failed: 'not-found' });
  falseOnes.length = 0;
  assert.deepEqual(await fetch(), { bytes: MODULE });
  assert.deepEqual(falseOnes, []);
});

test('swarm: DOWNLOADS_IN_FLIGHT holds, and so does what is kept of unfinished ones', async () => {
  const modules = Array.from({ length: 2 * DOWNLOADS_IN_FLIGHT }, (_unused, i) => moduleBytes(`${i}`, 100));
  let answer: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { fetcher, peers } = swarmOf(
    allOf(namesOf(9), async () => {
      await gate;
      return null;
    }),
  );
  const fetched = modules.map((bytes) => fetcher.fetch('f', limitsOf(bytes)));
  for (const late of fetched.slice(DOWNLOADS_IN_FLIGHT)) assert.deepEqual(await late, { failed: 'too-slow' });
  assert.equal(peers.atOnce, DOWNLOADS_IN_FLIGHT);
  answer();
  for (const early of fetched.slice(0, DOWNLOADS_IN_FLIGHT))
    assert.deepEqual(await early, { failed: 'not-found' });
  for (const bytes of modules) await fetcher.fetch('f', limitsOf(bytes));
  const { assemblies } = fetcher as unknown as { assemblies: Map<string, unknown> };
  assert.equal(assemblies.size, DOWNLOADS_IN_FLIGHT);
});

test('swarm: MODULE_MAX_BYTES and what the caller takes hold before anybody is asked', async () => {
  const { fetcher, peers } = swarmOf({ honest });
  const large = limitsOf(MODULE, { length: MODULE_MAX_BYTES + 1 });
  assert.deepEqual(await fetcher.fetch('f', { ...large, maxBytes: 2 ** 30 }), { failed: 'too-large' });
  const unwanted = { ...limitsOf(MODULE), maxBytes: MODULE.length - 1 };
  assert.deepEqual(await fetcher.fetch('f', unwanted), { failed: 'too-large' });
  assert.deepEqual(await fetcher.fetch('f', { maxBytes: 10, timeoutMs: 10 }), { failed: 'not-found' });
  assert.equal(peers.asked.length, 0);
});
