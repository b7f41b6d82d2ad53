import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call, type SimulationEvent, VirtualClock } from './virtual-clock.ts';

const nothing = (): void => {};
const never = (): boolean => false;

class Patient extends Call {}

/** A clock on which patient calls wait, and a log of who was called when, by what rank and with what chance. */
function patientClock() {
  const clock = new VirtualClock(3, 1);
  const log: string[] = [];
  const at = (timeUs: number, relay: number, Event: typeof Call, action = nothing) =>
    clock.plan(
      timeUs,
      new Event(relay, () => {
        const { nowUs, currentRelay, currentSource, currentRank, random } = clock;
        log.push([nowUs, currentRelay, currentSource, currentRank, random.random()].join(' '));
        action();
      }),
    );
  const isPatient = (event: SimulationEvent): boolean => event instanceof Patient;
  return { clock, log, at, isPatient };
}

test('postponed events: they take place before the next one at their relay, each as of its own time', () => {
  const run = (isAsked: boolean): string[] => {
    const { clock, log, at, isPatient } = patientClock();
    if (isAsked) clock.mayWait = isPatient;
    at(1, 1, Patient);
    at(2, 1, Patient);
    at(2, 2, Patient);
    at(3, 0, Call);
    at(4, 1, Call);
    at(5, 1, Patient);
    clock.runUntil(10, nothing, never);
    clock.catchUpAll();
    assert.equal(clock.eventsFired, 6);
    return log;
  };
  const [inOrder, late] = [run(false), run(true)];
  assert.deepEqual(
    late.map((line) => line.slice(0, 3)),
    ['3 0', '1 1', '2 1', '4 1', '5 1', '2 2'],
  );
  assert.deepEqual(late.toSorted(), inOrder.toSorted(), 'with the same times, ranks and numbers');
});

test('postponed events: time goes on from where it was', () => {
  const { clock, log, at, isPatient } = patientClock();
  clock.mayWait = isPatient;
  at(1, 1, Patient);
  at(6, 0, Call);
  clock.runUntil(10, nothing, never);
  clock.catchUpAll();
  assert.equal(log.length, 2);
  assert.equal(clock.nowUs, 6);
  clock.catchUpAll();
  assert.equal(log.length, 2, 'each takes place once');
});

test('postponed events: one that causes another ends the run, since that might be due already', () => {
  const { clock, at, isPatient } = patientClock();
  clock.mayWait = isPatient;
  at(1, 1, Patient, () => clock.schedule(2, new Call(1, nothing)));
  at(5, 1, Call);
  assert.throws(() => clock.runUntil(10, nothing, never), /event of relay 1 that waited causes another/);
});
