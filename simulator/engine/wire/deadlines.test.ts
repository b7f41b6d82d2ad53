import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines } from './deadlines.ts';

/** Resolves when all that was asked for has been done. */
function done(deadlines: Deadlines, inUs: number): Promise<void> {
  return new Promise((resolve) => deadlines.at(deadlines.nowUs + inUs, resolve));
}

test('deadlines: what is due first is done first, and equals in the order in which they were asked for', async () => {
  const deadlines = new Deadlines();
  const order: string[] = [];
  const base = deadlines.nowUs + 3000;
  for (const [name, afterUs] of [
    ['d', 9000],
    ['b', 4000],
    ['a', 0],
    ['c1', 5000],
    ['c2', 5000],
    ['c3', 5000],
  ] as const) {
    deadlines.at(base + afterUs, () => order.push(name));
  }
  await done(deadlines, 20_000);
  assert.deepEqual(order, ['a', 'b', 'c1', 'c2', 'c3', 'd']);
});

test('deadlines: nothing is done more than half a grain early, and lateness is counted', async () => {
  const deadlines = new Deadlines();
  const earlyUs: number[] = [];
  for (let each = 0; each < 50; each++) {
    const dueUs = deadlines.nowUs + 700 * each;
    deadlines.at(dueUs, () => earlyUs.push(dueUs - deadlines.nowUs));
  }
  await done(deadlines, 40_000);
  assert.equal(earlyUs.length, 50);
  assert(Math.max(...earlyUs) <= 500, `${Math.max(...earlyUs)} us early`);
  assert.equal(
    deadlines.latenessMs.reduce((sum, count) => sum + count, 0),
    51,
  );
});

test('deadlines: what one of them plans, for now or for later, is done as well', async () => {
  const deadlines = new Deadlines();
  const order: number[] = [];
  await new Promise<void>((resolve) => {
    deadlines.at(deadlines.nowUs, () => {
      order.push(1);
      deadlines.at(deadlines.nowUs, () => order.push(2));
      deadlines.at(deadlines.nowUs + 2000, () => {
        order.push(3);
        resolve();
      });
    });
  });
  assert.deepEqual(order, [1, 2, 3]);
});

test('deadlines: slowed down, their time goes on from where it was, at a fraction of the pace', () => {
  const deadlines = new Deadlines();
  const before = deadlines.nowUs;
  deadlines.slowDown(4);
  const after = deadlines.nowUs;
  assert(after >= before && after - before < 1e6, 'no jump');
  assert.equal(deadlines.ownOf(8e6) - deadlines.ownOf(4e6), 1e6);
});
