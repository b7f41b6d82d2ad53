import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from '../../../node/environment.ts';
import { Trace } from '../trace.ts';
import { Call, findDrain, VirtualClock } from '../virtual-clock.ts';
import { atNextWallTurn } from '../wall.ts';
import { ARRIVAL, type Arrival, type Receiver } from './arrival.ts';
import { FrameMint } from './frame.ts';
import { type Host, Hosts } from './hosts.ts';
import { SimulatedPeers } from './simulated-peers.ts';
import { Transport } from './transport.ts';
import { Uplink } from './uplink.ts';

const LATENCY_US = 40_000;
const ROUND_TRIP_US = 2 * LATENCY_US;
const ECHO = 'echo/1';
const LIMITS = { maxBytes: 1_000_000, timeoutMs: 10_000 };

class TestHost implements Host {
  readonly index: number;
  readonly uplink: Uplink;
  readonly connections = new Map<number, { latencyUs: number }>();
  readonly peers: SimulatedPeers;
  online = true;

  constructor(
    index: number,
    uplinkBitsPerSecond: number,
    parts: ConstructorParameters<typeof SimulatedPeers>[1],
  ) {
    this.index = index;
    this.uplink = new Uplink(uplinkBitsPerSecond);
    this.peers = new SimulatedPeers(this, parts);
  }

  receiverOf({ what }: Arrival): Receiver | null {
    return this.online && what >= ARRIVAL.request ? this.peers : null;
  }
}

/** Three relays and an authority, 40 ms apart, each sending a byte a microsecond. */
function fourHosts() {
  const clock = new VirtualClock(4, 1);
  const hosts = new Hosts({
    relays: 3,
    authorities: 1,
    latency: { law: 'constant', latencyMs: LATENCY_US / 1000 },
    seed: 1,
    relayName: (relay) => `relay ${relay}`,
  });
  const transport = new Transport(clock, hosts.local, new FrameMint(true), Trace.forRelays(4), null);
  const errors: unknown[] = [];
  const parts = { clock, hosts, transport, onError: (error: unknown) => errors.push(error) };
  const made = [0, 1, 2, 3].map((index) => new TestHost(index, 8e6, parts));
  made.forEach((host, index) => {
    hosts.local[index] = host;
  });
  const link = (a: number, b: number): void => {
    made[a].connections.set(b, { latencyUs: LATENCY_US });
    made[b].connections.set(a, { latencyUs: LATENCY_US });
  };
  const at = (timeUs: number, host: number, action: () => void) => clock.plan(timeUs, new Call(host, action));
  return { clock, hosts: made, transport, errors, link, at };
}

type Network = ReturnType<typeof fourHosts>;

/** Runs to the end of virtual time `seconds`, with promises drained as in a simulation thread. */
async function run({ clock }: Network, seconds = 60): Promise<void> {
  const drain = await findDrain();
  assert(drain !== null);
  await new Promise<void>((resolve, reject) =>
    atNextWallTurn(() => {
      try {
        clock.runUntil(seconds * 1e6, drain, () => false);
        resolve();
      } catch (error) {
        reject(error);
      }
    }),
  );
}

/** What came of a request, and when, in microseconds after it was made. */
interface Outcome {
  body: Uint8Array | null;
  failure: string | null;
  afterUs: number;
}

function ask(network: Network, from: number, peer: string, size = 10, limits = LIMITS, atUs = 0): Outcome {
  const outcome: Outcome = { body: null, failure: null, afterUs: Number.NaN };
  network.at(atUs, from, () => {
    const settle = (change: Partial<Outcome>): void => {
      Object.assign(outcome, change, { afterUs: network.clock.nowUs - atUs });
    };
    network.hosts[from].peers.request(peer, ECHO, new Uint8Array(size), limits).then(
      (body) => settle({ body }),
      (error) => settle({ failure: error instanceof RequestError ? error.failure : String(error) }),
    );
  });
  return outcome;
}

const isNear = (value: number, wanted: number, slack: number): boolean => Math.abs(value - wanted) <= slack;

test('requests: over a link, an answer comes two round trips later: one for the stream', async () => {
  const network = fourHosts();
  network.link(0, 1);
  const body = Uint8Array.of(1, 2, 3);
  network.hosts[1].peers.serve(ECHO, 100, (question, from) => {
    assert.equal(question.length, 10);
    assert.equal(from, 'relay 0');
    return body;
  });
  const outcome = ask(network, 0, 'relay 1');
  await run(network);
  assert.equal(outcome.body, body, 'the very same bytes');
  assert(isNear(outcome.afterUs, 2 * ROUND_TRIP_US, 500), `${outcome.afterUs} us`);
  const { framesSent, framesDelivered, bytesSent } = network.transport.counters;
  assert.deepEqual([framesSent, framesDelivered], [2, 2]);
  assert(bytesSent > 13 && bytesSent < 300);
});

test('requests: without a link a connection is made, which takes three round trips once', async () => {
  const network = fourHosts();
  network.hosts[3].peers.serve(ECHO, 100, () => new Uint8Array(3));
  const first = ask(network, 0, 'authority-0');
  const second = ask(network, 0, 'authority-0', 10, LIMITS, 20e6);
  const late = ask(network, 0, 'authority-0', 10, LIMITS, 300e6);
  await run(network, 400);
  assert(isNear(first.afterUs, 5 * ROUND_TRIP_US, 2000), `${first.afterUs} us`);
  assert(isNear(second.afterUs, 2 * ROUND_TRIP_US, 500), `${second.afterUs} us`);
  assert(isNear(late.afterUs, 5 * ROUND_TRIP_US, 2000), 'it is closed by then');
  assert(network.transport.counters.bytesSent > 2 * 1000);
});

test('requests: a long answer leaves in pieces, and what is queued meanwhile gets in between', async () => {
  const network = fourHosts();
  network.link(0, 1);
  network.link(1, 2);
  const body = new Uint8Array(100_000);
  network.hosts[1].peers.serve(ECHO, 100, () => body);
  network.hosts[2].peers.serve(ECHO, 100, () => new Uint8Array(1));
  const long = ask(network, 0, 'relay 1');
  const startsUs = 3 * LATENCY_US + 200;
  const short = ask(network, 1, 'relay 2', 10, LIMITS, startsUs);
  await run(network);
  assert.equal(long.body, body);
  assert(isNear(long.afterUs, 2 * ROUND_TRIP_US + 100_000, 1500), `${long.afterUs} us`);
  assert(short.afterUs < 2 * ROUND_TRIP_US + 17_000, `${short.afterUs} us: it waited for one piece at most`);
  assert.equal(network.transport.counters.framesSent, 2 + 2 + 6);
});

test('requests: whoever serves nothing, refuses, throws or is asked too much answers with a refusal', async () => {
  const network = fourHosts();
  const { hosts } = network;
  const nothing = ask(network, 0, 'relay 1');
  hosts[2].peers.serve(ECHO, 20, (question) => {
    if (question.length === 7) throw new Error('a bug');
    return question.length === 8 ? Promise.reject(new Error('another')) : null;
  });
  const outcomes = [nothing, ...[10, 21, 7, 8].map((size) => ask(network, 0, 'relay 2', size))];
  await run(network);
  assert.deepEqual(
    outcomes.map(({ failure }) => failure),
    ['refused', 'refused', 'refused', 'refused', 'refused'],
  );
  assert.equal(network.errors.length, 2);
});

test('requests: an answer beyond the limit is given up where it passes the limit, and one at it is not', async () => {
  const network = fourHosts();
  network.link(0, 1);
  network.hosts[1].peers.serve(ECHO, 100, ({ length }) => new Uint8Array(length === 1 ? 400_000 : 20_000));
  const endless = ask(network, 0, 'relay 1', 1, { maxBytes: 20_000, timeoutMs: 10_000 });
  const whole = ask(network, 0, 'relay 1', 2, { maxBytes: 20_000, timeoutMs: 10_000 }, 1e6);
  await run(network);
  assert.equal(endless.failure, 'too-long');
  assert(isNear(endless.afterUs, 2 * ROUND_TRIP_US + 2 * 16_384, 1000), `${endless.afterUs} us`);
  assert.equal(whole.body?.length, 20_000);
});

test('requests: the deadline is for the whole exchange', async () => {
  const network = fourHosts();
  network.link(0, 1);
  const answers: (() => void)[] = [];
  network.hosts[1].peers.serve(
    ECHO,
    100,
    () => new Promise((resolve) => answers.push(() => resolve(new Uint8Array(1)))),
  );
  const limits = { maxBytes: 100, timeoutMs: 500 };
  const silent = ask(network, 0, 'relay 1', 1, limits);
  network.at(5e6, 1, () => answers[0]());
  const slow = ask(network, 0, 'relay 1', 1, limits, 10e6);
  network.at(10.3e6, 1, () => answers[1]());
  await run(network);
  assert.deepEqual([silent.failure, silent.afterUs], ['timeout', 500_000]);
  assert.equal(slow.body?.length, 1);
});

test('requests: a host that is away times out, one without network and one that never was are unreachable', async () => {
  const network = fourHosts();
  network.hosts[1].online = false;
  const away = ask(network, 0, 'relay 1');
  const nobody = ask(network, 0, 'relay 17');
  const self = ask(network, 0, 'relay 0');
  const cutOff = ask(network, 1, 'relay 2');
  await run(network);
  assert.deepEqual([away.failure, away.afterUs], ['timeout', LIMITS.timeoutMs * 1000]);
  for (const outcome of [nobody, self, cutOff]) {
    assert.deepEqual([outcome.failure, outcome.afterUs], ['unreachable', 0]);
  }
  assert.equal(network.transport.counters.framesDropped, 1);
});

test('requests: a link that closes fails what was asked over it, and lost network fails everything', async () => {
  const network = fourHosts();
  const [host] = network.hosts;
  network.link(0, 1);
  network.link(0, 2);
  const first = ask(network, 0, 'relay 1');
  const other = ask(network, 0, 'relay 2');
  const beside = ask(network, 0, 'authority-0');
  network.at(10_000, 0, () => host.peers.linkDown(1));
  network.at(20_000, 0, () => {
    host.online = false;
    host.peers.networkLost();
  });
  await run(network);
  assert.deepEqual(
    [first, other, beside].map(({ failure, afterUs }) => [failure, afterUs]),
    [
      ['unreachable', 10_000],
      ['unreachable', 20_000],
      ['unreachable', 20_000],
    ],
  );
});

test('requests: a host that goes away sends no more of an answer', async () => {
  const network = fourHosts();
  network.link(0, 1);
  network.hosts[1].peers.serve(ECHO, 100, () => new Uint8Array(200_000));
  const outcome = ask(network, 0, 'relay 1');
  network.at(3 * LATENCY_US + 40_000, 1, () => network.hosts[1].peers.networkLost());
  await run(network);
  assert.equal(outcome.failure, 'timeout');
  assert.equal(network.transport.counters.framesSent, 1 + 3);
});
