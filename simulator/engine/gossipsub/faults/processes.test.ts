import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Call, VirtualClock } from '../../virtual-clock.ts';
import { FaultConditions } from './conditions.ts';
import { OutsideEvent, Processes } from './processes.ts';

/** Two relays; what happens to the first is written down, with its second. */
function world() {
  const clock = new VirtualClock(2, 1);
  const processes = new Processes({
    clock,
    conditions: new FaultConditions([]),
    relays: 2,
    happened: () => {},
    reached: () => {},
    isRelease: () => true,
  });
  const happened: string[] = [];
  const note = (what: string) => (): void => {
    happened.push(`${what} ${clock.nowUs / 1e6}`);
  };
  const at = (seconds: number, action: () => void): void =>
    clock.plan(seconds * 1e6, new OutsideEvent(0, action));
  const arrives = (seconds: number, what: string): void => clock.plan(seconds * 1e6, new Call(0, note(what)));
  const run = (): readonly string[] => {
    clock.runUntil(
      100e6,
      () => {},
      () => false,
    );
    return happened;
  };
  clock.currentRelay = 0;
  return { clock, processes, note, at, arrives, run };
}

describe('processes of relays', () => {
  it('timers of a process that has died never fire, those of the next one do', () => {
    const { clock, processes, note, at, run } = world();
    clock.startTimer(note('old'), 5e6);
    clock.startTimer(note('old and often'), 1.5e6, 4e6);
    at(2, () => processes.kill(0));
    at(3, () => {
      processes.revive(0);
      clock.startTimer(note('new'), 1e6);
    });
    assert.deepEqual(run(), ['old and often 1.5', 'new 4']);
  });

  it('what comes to a process that stands still waits for it: timers first, the rest in order', () => {
    const { clock, processes, note, at, arrives, run } = world();
    const timer = clock.startTimer(note('timer'), 4e6);
    at(2, () => processes.pause(0, 6e6));
    arrives(3, 'first');
    arrives(5, 'second');
    arrives(7, 'third');
    assert.deepEqual(run(), ['timer 6', 'first 6.000001', 'second 6.000001', 'third 7']);
    assert.deepEqual([processes.isLate(timer), processes.isLate(timer)], [true, false]);
  });

  it('a process that is killed while it stands still does not wake up', () => {
    const { clock, processes, note, at, run } = world();
    clock.startTimer(note('timer'), 4e6);
    at(2, () => processes.pause(0, 6e6));
    at(5, () => processes.kill(0));
    assert.deepEqual(run(), []);
  });

  it('what is not of the process does not wait for it, and the next process does not stand still', () => {
    const { processes, note, at, arrives, run } = world();
    at(2, () => processes.pause(0, 6e6));
    at(3, note('its network goes'));
    at(4, () => processes.replace(0));
    arrives(5, 'to the next one');
    assert.deepEqual(run(), ['its network goes 3', 'to the next one 5']);
  });
});
