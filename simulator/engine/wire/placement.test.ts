import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduledFault } from '../../population/fault-schedule.ts';
import type { FaultKind } from '../../scenario/fault-plan.ts';
import { testFault } from '../../testing/fault-runs.ts';
import { checkDescriptors, descriptorLimit, OWN_PROCESSES_MAX, placeRelays } from './placement.ts';
import { WireError } from './wire-error.ts';

function hitting(kind: FaultKind, relays: readonly number[], of: number): ScheduledFault {
  const hits = new Uint8Array(of);
  for (const relay of relays) hits[relay] = 1;
  return { plan: testFault({ kind }), fromUs: 1, untilUs: 2, hits, bridges: new Uint8Array(of) };
}

test('placement: every relay is in one process, and processes are alike in size', () => {
  const { processes } = placeRelays(11, [], 3);
  assert.deepEqual(
    processes.map((relays) => relays.length),
    [4, 4, 3],
  );
  assert.deepEqual(
    processes.flat().sort((a, b) => a - b),
    Array.from({ length: 11 }, (_unused, relay) => relay),
  );
  assert.equal(placeRelays(2, [], 8).processes.length, 2, 'none is empty');
});

test('placement: relays that are killed or stopped are alone in a process, those that are cut off are not', () => {
  const faults = [hitting('crash', [3], 8), hitting('pause', [3, 5], 8), hitting('partition', [1, 2], 8)];
  const { processes, alone } = placeRelays(8, faults, 2);
  assert.deepEqual([...alone], [3, 5]);
  assert.deepEqual(processes, [[0, 2, 6], [1, 4, 7], [3], [5]]);
  assert.deepEqual(placeRelays(1, [hitting('crash', [0], 1)], 2).processes, [[0]]);
});

test('placement: faults of more relays than there can be processes are told at the fault', () => {
  const many = Array.from({ length: OWN_PROCESSES_MAX + 1 }, (_unused, relay) => relay);
  const faults = [hitting('partition', many, 40), hitting('pause', many, 40)];
  assert.throws(
    () => placeRelays(40, faults, 2),
    (error) =>
      error instanceof WireError && error.path?.join() === 'faults,1' && /gossipsub/.test(error.hint),
  );
});

test('placement: a process that may not open enough sockets is told with the cure', () => {
  const placement = placeRelays(100, [], 2);
  assert.doesNotThrow(() => checkDescriptors(placement, () => 14, 50 * 15 + 64));
  assert.throws(
    () => checkDescriptors(placement, () => 14, 50 * 15 + 63),
    (error) =>
      error instanceof WireError &&
      /need 814 sockets/.test(error.message) &&
      /ulimit -n 1024/.test(error.hint),
  );
  assert.doesNotThrow(() => checkDescriptors(placement, () => 14, null));
});

test('placement: the limit of this process is read where the system has one', () => {
  const limit = descriptorLimit();
  assert(limit === null ? process.platform === 'win32' : limit > 0);
});
