import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FinishedRun, Progress } from '../arms/run-contract.ts';
import { testScenario } from '../testing/test-scenario.ts';
import { type Runner, runSeeds, seededScenarios } from './run-seeds.ts';

const RUN = {} as FinishedRun;

/** A runner whose runs end when they are told to. */
function gatedRunner() {
  const ends = new Map<number, { finish: () => void; fail: (error: Error) => void }>();
  let most = 0;
  const runner: Runner = ({ seed }, { signal }) =>
    new Promise((resolve, reject) => {
      const settle = (how: () => void) => () => {
        ends.delete(seed);
        how();
      };
      ends.set(seed, { finish: settle(() => resolve(RUN)), fail: (error) => settle(() => reject(error))() });
      signal?.addEventListener(
        'abort',
        settle(() => reject(signal.reason as Error)),
      );
      most = Math.max(most, ends.size);
    });
  return { runner, ends, most: () => most };
}

/** Lets everything that is ready go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('runs with several seeds', () => {
  const scenario = testScenario({ seed: 5, threads: 0, durationSeconds: 10 });

  it('seeds count up from the scenario, each on one thread unless it says otherwise', () => {
    const seeded = seededScenarios(scenario, 3);
    assert.deepEqual(
      seeded.map(({ seed, threads }) => [seed, threads]),
      [
        [5, 1],
        [6, 1],
        [7, 1],
      ],
    );
    assert.equal(seededScenarios({ ...scenario, threads: 2 }, 2)[1]?.threads, 2);
  });

  it('as many at a time as allowed, and each is handed over as it ends', async () => {
    const { runner, ends, most } = gatedRunner();
    const finished: number[] = [];
    const all = runSeeds(seededScenarios(scenario, 3), runner, {
      concurrency: 2,
      onFinished: async (_run, { seed }) => void finished.push(seed),
    });
    await settled();
    assert.deepEqual([...ends.keys()], [5, 6]);
    ends.get(6)?.finish();
    await settled();
    assert.deepEqual([...ends.keys()], [5, 7]);
    ends.get(7)?.finish();
    ends.get(5)?.finish();
    await all;
    assert.deepEqual(finished, [6, 7, 5]);
    assert.equal(most(), 2);
  });

  it('the first failure stops the others and is told', async () => {
    const { runner, ends } = gatedRunner();
    const all = runSeeds(seededScenarios(scenario, 4), runner, {
      concurrency: 2,
      onFinished: async () => undefined,
    });
    await settled();
    ends.get(5)?.fail(new Error('no memory'));
    await assert.rejects(all, /no memory/);
    assert.equal(ends.size, 0);
  });

  it('a result that cannot be written stops the others', async () => {
    const { runner, ends } = gatedRunner();
    const all = runSeeds(seededScenarios(scenario, 3), runner, {
      concurrency: 2,
      onFinished: () => Promise.reject(new Error('disk full')),
    });
    await settled();
    ends.get(5)?.finish();
    await assert.rejects(all, /disk full/);
    assert.equal(ends.size, 0);
  });

  it('an interruption ends every run, starts no further one, and is the reason', async () => {
    const { runner, ends } = gatedRunner();
    const controller = new AbortController();
    const all = runSeeds(seededScenarios(scenario, 4), runner, {
      concurrency: 2,
      signal: controller.signal,
      onFinished: async () => undefined,
    });
    await settled();
    controller.abort(new Error('Ctrl-C'));
    await assert.rejects(all, /Ctrl-C/);
    assert.equal(ends.size, 0);
  });

  it('progress adds up the virtual time of all runs and never goes back', async () => {
    const seen: Progress[] = [];
    const runner: Runner = async (_scenario, { onProgress }) => {
      for (const virtualSeconds of [0, 4, 0, 6])
        onProgress?.({ phase: 'run', virtualSeconds, durationSeconds: 10 });
      return RUN;
    };
    await runSeeds(seededScenarios(scenario, 2), runner, {
      concurrency: 1,
      onProgress: (progress) => seen.push(progress),
      onFinished: async () => undefined,
    });
    const reached = seen.map(({ virtualSeconds }) => virtualSeconds);
    assert.deepEqual(
      reached,
      reached.toSorted((a, b) => a - b),
    );
    assert.deepEqual(seen.at(-1), {
      phase: 'run',
      virtualSeconds: 20,
      durationSeconds: 20,
      runs: { done: 2, total: 2 },
    });
  });
});
