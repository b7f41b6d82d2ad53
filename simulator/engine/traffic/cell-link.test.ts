import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CELL } from '../../../node/hooks/catalogue/cell-commands.ts';
import { type Cell, CellPool } from '../../../node/relay/cell.ts';
import type { CellLink, LinkListener, LinkTarget } from '../../../node/relay/link.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { CellTraffic, SimulatedCellLink } from './cell-link.ts';
import { CellNetwork, type LinkAcceptor } from './cell-network.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
const LATENCY_US = 20_000;

class Ear implements LinkListener {
  /** `time in us: circuit id` of each cell. */
  readonly heard: string[] = [];
  closedUs = Number.NaN;
  private readonly clock: VirtualClock;
  private readonly cells: CellPool;

  constructor(clock: VirtualClock, cells: CellPool) {
    this.clock = clock;
    this.cells = cells;
  }

  onCell(cell: Cell): void {
    this.heard.push(`${this.clock.nowUs}: ${cell.circuitId}`);
    this.cells.release(cell);
  }

  onDrained(): void {}

  onClosed(): void {
    this.closedUs = this.clock.nowUs;
  }
}

function linked() {
  const clock = new VirtualClock(2, seed);
  const cells = new CellPool();
  const traffic = new CellTraffic();
  const parts = { clock, cells, traffic, latencyUs: LATENCY_US };
  const relay = { host: 1, fingerprint: 'aa', address: 7 };
  const [near, far] = SimulatedCellLink.pair(parts, { host: 0, fingerprint: null, address: 5 }, relay);
  const [ear, farEar] = [new Ear(clock, cells), new Ear(clock, cells)];
  near.listen(ear);
  far.listen(farEar);
  const at = (us: number, host: number, action: () => void): void => clock.plan(us, new Call(host, action));
  const run = (untilUs = 1e9): void =>
    clock.runUntil(
      untilUs,
      () => {},
      () => false,
    );
  const send = (link: SimulatedCellLink, id: number): boolean => link.send(cells.blank(id, CELL.relay));
  return { clock, cells, traffic, near, far, ear, farEar, at, run, send };
}

function assertConserved({ sent, delivered, dropped, underWay }: CellTraffic, cells: CellPool): void {
  assert.equal(sent, delivered + dropped + underWay);
  assert.equal(cells.outstanding, underWay, 'what is under way is all that is held');
}

describe('simulated cell link', () => {
  it('each end knows the other: who it is, where, and who opened the link', () => {
    const { near, far } = linked();
    assert.deepEqual([near.peer, near.address, near.initiated], ['aa', 7, true]);
    assert.deepEqual([far.peer, far.address, far.initiated], [null, 5, false]);
  });

  it('cells arrive after the latency, in order, those of one instant with one event', () => {
    const { clock, near, farEar, at, run, send, traffic, cells } = linked();
    at(100, 0, () => assert.ok([1, 2, 3].every((id) => send(near, id))));
    at(150, 0, () => send(near, 4));
    run(20_120);
    assert.deepEqual(farEar.heard, ['20100: 1', '20100: 2', '20100: 3']);
    assert.equal(clock.eventsFired, 3, 'two to send, one to arrive');
    assert.deepEqual([traffic.delivered, traffic.underWay], [3, 1]);
    assertConserved(traffic, cells);
    run();
    assert.deepEqual(farEar.heard.at(-1), '20150: 4');
    assertConserved(traffic, cells);
  });

  it('nothing arrives at an end that has closed, and the other hears of it one latency later', () => {
    const { near, far, ear, farEar, at, run, send, traffic, cells } = linked();
    at(0, 0, () => send(near, 1));
    at(10_000, 1, () => {
      send(far, 8);
      far.close();
      send(far, 9);
    });
    at(25_000, 0, () => send(near, 2));
    at(35_000, 0, () => send(near, 3));
    run();
    assert.deepEqual(farEar.heard, []);
    assert.deepEqual(ear.heard, ['30000: 8'], 'what left before it closed still arrives');
    assert.deepEqual([ear.closedUs, farEar.closedUs], [30_000, Number.NaN]);
    assert.deepEqual([traffic.sent, traffic.delivered, traffic.dropped], [3, 1, 2]);
    assertConserved(traffic, cells);
  });

  it('whatever is sent and closed when: sent = delivered + dropped + under way', () => {
    const acts = fc.array(
      fc.record({ us: fc.nat({ max: 200_000 }), end: fc.nat({ max: 1 }), count: fc.nat({ max: 5 }) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(acts, fc.nat({ max: 300_000 }), (script, stopUs) => {
        const { near, far, at, run, send, traffic, cells } = linked();
        for (const { us, end, count } of script) {
          const link = end === 0 ? near : far;
          at(us, end, () => {
            // No cell: the end closes.
            if (count === 0) link.close();
            for (let cell = 0; cell < count; cell++) send(link, cell + 1);
          });
        }
        run(stopUs);
        assertConserved(traffic, cells);
        run();
        assert.equal(traffic.underWay, 0);
        assertConserved(traffic, cells);
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe('simulated cell network', () => {
  const target = (fingerprint: string): LinkTarget => ({ fingerprint, address: 7, port: 9001 });

  function network() {
    const clock = new VirtualClock(3, seed);
    const network = new CellNetwork(clock, new CellPool(), new CellTraffic(), () => LATENCY_US);
    const accepted: number[] = [];
    const acceptor = {
      host: 1,
      fingerprint: 'aa',
      address: 7,
      tap: null,
      up: true,
      accept: () => accepted.push(clock.nowUs),
    };
    network.add(acceptor satisfies LinkAcceptor);
    const answers: [number, CellLink | null][] = [];
    const dial = (fingerprint = 'aa'): void => {
      const dialer = network.dialer({ host: 0, fingerprint: null, address: 5 });
      const tell = (link: CellLink | null): void => void answers.push([clock.nowUs, link]);
      clock.plan(0, new Call(0, () => dialer.dial(target(fingerprint), tell)));
    };
    const run = (): void =>
      clock.runUntil(
        1e9,
        () => {},
        () => false,
      );
    return { clock, acceptor, accepted, answers, dial, run };
  }

  it('a link is there after three round trips', () => {
    const { accepted, answers, dial, run } = network();
    dial();
    run();
    assert.deepEqual(accepted, [5 * LATENCY_US]);
    assert.equal(answers[0][0], 6 * LATENCY_US);
    assert.equal(answers[0][1]!.peer, 'aa');
  });

  it('a relay that is down refuses after one round trip, one that nobody knows at once', () => {
    const { acceptor, accepted, answers, dial, run } = network();
    acceptor.up = false;
    dial();
    dial('bb');
    run();
    assert.deepEqual(answers, [
      [0, null],
      [2 * LATENCY_US, null],
    ]);
    assert.deepEqual(accepted, []);
  });

  it('a relay that goes down during the handshakes has no link', () => {
    const { clock, acceptor, accepted, answers, dial, run } = network();
    dial();
    clock.plan(
      3 * LATENCY_US,
      new Call(1, () => {
        acceptor.up = false;
      }),
    );
    run();
    assert.deepEqual([accepted, answers], [[], [[6 * LATENCY_US, null]]]);
  });
});
