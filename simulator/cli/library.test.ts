import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { LibraryFigures } from '../library/figures-file.ts';
import type { Summary } from '../measure/summary.ts';
import { humanDuration } from '../report/human-units.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { UsageError } from './exit-code.ts';
import { type LibraryOptions, library } from './library.ts';

function scenario(name: string, more = ''): string {
  return `name: ${name}
question: How soon in ${name}?
hypothesis: Soon | or later.
answer: Half after {arms.live.t50Seconds}, {relays} relays.
network: { relays: 30, population: uniform, degree: 6 }
duration: 20s
updates: [{ module: strict-cells, at: 10s }]
arms: { live: { channel: gossip } }
${more}`;
}

describe('the library verb', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-library-'));
  after(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, 'scenarios'));
  const file = (name: string) => join(home, 'scenarios', `${name}.yaml`);
  writeFileSync(file('one'), scenario('one'));
  writeFileSync(file('two'), scenario('two', 'seed: 7\nreport: { figure: stages }\n'));
  const page = () => readFileSync(join(home, 'scenarios', 'README.md'), 'utf8');
  const figures = () =>
    JSON.parse(readFileSync(join(home, 'scenarios', 'figures.json'), 'utf8')) as LibraryFigures;
  const chart = (name: string) => join(home, 'docs', 'scenarios', `${name}.svg`);
  const results = (name: string, seed: number) => join(home, 'results', name, `seed-${seed}`);

  async function run(names: string[], options: LibraryOptions = {}) {
    const captured = capturedContext(home);
    const code = await library(names, options, captured.context, {
      home,
      run: (verb, path, directory) =>
        runCommandLine([verb, path, '--out', directory, '--force', '--quiet'], captured.context),
    });
    return { code, err: captured.err() };
  }

  it('runs a scenario and writes its figures, chart and page; the other has none yet', async () => {
    const { code, err } = await run(['two']);
    assert.equal(code, 0, err);
    const summary = JSON.parse(readFileSync(join(results('two', 7), 'summary.json'), 'utf8')) as Summary;
    const { figures: kept, seeds, traceHash, cpuSeconds } = figures().two!;
    assert.deepEqual(kept, { 'arms.live.t50Seconds': summary.arms.live!.t50Seconds, relays: 30 });
    assert.deepEqual(seeds, [7]);
    assert.equal(traceHash, summary.traceHash);
    assert.ok(cpuSeconds > 0);
    const half = humanDuration(summary.arms.live!.t50Seconds!);
    assert.ok(page().includes(`*Found:* Half after ${half}, 30 relays.`), page());
    assert.ok(page().includes('*Expected:* Soon | or later.'));
    assert.ok(page().includes('*Found:* nothing yet; `npm run library -- one` runs it.'));
    assert.equal(
      readFileSync(chart('two'), 'utf8'),
      readFileSync(join(results('two', 7), 'charts/stages.svg'), 'utf8'),
    );
    assert.ok(!existsSync(chart('one')));
  });

  it('updating one scenario keeps the others, in the order of their names', async () => {
    const before = figures().two;
    assert.equal((await run(['one'])).code, 0);
    assert.deepEqual(Object.keys(figures()), ['one', 'two']);
    assert.deepEqual(figures().two, before);
  });

  it('takes results that are there, all or by name, and leaves what is not there as it is', async () => {
    const text = readFileSync(join(home, 'scenarios', 'figures.json'), 'utf8');
    cpSync(results('one', 1), join(home, 'some', 'one', 'seed-1'), { recursive: true });
    const { code, err } = await run([], { from: 'some' });
    assert.equal(code, 0, err);
    assert.match(err, /two: no results in some\/two\/seed-7; its figures stay as they are/);
    assert.equal(readFileSync(join(home, 'scenarios', 'figures.json'), 'utf8'), text);
    await assert.rejects(run(['two'], { from: 'some' }), UsageError);
  });

  it('a changed scenario has no figures until it is run again; other words are no change', async () => {
    const words = scenario('one').replace('Half after', 'Half of them after').replace('Soon |', 'At once |');
    writeFileSync(file('one'), words);
    assert.equal((await run([], { page: true })).code, 0);
    assert.match(page(), /Half of them after [\d.]+ m?s, 30 relays/);
    assert.match(page(), /At once/);
    writeFileSync(file('one'), words.replace('duration: 20s', 'duration: 21s'));
    await run([], { page: true });
    assert.ok(page().includes('`npm run library -- one` runs it'));
    await assert.rejects(run(['one'], { from: 'results' }), /is the result of another scenario/);
    writeFileSync(file('one'), words);
  });

  it('an answer that names what the run does not say is told at its place, with what was meant', async () => {
    writeFileSync(file('one'), scenario('one').replace('t50Seconds', 't50Second'));
    await assert.rejects(run(['one'], { from: 'results' }), (error) => {
      assert.ok(error instanceof ScenarioError);
      const [problem] = error.problems;
      assert.deepEqual([problem?.line, problem?.column], [4, 20]);
      assert.match(problem?.hint ?? '', /did you mean arms\.live\.t50Seconds\?/);
      return true;
    });
    const { code, err } = await run(['one']);
    assert.equal(code, 2);
    assert.match(err, /one\.yaml:4:20 {2}answer: arms\.live has no "t50Second"/);
    writeFileSync(file('one'), scenario('one'));
  });

  it('a run whose assertion fails gives no figures, and the others are done all the same', async () => {
    const before = figures();
    writeFileSync(file('one'), scenario('one', 'assert: [live.t50 > 1h]\n'));
    const { code, err } = await run([]);
    assert.equal(code, 3);
    assert.match(err, /one: ended with 3; its figures stay as they are/);
    assert.match(err, /two: figures taken/);
    assert.deepEqual(figures().one, before.one);
  });

  it('a sweep answers with the figures of its points, and shows its response', async () => {
    const text = scenario('three', 'sweep: { vary: { network.degree: [4, 8] }, runs: 2 }\n').replace(
      /answer: .*/,
      "answer: 'Half after {points.0.arms.live.t50Seconds} and {points.1.arms.live.t50Seconds}.'",
    );
    writeFileSync(file('three'), text);
    const { code, err } = await run(['three']);
    assert.equal(code, 0, err);
    const found = JSON.parse(readFileSync(join(home, 'results/three/sweep/all/summary.json'), 'utf8')) as {
      points: { arms: { live: { t50Seconds: number } } }[];
    };
    const [few, many] = found.points.map(({ arms }) => humanDuration(arms.live.t50Seconds));
    assert.ok(page().includes(`*Found:* Half after ${few} and ${many}.`), page());
    assert.ok(page().includes('`npm run sweep -- scenarios/three.yaml`'));
    assert.match(page(), /Figures of seeds 1, 2,/);
    assert.match(readFileSync(chart('three'), 'utf8'), /^<svg /);
  });

  it('refuses names that are no scenario, and options that contradict each other', async () => {
    await assert.rejects(
      run(['twoo']),
      (error) => error instanceof UsageError && error.hint === 'did you mean two?',
    );
    await assert.rejects(run(['two'], { page: true }), UsageError);
  });
});
