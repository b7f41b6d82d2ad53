import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CELL, CELL_BYTES } from '../hooks/catalogue/cell-commands.ts';
import { circuitScheduling } from '../hooks/catalogue/circuit-scheduling.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { ManualEnvironment } from '../testing/manual-environment.ts';
import { wat } from '../testing/wat.ts';
import { type Cell, CellPool } from './cell.ts';
import type { Circuit, Leg } from './leg.ts';
import type { CellLink, LinkListener } from './link.ts';
import { LinkEnd } from './link-end.ts';
import { WaitingCells } from './link-output.ts';
import { type RateLimit, TokenBucket } from './token-bucket.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

/** Activity is what it was, and the cells sent. */
const ADDING = wat(`(module (func (export "circuit_activity") (param f64 i32 i32 i32) (result f64)
  (f64.add (local.get 0) (f64.convert_i32_u (local.get 2)))))`);

/** Takes as many cells as it is opened for, and remembers whose they were. */
class Sink implements CellLink {
  readonly peer = null;
  readonly address = 1;
  readonly initiated = false;
  readonly sent: number[] = [];
  room = 0;
  private readonly cells: CellPool;
  private listener: LinkListener | null = null;

  constructor(cells: CellPool) {
    this.cells = cells;
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  send(cell: Cell): boolean {
    this.sent.push(cell.circuitId);
    this.cells.release(cell);
    return --this.room > 0;
  }

  open(room: number): void {
    this.room = room;
    if (room > 0) this.listener!.onDrained();
  }

  close(): void {}
}

const IDLE: Circuit = {
  state: 2,
  onRelay: () => {},
  onCreated: () => {},
  close: () => {},
  onCut: () => {},
  onRoom: () => {},
};

function output(limit?: RateLimit) {
  const environment = new ManualEnvironment(seed);
  const cells = new CellPool();
  const runtime = new HookRuntime({ clock: environment.clock });
  const scheduling = runtime.slot(circuitScheduling);
  const waiting = new WaitingCells();
  const bucket = limit === undefined ? null : new TokenBucket(limit, environment.clock, environment.timers);
  const parts = { clock: environment.clock, cells, scheduling, bucket, waiting };
  const attach = () => {
    const link = new Sink(cells);
    link.room = 1;
    const end = new LinkEnd(link, parts, { onCell: () => {}, onLinkClosed: () => {} });
    const leg = (id: number) => end.accept(id, IDLE);
    /** Fills the link, so that what comes next waits. */
    const fill = (): void => {
      leg(999).send(cells.blank(0, CELL.relay));
      link.sent.length = 0;
    };
    return { link, end, leg, fill };
  };
  const send = (leg: Leg, count: number): void => {
    for (let cell = 0; cell < count; cell++) leg.send(cells.blank(0, CELL.relay));
  };
  const stage = (wasm: Uint8Array): void => {
    const admission = runtime.admit(circuitScheduling, wasm);
    assert.ok('admitted' in admission);
    scheduling.stage(admission.admitted);
  };
  return { environment, cells, scheduling, waiting, attach, send, stage };
}

describe('link output', () => {
  it('by default circuits take turns, whoever has more to send', () => {
    const { attach, send } = output();
    const { link, leg, fill } = attach();
    fill();
    send(leg(1), 4);
    send(leg(2), 2);
    send(leg(3), 3);
    link.open(100);
    assert.deepEqual(link.sent, [1, 2, 3, 1, 2, 3, 1, 3, 1]);
  });

  it('a module that counts cells lets a new circuit catch up with one that has sent much', () => {
    const { attach, send, stage } = output();
    stage(ADDING);
    const { link, leg, fill } = attach();
    fill();
    const busy = leg(1);
    send(busy, 5);
    link.open(4);
    link.sent.length = 0;
    send(leg(2), 6);
    link.open(100);
    assert.deepEqual(
      link.sent,
      [2, 2, 2, 2, 1, 2, 2],
      'four that the first had before, one each, and the rest',
    );
  });

  it('an old score of another module holds nobody up: not those in line, and not who was quiet', () => {
    const { environment, attach, send, stage } = output();
    const { link, leg, fill } = attach();
    fill();
    const [quiet, busy, other] = [leg(1), leg(2), leg(3)];
    // By turns, scores go into the thousands.
    for (const one of [busy, quiet]) {
      send(one, 2000);
      link.open(1_000_000);
      link.room = 1;
    }
    fill();
    send(busy, 2);
    environment.advance(1000);
    stage(ADDING);
    // The module comes in when the first of these goes.
    send(other, 4);
    link.sent.length = 0;
    link.open(1);
    link.sent.length = 0;
    send(quiet, 4);
    send(other, 4);
    link.open(9);
    const sentOf = (circuit: number) => link.sent.filter((id) => id === circuit).length;
    assert.ok(sentOf(1) >= 3, `who was quiet waits: ${link.sent}`);
    assert.equal(sentOf(2), 2, `who was in line waits: ${link.sent}`);
  });

  it('the heap sends what a plain search for the lowest would, whatever comes, goes and is dropped', () => {
    const acts = fc.array(
      fc.record({
        what: fc.constantFrom('send', 'send', 'send', 'go', 'drop', 'wait'),
        circuit: fc.integer({ min: 1, max: 8 }),
        count: fc.integer({ min: 1, max: 6 }),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(acts, (script) => {
        const { environment, cells, waiting, attach, send, stage } = output();
        stage(ADDING);
        const { link, end, leg, fill } = attach();
        fill();
        const legs = Array.from({ length: 8 }, (_, index) => leg(index + 1));
        for (const { what, circuit, count } of script) {
          const one = legs[circuit - 1];
          if (what === 'wait') environment.advance(count * 4);
          else if (what === 'send') send(one, count);
          else if (what === 'drop') end.output.drop(one);
          else {
            for (let cell = 0; cell < count; cell++) {
              const lowest = Math.min(
                ...legs.filter(({ queue }) => queue.length > 0).map(({ activity }) => activity),
              );
              const before = link.sent.length;
              const activities = legs.map(({ activity }) => activity);
              link.open(1);
              if (link.sent.length === before) assert.equal(lowest, Number.POSITIVE_INFINITY);
              else assert.equal(activities[link.sent.at(-1)! - 1], lowest);
            }
          }
          const inQueues = legs.reduce((sum, { queue }) => sum + queue.length, 0);
          assert.equal(waiting.cells, inQueues);
          assert.equal(cells.outstanding, inQueues);
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  it('DESTROY goes before cells that wait, and its id is free only when it has left', () => {
    const { cells, attach, send } = output();
    const { link, end, leg, fill } = attach();
    fill();
    const [one, two] = [leg(1), leg(2)];
    send(two, 2);
    send(one, 3);
    end.destroy(one, 0);
    assert.equal(cells.outstanding, 3, 'its cells are gone, but for the DESTROY');
    assert.equal(end.circuits, 3);
    link.open(100);
    assert.deepEqual(link.sent, [1, 2, 2]);
    assert.equal(end.circuits, 2);
    one.send(cells.blank(0, CELL.relay));
    assert.deepEqual([link.sent.length, cells.outstanding], [3, 0], 'a closed leg swallows what comes');
  });
});

describe('token bucket', () => {
  const perSecond = 100 * CELL_BYTES;

  it('lets the burst through, and then the rate, to the cell', () => {
    const { environment, attach, send } = output({ bytesPerSecond: perSecond, burstBytes: 30 * CELL_BYTES });
    const { link, leg } = attach();
    link.room = 1_000_000;
    send(leg(1), 1000);
    assert.equal(link.sent.length, 30);
    environment.advance(5000);
    assert.ok(Math.abs(link.sent.length - 530) <= 1, `${link.sent.length} cells in five seconds`);
    environment.settle();
    assert.equal(link.sent.length, 1000);
    assert.ok(Math.abs(environment.elapsedMs - 9700) < 30, `after ${environment.elapsedMs} ms`);
  });

  it('a relay that was idle has its burst again, and no more', () => {
    const { environment, attach, send } = output({ bytesPerSecond: perSecond, burstBytes: 30 * CELL_BYTES });
    const { link, leg } = attach();
    link.room = 1_000_000;
    const one = leg(1);
    send(one, 30);
    environment.advance(60_000);
    send(one, 1000);
    assert.equal(link.sent.length, 60);
  });

  it('a burst of one cell does not lower the rate', () => {
    const bytesPerSecond = 5000 * CELL_BYTES;
    const { environment, attach, send } = output({ bytesPerSecond, burstBytes: 0 });
    const { link, leg } = attach();
    link.room = 1_000_000;
    send(leg(1), 20_000);
    environment.advance(2000);
    assert.ok(Math.abs(link.sent.length - 10_000) < 150, `${link.sent.length} of 10000`);
  });

  it('is shared by the links of a relay, cell by cell; one that is blocked takes nothing', () => {
    const { environment, attach, send } = output({ bytesPerSecond: perSecond, burstBytes: 2 * CELL_BYTES });
    const [a, b, blocked] = [attach(), attach(), attach()];
    for (const { link } of [a, b]) link.room = 1_000_000;
    send(a.leg(1), 2000);
    send(b.leg(1), 2000);
    send(blocked.leg(1), 50);
    environment.advance(10_000);
    const [first, second] = [a.link.sent.length, b.link.sent.length];
    assert.ok(Math.abs(first - second) <= 5, `${first} and ${second}`);
    assert.ok(first + second > 990);
    assert.ok(blocked.link.sent.length <= 1);
  });

  it('a clock that is set back gives nothing and takes nothing', () => {
    let nowMs = 1000;
    const timers = { after: () => ({ cancel: () => {} }) };
    const bucket = new TokenBucket(
      { bytesPerSecond: perSecond, burstBytes: CELL_BYTES * 2 },
      { nowMs: () => nowMs },
      timers,
    );
    assert.deepEqual([bucket.takeCell(), bucket.takeCell(), bucket.takeCell()], [true, true, false]);
    nowMs = 0;
    assert.equal(bucket.takeCell(), false);
    nowMs = 10;
    assert.equal(bucket.takeCell(), true, 'ten milliseconds after it was set');
    assert.throws(
      () => new TokenBucket({ bytesPerSecond: 0, burstBytes: 1 }, { nowMs: () => 0 }, timers),
      RangeError,
    );
  });
});
