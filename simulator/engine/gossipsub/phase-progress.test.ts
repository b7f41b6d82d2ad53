import assert from 'node:assert/strict';
import test from 'node:test';
import type { PhaseMark } from '../../arms/run-contract.ts';
import { sharedColumns } from './job.ts';
import { PhaseProgress } from './phase-progress.ts';

test('phase progress: a phase begins with its last thread, and events of all threads are added up', () => {
  const marks: PhaseMark[] = [];
  const progress = new PhaseProgress(
    sharedColumns(10, 0, 1, 2),
    2,
    60,
    { onMark: (mark) => marks.push(mark) },
    undefined,
  );
  progress.enter(0, 'build', 0);
  progress.enter(0, 'connect', 0);
  progress.enter(1, 'build', 0);
  progress.enter(1, 'connect', 0);
  progress.enter(0, 'run', 500);
  assert.deepEqual(marks.at(-1), { phase: 'connect', eventsFired: 0 }, 'the other thread still connects');
  progress.enter(1, 'run', 70);
  progress.ended(1000);
  progress.stop();
  assert.deepEqual(marks, [
    { phase: 'import', eventsFired: 0 },
    { phase: 'build', eventsFired: 0 },
    { phase: 'connect', eventsFired: 0 },
    { phase: 'run', eventsFired: 570 },
    { phase: 'ended', eventsFired: 1000 },
  ]);
});
