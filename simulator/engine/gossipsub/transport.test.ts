import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trace } from '../trace.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { SimulatedConnection } from './connection.ts';
import { Frame, FrameMint } from './frame.ts';
import type { SimulatedRelay } from './relay.ts';
import { Transport } from './transport.ts';

interface Arrived {
  readonly relay: number;
  readonly from: number;
  readonly timeUs: number;
}

/** Three bare relays that note what arrives. */
function threeRelays(uplinkBitsPerSecond: number) {
  const clock = new VirtualClock(3, 1);
  const relays: (SimulatedRelay | null)[] = [];
  const transport = new Transport(clock, relays, new FrameMint(false), Trace.forRelays(3), null);
  const arrived: Arrived[] = [];
  for (let index = 0; index < 3; index++) {
    const relay = {
      index,
      uplinkFreeUs: 0,
      uplinkBytesPerUs: uplinkBitsPerSecond / 8e6,
      connections: new Map(),
      wake: () => {},
      receive: ({ remote }: { remote: number }) => {
        arrived.push({ relay: index, from: remote, timeUs: clock.nowUs });
      },
    };
    relays.push(relay as unknown as SimulatedRelay);
  }
  const link = (local: number, remote: number, latencyUs: number): SimulatedConnection => {
    const connection = { local: relays[local], remote, latencyUs } as unknown as SimulatedConnection;
    relays[local]?.connections.set(remote, connection);
    return connection;
  };
  return { clock, transport, arrived, link };
}

const drain = (): void => {};
const always = (): boolean => false;

test('transport: an uplink sends one frame after the other, whoever they are for', () => {
  const { clock, transport, arrived, link } = threeRelays(8e6); // a byte a microsecond
  const toOne = link(0, 1, 50_000);
  const toTwo = link(0, 2, 1_000);
  link(1, 0, 50_000);
  link(2, 0, 1_000);
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
  assert.deepEqual(transport.counters, { framesSent: 3, framesDelivered: 3, bytesSent: 1501 });
  assert.equal(transport.countInFlight(), 0);
});

test('transport: an idle uplink starts at once, not where it stopped', () => {
  const { clock, transport, arrived, link } = threeRelays(8e6);
  const toOne = link(0, 1, 10);
  link(1, 0, 10);
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
  const { clock, transport, arrived, link } = threeRelays(1e9);
  const toOne = link(0, 1, 7);
  link(1, 0, 7);
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

test('transport: something arriving where no link is stops the run', () => {
  const { clock, transport, link } = threeRelays(8e6);
  const toOne = link(0, 1, 10);
  clock.currentRelay = 0;
  transport.sendFrame(toOne, new Frame(new Uint8Array(1)));
  assert.throws(() => clock.runUntil(1e6, drain, always), /no link to relay 0/);
});
