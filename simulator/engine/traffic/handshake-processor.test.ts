import assert from 'node:assert/strict';
import { it } from 'node:test';
import { VirtualClock } from '../virtual-clock.ts';
import { HandshakeProcessor } from './handshake-processor.ts';

function processor(costUs: number) {
  const clock = new VirtualClock(1, 1);
  const work = new HandshakeProcessor(clock, 0, costUs);
  const answeredUs: number[] = [];
  const take = (): boolean => work.take(() => answeredUs.push(clock.nowUs));
  const run = (untilUs = 1e9): void =>
    clock.runUntil(
      untilUs,
      () => {},
      () => false,
    );
  return { clock, answeredUs, take, run };
}

it('handshake processor: one after the other, each for its time', () => {
  const { answeredUs, take, run } = processor(1000);
  for (let i = 0; i < 3; i++) assert.ok(take());
  assert.deepEqual(answeredUs, []);
  run();
  assert.deepEqual(answeredUs, [1000, 2000, 3000]);
});

it('handshake processor: without cost it answers at once', () => {
  const { answeredUs, take } = processor(0);
  assert.ok(take());
  assert.deepEqual(answeredUs, [0]);
});

it('handshake processor: who would wait more than 1.75 s is turned away, and as room comes others are taken', () => {
  const { answeredUs, take, run } = processor(100_000);
  let taken = 0;
  while (take()) taken++;
  assert.equal(taken, 18, 'seventeen wait 0 to 1.6 s, the last 1.7 s');
  assert.equal(take(), false);
  run(150_000);
  assert.equal(answeredUs.length, 1);
  assert.ok(take(), 'the last would wait 1.75 s from now');
  run();
  assert.equal(answeredUs.length, 19);
  assert.ok(take(), 'an idle processor begins at once');
});
