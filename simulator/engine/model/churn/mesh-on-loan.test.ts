import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { quietWorld, SMALL_MESH } from '../../../testing/quiet-world.ts';
import { bundleThread } from '../../gossipsub/bundle.mjs';
import { randomStream } from '../../random.ts';
import { Gossip } from '../gossip.ts';
import { EVENT } from '../world.ts';
import { ChangingLinks, otherEnd } from './changing-links.ts';
import { MeshOnLoan, type StartMeshThread } from './mesh-on-loan.ts';
import { relayLists } from './relay-lists.ts';
import { TravellingMesh } from './travelling-mesh.ts';

const RELAYS = 40;
/** Most relays dial one of these, whose meshes are full. */
const HUBS = 4;
const STEP_US = 250_000;
const CHANGES = 3000;

interface Link {
  readonly place: number;
  readonly from: number;
  readonly to: number;
}

/** Relays dial each other, hang up and restart at random, often in the instant of a heartbeat; the mesh comes back now and then. */
function run(startThread: StartMeshThread | null, seed: number) {
  const links = new ChangingLinks(RELAYS, 64);
  const world = quietWorld({ links, firstBeatUs: (relay) => STEP_US * (1 + (relay % 4)), endUs: 1e12, seed });
  const { load } = world;
  const mesh = new TravellingMesh(world, SMALL_MESH, seed, true, relayLists(RELAYS));
  links.onGrowth = (places) => mesh.grow(places);
  const gossip = new Gossip(world, mesh, SMALL_MESH, [], () => null);
  const loan = new MeshOnLoan({ world, links, mesh, plan: SMALL_MESH, seed, subscribes: true, startThread });
  const draws = randomStream(seed, 'what happens to links');
  const open: Link[] = [];
  let lent = 0;

  const isOf = (relay: number, { from, to }: Link): boolean => from === relay || to === relay;
  const hangUp = (relay: number, link: Link): void => {
    open.splice(open.indexOf(link), 1);
    const { place, from } = link;
    loan.disconnect(world.nowUs, relay, relay === from ? place : otherEnd(place));
    links.giveUp(place, world.nowUs);
  };
  const change = (relay: number): void => {
    const what = draws.uniform();
    if (what < 0.02) {
      for (const link of open.filter((each) => isOf(relay, each))) hangUp(relay, link);
      world.firstBeatUs[relay] = world.nowUs + STEP_US;
      loan.restarted(world.nowUs, relay);
    } else if (what < 0.45 && open.length > 0) {
      const link = open[draws.integer(open.length)];
      hangUp(link.from, link);
    } else {
      const to = draws.integer(draws.uniform() < 0.8 ? HUBS : RELAYS);
      const isLinked = open.some((link) => isOf(relay, link) && isOf(to, link));
      if (to === relay || isLinked) return;
      const place = links.add(world.nowUs, relay, to, 20_000 + 1000 * to);
      open.push({ place, from: relay, to });
      loan.connect(world.nowUs, relay, place);
    }
  };
  const runUntil = (endUs: number): void => {
    const { calendar } = world;
    while (calendar.next(endUs)) {
      const { timeUs, host, source, place, code } = calendar;
      world.nowUs = timeUs;
      world.counters.eventsFired++;
      const isCall = code === EVENT.call;
      if (loan.isLent) loan.beginEvent(code, source, isCall ? place * (STEP_US / 2) : Number.NaN);
      if (isCall) change(host);
      else if (loan.isLent) loan.beat(host);
      else if (mesh.isDue(timeUs, host)) mesh.beat(timeUs, host, false);
    }
    world.nowUs = endUs;
  };

  for (let number = 0, nowUs = 0; number < CHANGES; number++) {
    nowUs += STEP_US * draws.integer(40);
    runUntil(nowUs);
    if (number % 500 === 499) {
      loan.beginLife();
      loan.recall();
      mesh.wakeAll(nowUs);
    } else if (number % 500 > 50 && !loan.isLent) loan.lend(gossip);
    if (loan.isLent) lent++;
    loan.beginLife();
    if (number % 2 === 0) change(draws.integer(RELAYS));
    else {
      // Planned when nothing else is; when that was stands where its place would.
      runUntil(nowUs + STEP_US / 2);
      const relay = draws.integer(RELAYS);
      const atUs = nowUs + STEP_US * (1 + draws.integer(8));
      world.calendar.push(atUs, relay, world.nowUs / (STEP_US / 2), relay, EVENT.call);
      nowUs += STEP_US;
    }
  }
  runUntil(world.endUs - 1);
  loan.beginLife();
  loan.recall();
  mesh.wakeAll(world.nowUs);
  const members = Array.from({ length: RELAYS }, (_unused, relay) =>
    Array.from({ length: mesh.countMembers(relay) }, (_none, index) => mesh.member(relay, index)),
  );
  const bytes = [load.sentBytes, load.controlBytes, load.receivedGossipBytes].map((column) => [...column]);
  // A heartbeat whose place an earlier one took is an event as well, and to go from thread to thread may leave some behind.
  const { eventsFired: _events, ...counters } = world.counters;
  return { lent, outcome: { members, counters, bytes, byKind: world.bytesByKind() } };
}

const file = await bundleThread(new URL('../thread.ts', import.meta.url));
const startThread: StartMeshThread = (terms) => {
  new Worker(file, { workerData: terms, transferList: [terms.port] }).unref();
};

for (const seed of [1, 2, 3]) {
  test(`mesh on loan: on a thread of its own it comes to the same (seed ${seed})`, () => {
    const here = run(null, seed);
    const there = run(startThread, seed);
    assert.deepEqual(there.outcome, here.outcome);
    assert.equal(here.lent, 0);
    assert(there.lent > CHANGES / 2, `on loan for ${there.lent} of ${CHANGES} changes`);
    assert(here.outcome.counters.framesSent > 10_000, 'links come and go, and GRAFTs with them');
  });
}
