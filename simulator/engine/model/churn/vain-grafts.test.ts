import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quietWorld, SMALL_MESH } from '../../../testing/quiet-world.ts';
import { ChangingLinks } from './changing-links.ts';
import { QuietMesh } from './quiet-mesh.ts';
import { relayLists } from './relay-lists.ts';

const HUBS = 4;
const RELAYS = 14;
const HOUR_US = 3.6e9;

/** Ten relays dial four hubs that have room for four each; later links go, and others find room. */
function run(way: 'awake' | 'at rest' | 'made up for now and then', seed: number) {
  const links = new ChangingLinks(RELAYS, 256);
  const world = quietWorld({
    links,
    firstBeatUs: (relay) => 100_000 + 61_803 * relay,
    endUs: 6 * HOUR_US,
    seed,
  });
  const { load } = world;
  const mesh = new QuietMesh(world, SMALL_MESH, seed, true, relayLists(RELAYS));
  let beats = 0;
  const runUntil = (endUs: number): void => {
    while (world.calendar.next(endUs)) {
      world.nowUs = world.calendar.timeUs;
      const { host } = world.calendar;
      beats++;
      if (mesh.isDue(world.nowUs, host)) mesh.beat(world.nowUs, host, false);
      if (way === 'awake') mesh.wakeAll(world.nowUs);
    }
    world.nowUs = endUs;
    if (way === 'made up for now and then') mesh.followVainGrafts(endUs);
  };
  const places: number[] = [];
  for (let relay = HUBS; relay < RELAYS; relay++) {
    for (let hub = 0; hub < HUBS; hub++) {
      runUntil(world.nowUs + 1000);
      const place = links.add(world.nowUs, relay, hub, 20_000 + 1000 * hub + relay);
      mesh.connect(world.nowUs, relay, place);
      places.push(place);
    }
  }
  // The first relay to find its place loses one hub after the other, an hour apart.
  for (const place of places.slice(0, HUBS)) {
    runUntil(world.nowUs + HOUR_US + 12_345);
    mesh.disconnect(world.nowUs, HUBS, place);
    mesh.looksAfter(world.nowUs, HUBS);
  }
  runUntil(world.endUs);
  mesh.wakeAll(world.endUs);
  const members = Array.from({ length: RELAYS }, (_unused, relay) =>
    Array.from({ length: mesh.countMembers(relay) }, (_none, index) => mesh.member(relay, index)),
  );
  const { eventsFired: _events, ...counters } = world.counters;
  const bytes = [load.sentBytes, load.controlBytes, load.receivedGossipBytes].map((column) => [...column]);
  return { beats, outcome: { members, counters, bytes, byKind: world.bytesByKind() } };
}

for (const seed of [1, 2, 3]) {
  test(`vain grafts: what is made up for is what every heartbeat would have come to (seed ${seed})`, () => {
    const followed = run('awake', seed);
    const resting = run('at rest', seed);
    assert.deepEqual(resting.outcome, followed.outcome);
    const often = run('made up for now and then', seed);
    assert.deepEqual(often.outcome, followed.outcome);
    assert.equal(often.beats, resting.beats, 'those who rest go on to');
    assert(followed.outcome.counters.framesSent > 2000, 'relays graft in vain for hours');
    assert(resting.beats * 5 < followed.beats, `${resting.beats} of ${followed.beats} heartbeats`);
  });
}
