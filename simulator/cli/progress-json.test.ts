import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ArmProgress } from '../arms/arm-progress.ts';
import type { EventLine } from '../arms/progress-lines.ts';
import { runScenario } from '../arms/run.ts';
import { adoptionCurve } from '../measure/curve.ts';
import { testScenario, testUpdate } from '../testing/test-scenario.ts';
import { keepingStream } from './captured-output.ts';
import { Output } from './output.ts';
import { progressDisplay } from './progress.ts';
import { runFacts } from './run-facts.ts';

function watched() {
  const { stream, text } = keepingStream();
  const display = progressDisplay(new Output(stream, {}), { progress: 'json' });
  const lines = () =>
    text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as EventLine);
  return { display, lines };
}

/** An arm whose columns a test writes to. */
function columns(relays: number, cohort: Uint8Array | null = null) {
  const seconds = new Float64Array(relays).fill(Number.NaN);
  const removed = new Set<number>();
  const arm: ArmProgress = {
    name: 'live',
    relays,
    cohort,
    activatedSeconds: (relay) => seconds[relay] as number,
    isRemoved: (relay) => removed.has(relay),
  };
  return { seconds, removed, arm };
}

const AT = { phase: 'run', virtualSeconds: 1, durationSeconds: 600 } as const;

describe('progress for programs', () => {
  it('a relay is told once when it runs the update, and again when it takes it out or has it back', () => {
    const { display, lines } = watched();
    const { seconds, removed, arm } = columns(4);
    display.update({ ...AT, arm });
    seconds[2] = 0.25;
    display.update({ ...AT, arm });
    seconds[0] = 0.5;
    removed.add(2);
    display.update({ ...AT, arm });
    removed.delete(2);
    display.armEnded?.(arm);
    const told = lines().map((line) => {
      assert((line.event === 'progress' || line.event === 'arm') && line.arm !== undefined);
      const { counted, reached, running, relays, seconds: since, removed: out, restored } = line.arm;
      return { counted, reached, running, relays, since, out, restored };
    });
    const quiet = { relays: [], since: [], out: [], restored: [] };
    assert.deepEqual(told, [
      { ...quiet, counted: 4, reached: 0, running: 0 },
      { ...quiet, counted: 4, reached: 1, running: 1, relays: [2], since: [0.25] },
      { ...quiet, counted: 4, reached: 2, running: 1, relays: [0], since: [0.5], out: [2] },
      { ...quiet, counted: 4, reached: 2, running: 2, restored: [2] },
    ]);
  });

  it('relays that the curve does not count are told nowhere, nor those whose time is beyond any number', () => {
    const { display, lines } = watched();
    const { seconds, arm } = columns(4, Uint8Array.from([1, 0, 1, 0]));
    seconds.set([1, 2, Number.POSITIVE_INFINITY, 4]);
    display.armEnded?.(arm);
    const [line] = lines();
    assert(line?.event === 'arm');
    assert.deepEqual([line.arm.counted, line.arm.reached, line.arm.relays], [2, 1, [0]]);
  });

  it('quiet wins over json', () => {
    const { stream, text } = keepingStream();
    const display = progressDisplay(new Output(stream, {}), { progress: 'json', quiet: true });
    display.update(AT);
    assert.equal(text(), '');
  });

  it('a watched run leaves the trace of an unwatched one, on one thread and on two, and its lines add up to its curves', async () => {
    const scenario = testScenario({ updates: [testUpdate({ atSeconds: 10 })], durationSeconds: 60 });
    const unwatched = await runScenario(scenario);
    for (const threads of [1, 2]) {
      const { display, lines } = watched();
      display.begin?.(runFacts(scenario, 1));
      const run = await runScenario(
        { ...scenario, threads },
        {
          onProgress: (progress) => display.update(progress),
          onPopulation: (population) => display.population?.(population),
          onArmEnded: (arm) => display.armEnded?.(arm),
        },
      );
      assert.equal(run.threads, threads);
      const [[arm], [other]] = [run.outcome.arms, unwatched.outcome.arms];
      assert.equal(arm?.traceHash, other?.traceHash);
      const activated = arm?.updates[0]?.stages.activated as Float64Array;
      const told = new Float64Array(activated.length).fill(Number.NaN);
      for (const line of lines()) {
        if (line.event !== 'progress' && line.event !== 'arm') continue;
        line.arm?.relays.forEach((relay, index) => {
          assert(Number.isNaN(told[relay]), `relay ${relay} is told twice`);
          told[relay] = line.arm?.seconds[index] as number;
        });
      }
      const weights = new Float64Array(told.length).fill(1);
      const round = (times: Float64Array) => times.map((time) => Math.round(time * 1e6) / 1e6);
      assert.deepEqual(adoptionCurve(told, weights), adoptionCurve(round(activated), weights));
      const phases = lines().flatMap((line) => (line.event === 'progress' ? [line.phase] : []));
      assert.equal(phases[0], 'prepare');
      assert(phases.includes('run') || phases.includes('connect'), phases.join());
    }
  });
});
