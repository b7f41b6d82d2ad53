import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Topology } from '../../population/population.ts';
import { randomStream } from '../random.ts';
import { Trace } from '../trace.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import type { Arrival } from './arrival.ts';
import { BareStack } from './bare-stack.ts';
import { RelayRegistrar } from './components.ts';
import { FrameMint } from './frame.ts';
import { Neighbours } from './neighbours.ts';
import type { SimulatedRelay } from './relay.ts';
import { LINKS_RETURN_WITHIN_US, RelayLinks } from './relay-links.ts';
import { Transport, type TransportHost } from './transport.ts';
import { Uplink } from './uplink.ts';

const SECOND_US = 1_000_000;

/** Everybody linked with everybody, each pair at a latency of its own. */
function everyPair(relays: number, seed: number): Topology {
  const pairs = Array.from({ length: relays }, (_unused, a) =>
    Array.from({ length: a }, (_other, b): [number, number] => ((a + b) % 2 === 0 ? [a, b] : [b, a])),
  ).flat();
  const stream = randomStream(seed, 'latencies');
  return {
    links: pairs.length,
    dialer: Uint32Array.from(pairs, ([dialer]) => dialer),
    listener: Uint32Array.from(pairs, ([, listener]) => listener),
    latencyUs: Uint32Array.from(pairs, () => 1000 + stream.integer(200_000)),
  };
}

/** Relays without routers that note what their routers would be told. */
function network(topology: Topology, relays: number, uplinkBitsPerSecond = 1e6) {
  const clock = new VirtualClock(relays, 1);
  const hosts: TransportHost[] = [];
  const log: string[] = [];
  const transport = new Transport(clock, hosts, new FrameMint(true), Trace.forRelays(relays), null);
  const neighbours = new Neighbours(topology, relays);
  const parts = {
    clock,
    transport,
    seed: 1,
    neighbours: () => neighbours,
    keeping: null,
    faults: null,
    peerOf: (index: number) => ({ index, peerId: `peer ${index}`, address: '' }) as never,
  };
  const made = Array.from({ length: relays }, (_unused, index) => {
    const registrar = new RelayRegistrar();
    registrar.topology = {
      onConnect: (peer) => void log.push(`${index} up ${peer}`),
      onDisconnect: (peer) => void log.push(`${index} down ${peer}`),
    };
    const stack = new BareStack({
      router: null as never,
      registrar,
      reception: { path: 'streamed' },
      transport,
    });
    const relay = {
      index,
      uplink: new Uplink(uplinkBitsPerSecond),
      wake: () => {},
      peers: { linkUp: () => {}, linkDown: () => {}, networkLost: () => {} },
      receiverOf: (arrival: Arrival) => links.receiverOf(arrival),
    } as unknown as SimulatedRelay;
    const links: RelayLinks = new RelayLinks(relay, stack, false, parts);
    hosts.push(relay);
    return links;
  });
  const at = (timeUs: number, relay: number, action: () => void) =>
    clock.plan(timeUs, new Call(relay, action));
  const run = (seconds: number) =>
    clock.runUntil(
      seconds * SECOND_US,
      () => {},
      () => false,
    );
  return { clock, transport, links: made, log, at, run };
}

test('links: who comes last makes them, each end is told once, and the topology says who dials', () => {
  const topology = everyPair(2, 1);
  const { links, log, at, run } = network(topology, 2);
  at(0, 0, () => links[0].comeOnline());
  run(10);
  assert.deepEqual(log, [], 'refused by a relay that is away');
  at(10 * SECOND_US, 1, () => links[1].comeOnline());
  run(20);
  assert.deepEqual(log, ['0 up peer 1', '1 up peer 0']);
  assert.deepEqual(
    links.map(({ connections }) => [...connections.values()].map(({ direction }) => direction)),
    topology.dialer[0] === 0 ? [['outbound'], ['inbound']] : [['inbound'], ['outbound']],
  );
});

test('links: a peer hears the goodbye after the latency, and drops nothing that was sent before it', () => {
  const topology = everyPair(2, 1);
  const [latencyUs] = topology.latencyUs;
  const { clock, transport, links, log, at, run } = network(topology, 2);
  const heard: number[] = [];
  for (const relay of [0, 1]) at(0, relay, () => links[relay].comeOnline());
  run(10);
  log.length = 0;
  at(10 * SECOND_US, 0, () => {
    const connection = links[0].connections.get(1);
    assert(connection !== undefined);
    const peer = links[1].connections.get(0);
    assert(peer !== undefined);
    peer.arrive = ({ what }) => void heard.push(what);
    transport.transmit(connection, 3, 1000, null);
    links[0].goOffline();
  });
  const soundUs = 10 * SECOND_US + (1000 + 90) * 8 + latencyUs;
  at(soundUs - 2, 1, () => assert.equal(links[1].connections.size, 1));
  at(soundUs + 2, 1, () => assert.equal(links[1].connections.size, 0));
  run(20);
  assert.equal(clock.nowUs, soundUs + 2);
  assert.deepEqual(heard, [3]);
  assert.deepEqual(log, ['0 down peer 1', '1 down peer 0']);
  assert.equal(transport.counters.framesDropped, 0);
});

test('links: what is sent to a relay that has gone away, or on a link that is no more, is dropped', () => {
  const topology = everyPair(2, 1);
  const { transport, links, at, run } = network(topology, 2);
  for (const relay of [0, 1]) at(0, relay, () => links[relay].comeOnline());
  run(10);
  const before = transport.counters.framesDropped;
  at(10 * SECOND_US, 0, () => links[0].goOffline());
  at(10 * SECOND_US, 1, () => {
    const connection = links[1].connections.get(0);
    assert(connection !== undefined);
    transport.transmit(connection, 3, 10, null);
    transport.transmit(connection, 3, 1_500_000, null); // arrives when the relay is back
  });
  at(10 * SECOND_US + 1, 0, () => links[0].comeOnline());
  run(60);
  assert.equal(transport.counters.framesDropped - before, 2);
  assert.equal(links[0].connections.get(1)?.link, links[1].connections.get(0)?.link);
});

test('links: something on a link that a relay never had stops the run', () => {
  const { transport, links, at, run } = network(everyPair(2, 1), 2);
  for (const relay of [0, 1]) at(0, relay, () => links[relay].comeOnline());
  at(10 * SECOND_US, 0, () => {
    const connection = links[0].connections.get(1);
    assert(connection !== undefined);
    transport.transmit(Object.assign(connection, { link: 77 }), 3, 10, null);
  });
  assert.throws(() => run(20), /no link to relay 0, but something arrived on it/);
});

test('links: however relays come and go, in the end both ends of every pair have the same link', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const relays = 8;
    const { transport, links, log, at, run } = network(
      everyPair(relays, seed),
      relays,
      seed % 2 === 0 ? 1e6 : 2e4,
    );
    const stream = randomStream(seed, 'restless');
    for (let relay = 0; relay < relays; relay++) {
      let timeUs = 0;
      for (let turn = 0; turn < 15; turn++) {
        timeUs += 1 + stream.integer(turn % 3 === 0 ? LINKS_RETURN_WITHIN_US : 400_000);
        at(timeUs, relay, () => links[relay].comeOnline());
        if (turn === 14) break;
        timeUs += 1 + stream.integer(turn % 2 === 0 ? 4 * SECOND_US : 300_000);
        at(timeUs, relay, () => links[relay].goOffline());
      }
    }
    run(600);
    for (let a = 0; a < relays; a++) {
      for (let b = 0; b < relays; b++) {
        if (a === b) continue;
        const [one, other] = [links[a].connections.get(b), links[b].connections.get(a)];
        assert(one !== undefined && one.link === other?.link, `seed ${seed}: relays ${a} and ${b}`);
      }
    }
    const { framesSent, framesDelivered, framesDropped } = transport.counters;
    assert.equal(framesSent, framesDelivered + framesDropped);
    const ups = log.filter((line) => line.includes('up')).length;
    assert.equal(
      ups - (log.length - ups),
      relays * (relays - 1),
      'what came up and did not go down is there',
    );
  }
});
