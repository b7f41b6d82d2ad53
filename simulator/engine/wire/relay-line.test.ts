import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduledFault } from '../../population/fault-schedule.ts';
import type { FaultPlan } from '../../scenario/fault-plan.ts';
import { testFault } from '../../testing/fault-runs.ts';
import { FaultConditions } from '../gossipsub/faults/conditions.ts';
import type { Deadlines } from './deadlines.ts';
import { RelayLine } from './relay-line.ts';
import type { RunClock } from './run-clock.ts';

/** A bench with a time that stands until it is told to go on. */
class Bench {
  nowUs = 0;
  readonly arrived: [what: string, atUs: number][] = [];
  readonly happened: number[] = [];
  readonly line: RelayLine;
  private planned: { dueUs: number; action: () => void }[] = [];

  /** Relay 0, whose uplink takes 1,000 us a kilobyte; the one-way latency to relay n is n milliseconds. */
  constructor(faults: readonly ScheduledFault[] = []) {
    const bench = this;
    const deadlines = {
      get nowUs() {
        return bench.nowUs;
      },
      at: (dueUs: number, action: () => void) => {
        bench.planned.push({ dueUs, action });
      },
    } as unknown as Deadlines;
    const clock = {
      hasBegun: true,
      get nowUs() {
        return bench.nowUs;
      },
      deadlineOf: (timeUs: number) => timeUs,
    } as unknown as RunClock;
    this.line = new RelayLine({
      relay: 0,
      uplinkBitsPerSecond: 8e6,
      latencyUs: (peer) => peer * 1000,
      deadlines,
      clock,
      conditions: faults.length === 0 ? null : new FaultConditions(faults),
      happened: (fault) => this.happened.push(fault),
    });
  }

  note(what: string): () => void {
    return () => this.arrived.push([what, this.nowUs]);
  }

  runUntil(endUs: number): void {
    for (;;) {
      this.planned.sort((a, b) => a.dueUs - b.dueUs);
      const next = this.planned[0];
      if (next === undefined || next.dueUs > endUs) break;
      this.planned.shift();
      this.nowUs = Math.max(this.nowUs, next.dueUs);
      next.action();
    }
    this.nowUs = endUs;
  }
}

function fault(
  plan: Pick<FaultPlan, 'kind'> & Partial<FaultPlan>,
  fromUs: number,
  untilUs: number,
): ScheduledFault {
  const hits = Uint8Array.of(0, 1, 0);
  return { plan: testFault(plan), fromUs, untilUs, hits, bridges: new Uint8Array(3) };
}

test('a line: all links share the uplink, in the order of sending, and each adds its latency', () => {
  const bench = new Bench();
  const [one, two] = [bench.line.to(1), bench.line.to(2)];
  two.send(1000, bench.note('first, to 2'));
  one.send(1000, bench.note('second, to 1'));
  two.send(500, bench.note('third, to 2'));
  bench.runUntil(1e6);
  assert.deepEqual(bench.arrived, [
    ['first, to 2', 1000 + 2000],
    ['second, to 1', 2000 + 1000],
    ['third, to 2', 2500 + 2000],
  ]);
  assert.equal(bench.line.sentBytes, 2500);
});

test('a line: a cut holds up all that is under way on its links, and lets it come in order when it is over', () => {
  const bench = new Bench([fault({ kind: 'partition' }, 0, 50_000)]);
  const [cut, whole] = [bench.line.to(1), bench.line.to(2)];
  cut.send(1000, bench.note('a'));
  cut.send(1000, bench.note('b'));
  whole.send(1000, bench.note('c'));
  bench.runUntil(40_000);
  assert.deepEqual(bench.arrived, [['c', 5000]]);
  bench.runUntil(1e6);
  assert.deepEqual(bench.arrived.slice(1), [
    ['a', 250_000],
    ['b', 250_000],
  ]);
  assert(bench.happened.includes(0), 'it is an effect of the fault');
});

test('a line: a fault adds to the latency of its relays, and takes from their uplinks', () => {
  const slow = new Bench([fault({ kind: 'latency', factor: 3, bySeconds: 0.002 }, 0, 1e6)]);
  slow.line.to(1).send(1000, slow.note('slow'));
  slow.line.to(2).send(1000, slow.note('as ever'));
  slow.runUntil(1e6);
  assert.deepEqual(slow.arrived, [
    ['as ever', 2000 + 2000],
    ['slow', 1000 + 3000 + 2000],
  ]);
  const throttled = { ...fault({ kind: 'bandwidth', factor: 0.1 }, 0, 1e6), hits: Uint8Array.of(1, 0, 0) };
  const narrow = new Bench([throttled]);
  narrow.line.to(1).send(1000, narrow.note('narrow'));
  narrow.runUntil(1e6);
  assert.deepEqual(narrow.arrived, [['narrow', 10_000 + 1000]]);
});

test('a line: what is under way on a connection that closes is lost, and one that ends well is emptied first', async () => {
  const bench = new Bench();
  const [lost, well] = [bench.line.to(1), bench.line.to(2)];
  lost.send(1000, bench.note('lost'));
  well.send(1000, bench.note('arrives'));
  const emptied = well.emptied().then(bench.note('emptied'));
  lost.close();
  lost.send(1000, bench.note('after the close'));
  bench.runUntil(1e6);
  await emptied;
  assert.deepEqual(
    bench.arrived.map(([what]) => what),
    ['arrives', 'emptied'],
  );
});
