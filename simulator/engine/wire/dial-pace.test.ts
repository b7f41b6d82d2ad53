import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialAll } from './dial-pace.ts';

/** Dials that end as told, and how many were under way at once. */
async function run(outcomes: readonly boolean[]): Promise<{ dialled: number[]; atOnce: number[] }> {
  const dialled: number[] = [];
  const atOnce: number[] = [];
  let underWay = 0;
  const dial = async (outcome: boolean, index: number): Promise<boolean> => {
    dialled.push(index);
    underWay++;
    await new Promise((resolve) => setImmediate(resolve));
    atOnce.push(underWay);
    underWay--;
    return outcome;
  };
  await dialAll(outcomes.map((outcome, index) => ({ atMs: 0, dial: () => dial(outcome, index) })));
  return { dialled, atOnce };
}

test('dialling: each is tried once, and more are under way at once the longer all goes well', async () => {
  const { dialled, atOnce } = await run(new Array<boolean>(300).fill(true));
  assert.equal(new Set(dialled).size, 300);
  assert.equal(dialled.length, 300);
  assert.equal(Math.max(...atOnce.slice(0, 4)), 16);
  assert.equal(Math.max(...atOnce), 32);
});

test('dialling: where handshakes fail, few are under way, and it ends all the same', async () => {
  const { dialled, atOnce } = await run(new Array<boolean>(40).fill(false));
  assert.equal(dialled.length, 40);
  assert(Math.max(...atOnce.slice(20)) <= 2, String(atOnce));
  assert.deepEqual((await run([])).dialled, []);
});

test('dialling: the order is that of the times, and nobody is early', async () => {
  const startMs = performance.now();
  const early: number[] = [];
  const order: number[] = [];
  const dials = [40, 0, 20].map((atMs) => ({
    atMs,
    dial: async () => {
      order.push(atMs);
      if (performance.now() - startMs < atMs - 1) early.push(atMs);
      return true;
    },
  }));
  await dialAll(dials);
  assert.deepEqual(order, [0, 20, 40]);
  assert.deepEqual(early, []);
});
