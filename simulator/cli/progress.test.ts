import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Phase } from '../arms/run-contract.ts';
import { keepingStream } from './captured-output.ts';
import { Output } from './output.ts';
import { progressDisplay, spokenSeconds } from './progress.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

function display(isTTY: boolean, isQuiet = false) {
  const { stream, text } = keepingStream(isTTY);
  const clock = { wallMs: 0 };
  const shown = progressDisplay(new Output(stream, {}), { quiet: isQuiet }, () => clock.wallMs);
  const at = (wallMs: number, phase: Phase, virtualSeconds = 0) => {
    clock.wallMs = wallMs;
    shown.update({ phase, virtualSeconds, durationSeconds: 600 });
  };
  return { shown, at, text };
}

describe('progress', () => {
  it('no terminal: a line at each phase, and at most one every five seconds within it', () => {
    const { at, text } = display(false);
    at(0, 'prepare');
    at(100, 'build');
    for (let wallMs = 1000; wallMs < 11_000; wallMs += 100) at(wallMs, 'run', (wallMs - 1000) / 50);
    at(11_000, 'report', 600);
    assert.deepEqual(text().split('\n'), [
      'preparing relays and updates',
      'building relays',
      'running, virtual time 0 s of 10 min',
      'running, virtual time 1 min 40 s of 10 min, about 25 s left',
      'writing results',
      '',
    ]);
  });

  it('nothing is guessed from the busy moments around a release alone', () => {
    const { at, text } = display(false);
    at(0, 'run', 60);
    at(10_000, 'run', 61);
    at(20_000, 'run', 114);
    at(25_000, 'run', 120);
    assert.deepEqual(text().split('\n').slice(1), [
      'running, virtual time 1 min 1 s of 10 min',
      'running, virtual time 1 min 54 s of 10 min',
      'running, virtual time 2 min of 10 min, about 3 min 20 s left',
      '',
    ]);
  });

  it('a terminal: a bar with phase and virtual time, and a cursor that comes back', () => {
    const { shown, at, text } = display(true);
    at(0, 'build');
    at(100, 'run', 300);
    shown.stop();
    assert.match(text(), /50 % running, virtual time 5 min of 10 min/);
    assert(text().includes(HIDE_CURSOR));
    assert(text().lastIndexOf(SHOW_CURSOR) > text().lastIndexOf(HIDE_CURSOR));
  });

  it('a stopped bar leaves no listener behind, and stopping twice is harmless', () => {
    const before = process.listenerCount('exit');
    const { shown, at } = display(true);
    at(0, 'run');
    shown.stop();
    shown.stop();
    assert.equal(process.listenerCount('exit'), before);
  });

  it('quiet: nothing at all', () => {
    const { shown, at, text } = display(true, true);
    at(0, 'run');
    shown.stop();
    assert.equal(text(), '');
  });

  it('times are spoken in the unit that fits', () => {
    assert.deepEqual([0, 45.4, 60, 200, 3600, 7500].map(spokenSeconds), [
      '0 s',
      '45 s',
      '1 min',
      '3 min 20 s',
      '1 h',
      '2 h 5 min',
    ]);
  });
});
