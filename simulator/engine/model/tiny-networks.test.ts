/** Networks of two, three and four relays, of which every time can be worked out by hand. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Population, Topology } from '../../population/population.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { testScenario } from '../../testing/test-scenario.ts';
import { sharedColumns, stageColumn } from '../gossipsub/job.ts';
import { kindIndex } from '../gossipsub/rpc-bytes.ts';
import type { ModelResult } from './model-job.ts';
import type { Publication, Script } from './rehearsal.ts';
import { frameShapes } from './rpc-sizes.ts';
import { runModelThread } from './thread-run.ts';

/** A byte leaves in a microsecond. */
const BITS_PER_SECOND = 8e6;
const RELEASED_US = 20_000_000;
/** 600 bytes of data: with the topic and all prefixes 629. Above the 512 from which IDONTWANT is sent. */
const DATA_BYTES = 600;
const FRAME_US = 629;
const DECLINE_US = 39;

type Link = readonly [dialer: number, listener: number, latencyUs: number];

interface Ran extends ModelResult {
  /** After the release, in microseconds, by relay. */
  readonly heardUs: number[];
  /** The same of the last publication, where there are several at once. */
  readonly lastHeardUs: number[];
}

function run(
  relays: number,
  links: readonly Link[],
  verdictUs: number,
  changes: Partial<Scenario> = {},
  atOnce = 1,
): Ran {
  const scenario = testScenario({ durationSeconds: 60, ...changes });
  const population = {
    relays,
    uplinkBitsPerSecond: new Float64Array(relays).fill(BITS_PER_SECOND),
    advertisedBytesPerSecond: new Float64Array(relays),
  } as unknown as Population;
  const topology: Topology = {
    links: links.length,
    dialer: Uint32Array.from(links, ([dialer]) => dialer),
    listener: Uint32Array.from(links, ([, listener]) => listener),
    latencyUs: Uint32Array.from(links, ([, , latencyUs]) => latencyUs),
  };
  const scriptOf = (release: number): Script => ({
    steps: [{ kind: 'heard', release, afterUs: 0, hook: '', notBeforeMs: 0, trialCells: 0 }],
    verdict: 'accept',
    verdictAfterUs: verdictUs,
    busyUs: verdictUs,
    refusals: [],
  });
  const publications = Array.from(
    { length: atOnce },
    (_unused, release): Publication => ({
      atUs: RELEASED_US,
      publisher: 0,
      data: new Uint8Array(DATA_BYTES),
      onPublisher: scriptOf(release),
      onOthers: scriptOf(release),
    }),
  );
  const shared = sharedColumns(relays, 0, atOnce, 1);
  const nobody = { policies: null, refusing: null, isLiving: false, living: null };
  const job = { scenario, population, topology, publications, releases: atOnce, shared, ...nobody };
  const result = runModelThread(job, () => {});
  const heardOf = (release: number): number[] =>
    [...stageColumn(shared, relays, release, 'heard')].map((atUs) => atUs - RELEASED_US);
  return { ...result, heardUs: heardOf(0), lastHeardUs: heardOf(atOnce - 1) };
}

test('tiny networks: the sizes of frames that the times below are worked out with', () => {
  assert.equal(frameShapes().message(new Uint8Array(DATA_BYTES)).bytes, FRAME_US);
  assert.equal(frameShapes().iDontWant.bytes, DECLINE_US);
});

test('tiny networks: of two relays the second hears a frame and a latency later', () => {
  const { heardUs, copies, firsts, framesInFlight } = run(2, [[1, 0, 10_000]], 500);
  assert.deepEqual(heardUs, [0, FRAME_US + 10_000]);
  assert.deepEqual([copies, firsts, framesInFlight], [1, 1, 0]);
});

test('tiny networks: on a line of four each relay verifies before it hands on', () => {
  const { heardUs, copies } = run(
    4,
    [
      [0, 1, 10_000],
      [1, 2, 20_000],
      [3, 2, 30_000],
    ],
    500,
  );
  const first = FRAME_US + 10_000;
  const second = first + 500 + FRAME_US + 20_000;
  assert.deepEqual(heardUs, [0, 10_629, second, second + 500 + FRAME_US + 30_000]);
  assert.equal(second, 31_758);
  assert.equal(copies, 3);
});

test('tiny networks: what is verified at once waits for the uplink, which IDONTWANT went before', () => {
  const { heardUs } = run(
    3,
    [
      [0, 1, 10_000],
      [1, 2, 20_000],
    ],
    10,
  );
  assert.equal(heardUs[2], 10_629 + DECLINE_US + FRAME_US + 20_000);
});

test('tiny networks: of two publications at once, a relay verifies one after the other', () => {
  const { heardUs, lastHeardUs } = run(
    3,
    [
      [0, 1, 10_000],
      [1, 2, 20_000],
    ],
    5_000,
    {},
    2,
  );
  assert.deepEqual([heardUs[1], lastHeardUs[1]], [10_629, 11_258]);
  assert.equal(heardUs[2], 10_629 + 5_000 + FRAME_US + 20_000);
  assert.equal(lastHeardUs[2], 10_629 + 2 * 5_000 + FRAME_US + 20_000);
});

test('tiny networks: a publisher sends to one peer after the other, whoever is told first', () => {
  const { heardUs } = run(
    3,
    [
      [0, 1, 10_000],
      [0, 2, 10_000],
    ],
    500,
  );
  assert.deepEqual(
    [...heardUs].sort((a, b) => a - b),
    [0, 10_629, 11_258],
  );
});

test('tiny networks: a hub has more links than bytes can number, and sends to each peer once', () => {
  const leaves = Array.from({ length: 300 }, (_unused, index) => index + 1);
  const { heardUs, copies } = run(
    301,
    leaves.map((leaf): Link => [0, leaf, 1000]),
    5000,
  );
  const inTurn = leaves.map((place) => place * FRAME_US + 1000);
  assert.deepEqual(
    [...heardUs.slice(1)].sort((a, b) => a - b),
    inTurn,
  );
  assert.equal(copies, 300);
});

test('tiny networks: in a triangle both receivers send each other what their IDONTWANT comes too late for', () => {
  // IDONTWANT needs 50 ms between relays 1 and 2; both have verified after 12 ms at most.
  const far = run(
    3,
    [
      [0, 1, 10_000],
      [0, 2, 10_000],
      [1, 2, 50_000],
    ],
    500,
  );
  assert.equal(far.copies, 4);
  // Now it needs 1 ms, and whoever hears later gets it while it still verifies: one copy less.
  const near = run(
    3,
    [
      [0, 1, 10_000],
      [0, 2, 10_000],
      [1, 2, 1_000],
    ],
    5_000,
  );
  assert.equal(near.copies, 2);
});

test('tiny networks: with a mesh of nobody, the heartbeat tells and the relay asks', () => {
  const { gossipsub } = testScenario();
  const lonely = { ...gossipsub, D: 0, Dlo: 0, Dhi: 0, Dscore: 0, Dout: 0 };
  const { heardUs, bytesByKind } = run(
    3,
    [
      [0, 1, 10_000],
      [1, 2, 20_000],
    ],
    500,
    { gossipsub: lonely },
  );
  assert.equal(heardUs[1], 10_629);
  // Relay 1 tells at one of its next heartbeats, within a second; then two more ways, and the message.
  const waitUs = heardUs[2]! - heardUs[1]!;
  assert(waitUs > 3 * 20_000 + FRAME_US && waitUs < 1_000_000 + 3 * 20_000 + FRAME_US + 500, `${waitUs} us`);
  const tellBytes = frameShapes().iHave(1).parts[kindIndex('ihave')]!;
  assert.equal(bytesByKind.ihave / tellBytes, 4 * 3, 'each tells each of its peers at three heartbeats');
});

test('tiny networks: a mesh for one takes one of three, prunes the others, and is left alone after that', () => {
  const { gossipsub } = testScenario();
  const narrow = { ...gossipsub, D: 1, Dlo: 1, Dhi: 1, Dscore: 0, Dout: 0, floodPublish: false };
  const dialled: readonly Link[] = [
    [1, 0, 10_000],
    [2, 0, 10_000],
    [3, 0, 10_000],
  ];
  const { heardUs, penalties, bytesByKind } = run(4, dialled, 500, { gossipsub: narrow });
  const direct = heardUs.slice(1).filter((us) => us === FRAME_US + 10_000);
  assert.equal(direct.length, 1, `heard after ${heardUs} us`);
  for (const us of heardUs) assert(us < 1_100_000, 'the others are told with the next heartbeat');
  assert.equal(penalties, 0, 'nobody grafts within a backoff');
  const pruneBytes = frameShapes().prune.parts[kindIndex('prune')]!;
  assert.equal(bytesByKind.prune / pruneBytes, 2, 'PRUNE to two of them, and the minute is not over');
});

test('tiny networks: an islander never hears', () => {
  const { heardUs, framesSent, framesDelivered } = run(
    4,
    [
      [0, 1, 10_000],
      [2, 3, 10_000],
    ],
    500,
  );
  assert.deepEqual(heardUs.map(Number.isNaN), [false, false, true, true]);
  assert.equal(framesSent, framesDelivered);
});
