import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trace } from '../trace.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { ARRIVAL, type Arrival } from './arrival.ts';
import { Frame, FrameMint } from './frame.ts';
import { type OnLink, Transport, type TransportHost } from './transport.ts';
import { Uplink } from './uplink.ts';

interface Arrived {
  readonly relay: number;
  readonly from: number;
  readonly timeUs: number;
}

/** Three bare hosts that note what arrives; host 2 may be away. */
function threeHosts(uplinkBitsPerSecond: number) {
  const clock = new VirtualClock(3, 1);
  const hosts: TransportHost[] = [];
  const transport = new Transport(clock, hosts, new FrameMint(false), Trace.forRelays(3), null);
  const arrived: Arrived[] = [];
  const away = new Set<number>();
  const receiver = {
    arrive: ({ relay, from }: Arrival) => {
      arrived.push({ relay, from, timeUs: clock.nowUs });
    },
  };
  for (let index = 0; index < 3; index++) {
    const uplink = new Uplink(uplinkBitsPerSecond);
    hosts.push({ index, uplink, receiverOf: () => (away.has(index) ? null : receiver) });
  }
  const link = (local: number, remote: number, latencyUs: number): OnLink => ({
    local: hosts[local],
    remote,
    latencyUs,
    link: 0,
  });
  return { clock, transport, arrived, away, link };
}

const drain = (): void => {};
const always = (): boolean => false;

test('transport: an uplink sends one frame after the other, whoever they are for', () => {
  const { clock, transport, arrived, link } = threeHosts(8e6); // a byte a microsecond
  const toOne = link(0, 1, 50_000);
  const toTwo = link(0, 2, 1_000);
  clock.currentRelay = 0;
  transport.sendFrame(toOne, new Frame(new Uint8Array(1000)));
  transport.sendFrame(toTwo, new Frame(new Uint8Array(500)));
  transport.sendFrame(toOne, new Frame(new Uint8Array(1)));
  assert.equal(transport.countInFlight(), 3);
  clock.runUntil(1e6, drain, always);
  assert.deepEqual(arrived, [
    { relay: 2, from: 0, timeUs: 1000 + 500 + 1_000 },
    { relay: 1, from: 0, timeUs: 1000 + 50_000 },
    { relay: 1, from: 0, timeUs: 1000 + 500 + 1 + 50_000 },
  ]);
  assert.deepEqual(transport.counters, {
    framesSent: 3,
    framesDelivered: 3,
    framesDropped: 0,
    framesCopied: 0,
    bytesSent: 1501,
  });
  assert.equal(transport.countInFlight(), 0);
});

test('transport: an idle uplink starts at once, not where it stopped', () => {
  const { clock, transport, arrived, link } = threeHosts(8e6);
  const toOne = link(0, 1, 10);
  clock.currentRelay = 0;
  transport.sendFrame(toOne, new Frame(new Uint8Array(100)));
  clock.runUntil(1e6, drain, always);
  clock.nowUs = 500_000;
  clock.currentRelay = 0;
  transport.sendFrame(toOne, new Frame(new Uint8Array(100)));
  clock.runUntil(1e6, drain, always);
  assert.deepEqual(
    arrived.map(({ timeUs }) => timeUs),
    [110, 500_110],
  );
});

test('transport: frames of one link never overtake each other, however small', () => {
  const { clock, transport, arrived, link } = threeHosts(1e9);
  const toOne = link(0, 1, 7);
  clock.currentRelay = 0;
  const sizes = [1500, 1, 1, 40, 1];
  for (const size of sizes) transport.sendFrame(toOne, new Frame(new Uint8Array(size)));
  clock.runUntil(1e6, drain, always);
  const times = arrived.map(({ timeUs }) => timeUs);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.equal(times.length, sizes.length);
});

test('transport: what reaches a host that is away is dropped and counted', () => {
  const { clock, transport, arrived, away, link } = threeHosts(8e6);
  clock.currentRelay = 0;
  transport.sendFrame(link(0, 1, 10), new Frame(new Uint8Array(1)));
  transport.sendFrame(link(0, 2, 10), new Frame(new Uint8Array(1)));
  away.add(2);
  clock.runUntil(1e6, drain, always);
  assert.deepEqual(
    arrived.map(({ relay }) => relay),
    [1],
  );
  const { framesSent, framesDelivered, framesDropped } = transport.counters;
  assert.deepEqual(
    { framesSent, framesDelivered, framesDropped },
    { framesSent: 2, framesDelivered: 1, framesDropped: 1 },
  );
});

test('transport: an end that the sender knows takes what arrives, and once it is closed somebody is looked for', () => {
  const { clock, transport, arrived, link } = threeHosts(8e6);
  const known: number[] = [];
  const far = {
    status: 'open' as 'open' | 'closed',
    arrive: () => void known.push(clock.nowUs),
  };
  clock.currentRelay = 0;
  const send = (): void => transport.sendFrame({ ...link(0, 1, 10), far }, new Frame(new Uint8Array(1)));
  send();
  clock.runUntil(100, drain, always);
  clock.currentRelay = 0;
  send();
  far.status = 'closed';
  clock.runUntil(200, drain, always);
  assert.deepEqual(known, [11]);
  assert.deepEqual(arrived, [{ relay: 1, from: 0, timeUs: 22 }]);
  clock.currentRelay = 0;
  far.status = 'open';
  transport.sendFrame(link(0, 2, 10), new Frame(new Uint8Array(1)));
  transport.transmit({ ...link(0, 1, 10), far }, ARRIVAL.close, 1, null);
  clock.runUntil(300, drain, always);
  assert.equal(
    arrived.length,
    3,
    'an arrival that is used again knows nothing of it, and a goodbye is not for it',
  );
});

test('transport: an arrival is used again once it is taken, but not where a path may know it again', () => {
  const { clock, transport, link } = threeHosts(8e6);
  const host = link(0, 1, 10).local;
  const arrivals: Arrival[] = [];
  const taken: string[] = [];
  host.receiverOf = () => ({
    arrive: (arrival) => {
      arrivals.push(arrival);
      taken.push(`${arrival.from}: ${arrival.frame?.bytes[0]}`);
    },
  });
  const deliver = (from: number): void => {
    clock.currentRelay = from;
    transport.sendFrame(link(from, 0, 10), new Frame(Uint8Array.of(from)));
    clock.runUntil(clock.nowUs + 100, drain, always);
  };
  deliver(1);
  deliver(2);
  assert.equal(arrivals[0], arrivals[1]);
  transport.path = { judge: () => 'arrives' };
  deliver(1);
  deliver(2);
  assert.notEqual(arrivals[2], arrivals[3]);
  assert.deepEqual(taken, ['1: 1', '2: 2', '1: 1', '2: 2']);
});
