import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CircuitEnd } from '../../../node/relay/reasons.ts';
import { Trace } from '../trace.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { TrafficRecorder } from './traffic-recorder.ts';

function recorder() {
  const clock = new VirtualClock(4, 1);
  const trace = Trace.forRelays(4);
  const at = (seconds: number, action: () => void): void => clock.plan(seconds * 1e6, new Call(0, action));
  const run = (): void =>
    clock.runUntil(
      1e12,
      () => {},
      () => false,
    );
  return { record: new TrafficRecorder(clock, trace), trace, at, run };
}

it('traffic recorder: what is asked for has a row at once, and times in it as they come', () => {
  const { record, at, run } = recorder();
  at(1, () => {
    const first = record.ask(3, 0, 1, 5000);
    record.ask(3, 1, 0, 70);
    at(2, () => {
      first.firstByteUs = 2e6;
      first.interruptions++;
    });
    at(3, () => record.complete(3, first));
  });
  run();
  const columns = record.exchangeColumns();
  assert.deepEqual(Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [...column]])), {
    kind: [1, 0],
    client: [0, 1],
    askedSeconds: [1, 1],
    firstByteSeconds: [2, Number.NaN],
    lastByteSeconds: [3, Number.NaN],
    bytes: [5000, 70],
    interruptions: [1, 0],
  });
});

it('traffic recorder: a reading is of the oldest unread mark of its guard and client in 30 seconds, or false', () => {
  const { record, at, run } = recorder();
  const mark = (guard: number, client: number, counts = true) =>
    record.mark({ guard, exit: 2, client, counts });
  at(0, () => mark(1, 7));
  at(1, () => mark(1, 7));
  at(2, () => mark(0, 7));
  at(3, () => mark(1, 8));
  at(4, () => mark(1, 9, false)); // the party knows without it
  at(5, () => record.markRead(1, 7));
  at(6, () => record.markRead(1, 9));
  at(29, () => record.markRead(3, 7));
  at(40, () => record.markRead(1, 7)); // the second mark of relay 1 is too old by now
  at(41, () => mark(1, 7));
  at(42, () => record.markRead(1, 7));
  at(80, () => mark(1, 7)); // may yet be read when the run ends
  at(100, () => {});
  run();
  const { atSeconds, read } = record.markColumns();
  assert.deepEqual([...atSeconds], [0, 1, 2, 3, 41]);
  assert.deepEqual([...read], [1, 0, 0, 0, 1]);
  assert.equal(record.falseMarks, 2);
});

it('traffic recorder: a circuit that a hook closed is told from one that broke', () => {
  const { record, at, run } = recorder();
  at(1, () => record.circuitBroken(0, CircuitEnd.protocol));
  at(2, () => record.circuitBroken(0, CircuitEnd.linkClosed));
  run();
  const { brokenSeconds, closedSeconds } = record.circuitColumns();
  assert.deepEqual([[...brokenSeconds], [...closedSeconds]], [[2], [1]]);
});

it('traffic recorder: circuits, gauges and bytes are as they were told, and all of it marks the trace', () => {
  const { record, trace, at, run } = recorder();
  const untouched = trace.digest();
  const gauge = {
    waitingCells: 7,
    longestWaitSeconds: 0.5,
    openCircuits: 3,
    downShare: 0.1,
    downWeightShare: 0.2,
    sentCells: 11,
    floodAsked: 12,
    floodAnswered: 13,
    floodRefused: 14,
  };
  at(1, () => record.circuitOpened(0, 250_000));
  at(2, () => record.circuitFailed(1, 6));
  at(3, () => record.circuitBroken(2, 8));
  at(4, () => {
    record.receivedBytes += 99;
    record.sample(gauge);
  });
  const hashes: string[] = [];
  for (const seconds of [1.5, 2.5, 3.5]) at(seconds, () => hashes.push(trace.digest()));
  run();
  const { openedSeconds, buildSeconds, failedSeconds, brokenSeconds } = record.circuitColumns();
  assert.deepEqual([...openedSeconds, ...buildSeconds, ...failedSeconds, ...brokenSeconds], [1, 0.25, 2, 3]);
  const { atSeconds, receivedBytes, ...rest } = record.gaugeColumns();
  assert.deepEqual([...atSeconds, ...receivedBytes], [4, 99]);
  for (const [name, column] of Object.entries(rest))
    assert.deepEqual([...column], [gauge[name as keyof typeof gauge]]);
  assert.equal(new Set([untouched, ...hashes]).size, 4);
});
