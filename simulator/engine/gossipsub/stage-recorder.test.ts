import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Trace } from '../trace.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type Job, sharedColumns } from './job.ts';
import { StageRecorder } from './stage-recorder.ts';

const RELAYS = 3;
const HASH = 'ab'.repeat(32);

function recorder() {
  const job = {
    releases: [{ moduleSha256: HASH }],
    shared: sharedColumns(RELAYS, 0, 1, 1),
    population: { relays: RELAYS },
  } as unknown as Job;
  const clock = new VirtualClock(RELAYS, 1);
  return { clock, recorder: new StageRecorder(job, clock, Trace.forRelays(RELAYS)) };
}

const TARGET = { sha256: HASH } as Parameters<ReturnType<StageRecorder['observerOf']>['onVerified']>[0];

describe('stages out of their order', () => {
  it('are violations that name the relay, the moment and the event', () => {
    const { clock, recorder: watched } = recorder();
    const observer = watched.observerOf(2);
    clock.nowUs = 1_500_000;
    clock.eventsFired = 42;
    observer.onVerified(TARGET);
    assert.deepEqual(watched.violations, [
      'relay 2 has verified release 0 before it had heard it, at 1.5 s of virtual time, event 42',
    ]);
    clock.nowUs = 2_000_000;
    clock.eventsFired = 43;
    observer.onVerified(TARGET);
    assert.match(
      watched.violations[1]!,
      /^relay 2 has verified release 0 twice, at 2 s of virtual time, event 43$/,
    );
  });

  it('in their order are none, and of many only the first are kept', () => {
    const sound = recorder();
    const observer = sound.recorder.observerOf(1);
    observer.onHeard(TARGET, 0);
    observer.onVerified(TARGET);
    observer.onStaged(TARGET);
    assert.deepEqual(sound.recorder.violations, []);
    for (let count = 0; count < 100; count++) sound.recorder.violate(`number ${count}`);
    assert.equal(sound.recorder.violations.length, 20);
  });
});
