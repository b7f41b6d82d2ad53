import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CELL, isCellCommand, RELAY } from '../hooks/catalogue/cell-commands.ts';
import { BareClient } from '../testing/bare-client.ts';
import { OnionWorld, WEB } from '../testing/onion-world.ts';
import { writeBegin, writeCreate2, writeExtend2 } from './cell-bodies.ts';
import { type ExchangeReport, WebServer } from './exchange.ts';
import type { ExitService } from './exit-streams.ts';
import { MOST_WAITING_CONTROLS } from './link-end.ts';
import { CircuitEnd, StreamEndReason } from './reasons.ts';
import { MOST_EARLY_CELLS, MOST_QUEUED_CELLS } from './relay-circuit.ts';
import type { StreamApplication } from './stream.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
const NOTHING = new Uint8Array(0);
/** Exchanges go to 443; what listens here is each test's own. */
const begin = written((into) => writeBegin(into, { ...WEB, port: 80 }));
const { protocol, resourceLimit } = CircuitEnd;
/** With noise inside, these end the circuit on which they come. */
const ENDING: ReadonlySet<number> = new Set([CELL.relay, CELL.relayEarly, CELL.created2, CELL.destroy]);

function written(write: (into: Uint8Array) => number): Uint8Array {
  const into = new Uint8Array(498);
  return into.subarray(0, write(into));
}

/** Takes streams and says nothing. */
class Silent implements StreamApplication {
  received = 0;
  ended: number | null = null;

  onOpen(): void {}

  read(): number {
    return 0;
  }

  write(data: Uint8Array): boolean {
    this.received += data.length;
    return true;
  }

  onEnd(reason: number): void {
    this.ended = reason;
  }
}

const SILENT: ExitService = { connect: (_to, answer) => answer(new Silent()) };

/** Three relays, and a client by hand with a circuit through them. */
function threeHops(exitService: ExitService = SILENT) {
  const web = new WebServer();
  const connect: ExitService['connect'] = (to, answer, circuit) =>
    (to.port === WEB.port ? web : exitService).connect(to, answer, circuit);
  const world = new OnionWorld({
    exitService: { connect },
    links: { capacityCells: 1024, burstCells: 1024 },
  });
  const [guard, middle, exit] = world.relays;
  const client = new BareClient(world).build(guard.descriptor, middle.descriptor, exit.descriptor);
  return { world, guard, middle, exit, client };
}

/** Honest clients are served as ever, and nothing is left when all is over. */
function assertSound(world: OnionWorld, client: BareClient): void {
  const honest = world.openClient();
  const reports: ExchangeReport[] = [];
  world.exchange(honest, 500, 20_000, reports);
  world.environment.advance(5000);
  assert.equal(reports[0]?.endReason, StreamEndReason.done, 'others are still served');
  honest.close();
  client.close();
  for (const { relay } of world.relays) relay.close();
  world.environment.settle();
  assert.equal(world.cells.outstanding, 0, 'no cell has leaked');
  assert.equal(world.keystreams.heldBytes, 0);
  for (const { relay } of world.relays) assert.deepEqual([relay.openCircuits, relay.waitingCells], [0, 0]);
}

describe('hostile cells', () => {
  it('every cell command, on a circuit and on none, with noise inside: relays go on, and nothing leaks', () => {
    const { world, client, guard } = threeHops();
    const noise = fc.sample(fc.uint8Array({ minLength: 509, maxLength: 509 }), { seed, numRuns: 8 });
    for (let command = 0; command < 256; command++) {
      for (const [at, bytes] of noise.entries()) {
        const circuitId = [client.circuitId, 0, 5, 0x80000002 + command * 8 + at][at % 4];
        if (circuitId === client.circuitId && ENDING.has(command)) continue;
        client.send(command, (payload) => payload.set(bytes), circuitId);
      }
      world.environment.advance(5);
    }
    assert.equal(guard.relay.openCircuits, 1, 'the circuit lives');
    assert.ok(guard.relay.counts.dropped >= 8 * (256 - 17), 'what no cell is, is dropped by default');
    client.sendRelay(RELAY.begin, 1, begin);
    assert.equal(client.hear().at(-1)?.relayCommand, RELAY.connected);
    assertSound(world, client);
  });

  it('noise in a RELAY cell ends the circuit at its last relay', () => {
    for (const command of [CELL.relay, CELL.relayEarly]) {
      const { world, client, exit } = threeHops();
      client.send(command, (payload) => payload.fill(0x5a));
      const answers = client.hear();
      assert.equal(exit.relay.counts.violations, 1);
      assert.equal(exit.relay.openCircuits, 0);
      assert.equal(answers[0].relayCommand, RELAY.truncated);
      assert.deepEqual([answers[0].hop, ...answers[0].data], [1, protocol]);
      assertSound(world, client);
    }
  });

  it('every relay command to every hop, empty, full and with noise: an answer, or the end of the circuit', () => {
    const noise = fc.sample(fc.uint8Array({ minLength: 498, maxLength: 498 }), { seed, numRuns: 1 })[0];
    let ended = 0;
    for (let hop = 0; hop < 3; hop++) {
      let { world, client, guard } = threeHops();
      for (let command = 0; command < 256; command++) {
        for (const [data, streamId] of [
          [NOTHING, 0],
          [NOTHING, 7],
          [noise, 0],
          [noise, 7],
        ] as const) {
          client.sendRelay(command, streamId, data, { hop, early: command === RELAY.extend2 });
          const answers = client.hear(20);
          const isOver =
            guard.relay.openCircuits === 0 || answers.some((one) => one.relayCommand === RELAY.truncated);
          ended += isOver ? 1 : 0;
          if (!isOver) continue;
          assertSound(world, client);
          ({ world, client, guard } = threeHops());
        }
      }
      assertSound(world, client);
    }
    // EXTEND2 and TRUNCATE at the first two, SENDME and noise in EXTEND2 at the last, of four cells each.
    assert.ok(ended >= 16 && ended < 40, `${ended} circuits ended`);
  });

  it('a length beyond the cell ends the circuit, whatever the command', () => {
    for (const length of [499, 0xffff]) {
      for (const command of [RELAY.data, RELAY.drop, RELAY.begin, RELAY.sendme, RELAY.end, RELAY.extend2]) {
        const { world, client, middle } = threeHops();
        const isDropped = command === RELAY.drop;
        client.sendRelay(command, 1, NOTHING, { hop: 1, length });
        const answers = client.hear().map((one) => [one.hop, one.relayCommand, one.data[0]]);
        // The default drops padding unread.
        assert.deepEqual(answers, isDropped ? [] : [[0, RELAY.truncated, protocol]], `${command}, ${length}`);
        assert.equal(middle.relay.counts.violations, isDropped ? 0 : 1);
        assertSound(world, client);
      }
    }
  });

  it('CREATE2 that cannot be read, or is for others, is refused before any work is done', () => {
    const { world, client, guard, exit } = threeHops();
    let id = client.circuitId;
    const refused = (fill: (payload: Uint8Array) => unknown, circuitId = ++id): number | null => {
      client.send(CELL.create2, fill, circuitId);
      const answer = client.hear()[0];
      return answer?.command === CELL.destroy && answer.circuitId === circuitId ? answer.reason : null;
    };
    const skin = client.handshakeWith(guard.descriptor).onionSkin;
    assert.equal(
      refused(() => {}),
      protocol,
      'zeros',
    );
    assert.equal(
      refused((payload) => payload.fill(0xff)),
      protocol,
      'a length beyond the cell',
    );
    assert.equal(
      refused((payload) => writeCreate2(payload, skin.subarray(1))),
      protocol,
      'a short skin',
    );
    const forOther = client.handshakeWith(exit.descriptor).onionSkin;
    assert.equal(
      refused((payload) => writeCreate2(payload, forOther)),
      protocol,
      'for another relay',
    );
    assert.equal(
      refused((payload) => writeCreate2(payload, skin), 9),
      protocol,
      'an id of ours to give',
    );
    assert.equal(
      refused((payload) => writeCreate2(payload, skin), 0x80000000),
      protocol,
      'no id',
    );
    assert.equal(guard.relay.counts.violations, 6);
    client.send(CELL.create2, (payload) => writeCreate2(payload, skin));
    assert.deepEqual(client.hear(), [], 'an id in use is not taken over');
    client.send(CELL.create2, (payload) => writeCreate2(payload, skin), ++id);
    assert.equal(client.hear()[0].command, CELL.created2, 'and a sound one is answered');
    assertSound(world, client);
  });

  it('EXTEND2 back, to itself, or that cannot be read, ends the circuit', () => {
    const bodies = (world: OnionWorld, client: BareClient) => {
      const [guard, middle] = world.relays.map(({ descriptor }) => descriptor);
      const skin = client.handshakeWith(middle).onionSkin;
      const whole = written((into) => writeExtend2(into, middle, skin));
      return {
        'to itself': [1, whole],
        'to where it came from': [1, written((into) => writeExtend2(into, guard, skin))],
        'once more': [0, whole],
        'cut short': [2, whole.subarray(0, 100)],
        'with one specifier too many': [2, Uint8Array.from(whole, (byte, at) => (at === 0 ? 3 : byte))],
      } as const;
    };
    for (const name of Object.keys(bodies(...worldOf()))) {
      const { world, client } = threeHops();
      const [hop, body] = bodies(world, client)[name as keyof ReturnType<typeof bodies>];
      client.sendRelay(RELAY.extend2, 0, body, { hop, early: true });
      const answers = client.hear();
      const ended = answers.some(
        (one) => (one.command === CELL.destroy && one.reason === protocol) || one.data[0] === protocol,
      );
      assert.ok(ended, name);
      assert.equal(world.relays[hop].relay.counts.violations, 1, name);
      assertSound(world, client);
    }
    function worldOf(): [OnionWorld, BareClient] {
      const { world, client } = threeHops();
      return [world, client];
    }
  });

  it('EXTEND2 in a plain RELAY cell is not obeyed, and a ninth RELAY_EARLY ends the circuit', () => {
    const world = new OnionWorld();
    const [guard, middle] = world.relays;
    const client = new BareClient(world).build(guard.descriptor);
    const skin = client.handshakeWith(middle.descriptor).onionSkin;
    client.sendRelay(
      RELAY.extend2,
      0,
      written((into) => writeExtend2(into, middle.descriptor, skin)),
    );
    assert.deepEqual(client.hear(), []);
    assert.deepEqual([guard.relay.counts.ignored, middle.relay.openLinks], [1, 0]);
    for (let cell = 0; cell < MOST_EARLY_CELLS; cell++) {
      client.sendRelay(RELAY.end, 1, NOTHING, { early: true });
    }
    assert.deepEqual(client.hear(), []);
    client.sendRelay(RELAY.end, 1, NOTHING, { early: true });
    assert.equal(client.destroyedWith(), protocol);
    assertSound(world, client);
  });

  it('a dial to a false address does not fail those who know the true one', () => {
    const world = new OnionWorld();
    const [guard, middle] = world.relays;
    const liar = new BareClient(world).build(guard.descriptor);
    const honest = new BareClient(world, 0x80000055).build(guard.descriptor);
    const asked: number[] = [];
    world.network.isThere = ({ address }) => {
      asked.push(address);
      return address === middle.descriptor.address;
    };
    const skin = liar.handshakeWith(middle.descriptor).onionSkin;
    const falsely = { ...middle.descriptor, address: 0x01010101 };
    liar.sendRelay(
      RELAY.extend2,
      0,
      written((into) => writeExtend2(into, falsely, skin)),
      { early: true },
    );
    honest.extend(middle.descriptor);
    assert.deepEqual(asked, [0x01010101, middle.descriptor.address]);
    const answer = liar.hear()[0];
    assert.deepEqual([answer.relayCommand, answer.data[0]], [RELAY.truncated, CircuitEnd.connectFailed]);
  });

  it('SENDME for what was never sent, or that does not name its last cell, ends the circuit', () => {
    const version1 = Buffer.from([1, 0, 20, ...new Uint8Array(20)]);
    for (const [name, streamId, body] of [
      ['for nothing', 0, version1],
      ['without a digest', 0, NOTHING],
      ['of a full stream', 1, NOTHING],
    ] as const) {
      const { world, client, exit } = threeHops();
      client.sendRelay(RELAY.begin, 1, begin);
      client.hear();
      client.sendRelay(RELAY.sendme, streamId, body);
      assert.deepEqual([...client.hear()[0].data], [protocol], name);
      assert.equal(exit.relay.counts.violations, 1, name);
      assertSound(world, client);
    }
  });

  it('a SENDME is good with the digest of the cell it answers, and with no other', () => {
    for (const isTrue of [true, false]) {
      const fountain: ExitService = {
        connect: (_to, answer) =>
          answer({ onOpen() {}, read: (into) => into.length, write: () => true, onEnd() {} }),
      };
      const { world, client, exit } = threeHops(fountain);
      client.sendRelay(RELAY.begin, 1, begin);
      let received = 0;
      let digest = '';
      const onCell = client.onCell.bind(client);
      client.onCell = (cell) => {
        onCell(cell);
        if (client.answers.at(-1)?.relayCommand === RELAY.data && ++received === 100)
          digest = client.onion.digest;
      };
      client.hear(500);
      assert.equal(received, 500, 'the window of the stream');
      const named = Buffer.from(digest, 'latin1');
      if (!isTrue) named[19] ^= 1;
      client.sendRelay(RELAY.sendme, 1, NOTHING);
      client.sendRelay(RELAY.sendme, 0, Buffer.concat([Buffer.from([1, 0, 20]), named]));
      client.hear(500);
      assert.equal(exit.relay.counts.violations, isTrue ? 0 : 1);
      assert.equal(exit.relay.openCircuits, isTrue ? 1 : 0);
      assert.equal(received, 550, 'the stream SENDME was worth 50 cells');
      client.close();
      world.environment.settle();
      assert.equal(world.cells.outstanding, 0);
    }
  });

  it('a cell more than the window of its stream ends the circuit', () => {
    const served = new Silent();
    const { world, client, exit } = threeHops({
      connect: (_to, answer) =>
        answer({
          onOpen: () => {},
          read: () => 0,
          write: (data) => served.write(data) && false,
          onEnd: (reason) => served.onEnd(reason),
        }),
    });
    client.sendRelay(RELAY.begin, 1, begin);
    for (let cell = 0; cell < 500; cell++) client.sendRelay(RELAY.data, 1, Uint8Array.of(1));
    client.hear(200);
    assert.deepEqual(
      [served.received, served.ended],
      [500, null],
      'the server takes no more, and has got no more',
    );
    client.sendRelay(RELAY.data, 1, Uint8Array.of(1));
    client.hear();
    assert.deepEqual([served.received, served.ended], [500, StreamEndReason.destroy]);
    assert.equal(exit.relay.counts.violations, 1);
    assertSound(world, client);
  });

  it('BEGIN for a stream that is there, for none, or that cannot be read, opens nothing', () => {
    let connections = 0;
    const { world, client } = threeHops({
      connect: (_to, answer) => {
        connections++;
        answer(new Silent());
      },
    });
    const answerTo = (body: Uint8Array, streamId = 3): number[] => {
      client.sendRelay(RELAY.begin, streamId, body);
      return client.hear().flatMap(({ relayCommand, data }) => [relayCommand, data[0]]);
    };
    const text = (line: string) => Buffer.from(`${line}\0`);
    assert.deepEqual(answerTo(begin, 0), []);
    assert.deepEqual(answerTo(NOTHING), [RELAY.end, StreamEndReason.protocol]);
    assert.deepEqual(answerTo(text('example.org:443')), [RELAY.end, StreamEndReason.resolveFailed]);
    assert.deepEqual(answerTo(text('10.0.0.1:443')), [RELAY.end, StreamEndReason.exitPolicy]);
    assert.deepEqual(answerTo(begin), [RELAY.connected, WEB.address >>> 24]);
    assert.deepEqual(answerTo(begin), []);
    assert.equal(connections, 1);
    assertSound(world, client);
  });

  it('an id that is given up and used again does not get the connection of its former stream', () => {
    const pending: ((result: StreamApplication) => void)[] = [];
    const { world, client } = threeHops({ connect: (_to, answer) => pending.push(answer) });
    client.sendRelay(RELAY.begin, 4, begin);
    client.sendRelay(RELAY.end, 4, Uint8Array.of(StreamEndReason.done));
    client.sendRelay(RELAY.begin, 4, begin);
    client.hear();
    const [former, latter] = [new Silent(), new Silent()];
    pending[0](former);
    assert.deepEqual(client.hear(), []);
    assert.equal(former.ended, StreamEndReason.destroy);
    pending[1](latter);
    assert.equal(client.hear()[0].relayCommand, RELAY.connected);
    client.sendRelay(RELAY.data, 4, Uint8Array.of(1, 2));
    client.hear();
    assert.deepEqual([former.received, latter.received, latter.ended], [0, 2, null]);
    assertSound(world, client);
  });

  it('truncated, a circuit goes on from where it was cut, also by another way', () => {
    const world = new OnionWorld({ relays: [1, 2, 1] });
    const [guard, middle, other, exit] = world.relays;
    const client = new BareClient(world).build(guard.descriptor, middle.descriptor);
    client.sendRelay(RELAY.truncate, 0, NOTHING, { hop: 0 });
    const [answer] = client.hear();
    assert.deepEqual(
      [answer.hop, answer.relayCommand, answer.data[0]],
      [0, RELAY.truncated, CircuitEnd.requested],
    );
    assert.equal(middle.relay.openCircuits, 0);
    client.onion.truncate(1);
    client.build(other.descriptor, exit.descriptor);
    client.sendRelay(RELAY.begin, 1, begin);
    assert.equal(client.hear()[0].relayCommand, RELAY.connected);
    assertSound(world, client);
  });

  it('cells that were under way when the rest of the circuit went are late, and no violation', () => {
    const { world, client, middle, exit } = threeHops();
    exit.relay.close();
    world.environment.advance(1);
    for (let cell = 0; cell < 5; cell++) client.sendRelay(RELAY.data, 1, Uint8Array.of(1));
    const answers = client.hear();
    assert.deepEqual(
      answers.map((one) => [one.hop, one.relayCommand]),
      [[1, RELAY.truncated]],
    );
    assert.deepEqual([middle.relay.counts.violations, middle.relay.counts.ignored], [0, 5]);
    // The middle can still read what is for it.
    client.sendRelay(RELAY.truncate, 0, NOTHING, { hop: 1 });
    assert.equal(client.hear()[0].relayCommand, RELAY.truncated);
    client.close();
  });

  it('who asks for circuits and takes no answers loses the link, not the memory of the relay', () => {
    const { world, client, guard } = threeHops();
    client.link.other!.hold(true);
    for (let cell = 0; cell < MOST_WAITING_CONTROLS + 2000 && !client.linkClosed; cell++) {
      client.link.inject(world.cells.blank((0x80001000 + cell) >>> 0, CELL.create2));
      if (cell % 64 === 0) world.environment.advance(1);
    }
    world.environment.advance(10);
    assert.ok(client.linkClosed);
    assert.deepEqual([guard.relay.openCircuits, guard.relay.waitingCells], [0, 0]);
    assertSound(world, client);
  });

  it('who asks for streams and takes no answers loses the circuit', () => {
    const world = new OnionWorld();
    const [guard] = world.relays;
    const client = new BareClient(world).build(guard.descriptor);
    client.link.other!.hold(true);
    let waiting = 0;
    for (let cell = 0; cell < MOST_QUEUED_CELLS + 500; cell++) {
      client.sendRelay(RELAY.beginDir, 1, NOTHING);
      if (cell % 32 === 31) world.environment.advance(2);
      waiting = Math.max(waiting, guard.relay.waitingCells);
    }
    assert.ok(waiting <= MOST_QUEUED_CELLS + 1, `${waiting} cells waited`);
    assert.deepEqual([guard.relay.openCircuits, guard.relay.waitingCells], [0, 0]);
    client.link.other!.hold(false);
    assert.ok(client.hear().some((one) => one.reason === resourceLimit));
    assertSound(world, client);
  });

  it('isCellCommand knows the seventeen of link protocol 4 and no other', () => {
    const known = Array.from({ length: 256 }, (_, command) => command).filter(isCellCommand);
    assert.equal(known.length, 17);
    assert.ok(!isCellCommand(0xffffffff) && !isCellCommand(-1));
  });
});
