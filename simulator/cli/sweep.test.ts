import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { performTask } from '../sweep/perform-task.ts';
import type { Runner } from '../sweep/run-seeds.ts';
import type { SweepFile } from '../sweep/sweep-file.ts';
import { MADE_LIVE_ARM, madeRun } from '../testing/made-run.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { Interruption } from './interrupt.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';

const SCENARIO = `name: made
question: What does the time depend on?
network: { relays: 40, degree: 6 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
sweep:
  vary: { network.degree: [6, 10], network.relays: [40, 60] }
  runs: 2
`;

describe('sweep', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-sweep-'));
  const file = join(folder, 'made.yaml');
  writeFileSync(file, SCENARIO);
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the command with made runs in place of simulated ones; Ctrl-C comes after `most` of them. */
  async function run(args: readonly string[], most = Number.POSITIVE_INFINITY) {
    const captured = capturedContext(folder, {});
    const controller = new AbortController();
    const ran: string[] = [];
    const runner: Runner = async (scenario, { signal }) => {
      if (ran.length >= most) controller.abort(new Interruption('SIGINT'));
      signal?.throwIfAborted();
      const { relays, degree } = scenario.network;
      ran.push(`${degree}/${relays}/${scenario.seed}`);
      const outcome = { ...madeRun({ relays, seed: scenario.seed, arms: [MADE_LIVE_ARM] }), scenario };
      return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
    };
    const rooms: SimulateRooms = {
      ...SIMULATE_ROOMS,
      openTaskPool: () => ({
        perform: (task, home, options) => performTask(task, home, options, runner),
        close: async () => undefined,
      }),
    };
    const code = await runCommandLine(['sweep', file, ...args], captured.context, {
      rooms,
      machine: () => ({ availableBytes: 400e6 }),
      watch: () => ({ signal: controller.signal, stop: () => undefined }),
    });
    return { code, ran, out: captured.out(), err: captured.err() };
  }

  it('runs every point with every seed, and sums them up', async () => {
    const out = join(folder, 'whole');
    const { code, ran, out: printed } = await run(['--out', out, '--quiet']);
    assert.equal(code, 0);
    assert.equal(ran.length, 8);
    assert.deepEqual(ran.slice(0, 3), ['6/40/1', '6/40/2', '6/60/1']);
    assert.match(printed, /made: 4 points, medians of 2 runs each/);
    assert.match(printed, /network.degree +network.relays +arm/);
    assert.deepEqual(readdirSync(out).sort(), ['all', 'runs', 'sweep.json']);
    assert.equal(readdirSync(join(out, 'runs')).length, 8);
    const csv = readFileSync(join(out, 'all', 'sweep.csv'), 'utf8').split('\n');
    assert.equal(csv[0], 'point,network.degree,network.relays,arm,figure,median,low,high');
    assert.match(csv[1] ?? '', /^1,6,40,live,t50Seconds,[0-9.]+,[0-9.]+,[0-9.]+$/);
    const { points } = JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')) as SweepFile;
    assert.deepEqual(points[3]?.values, { 'network.degree': 10, 'network.relays': 60 });
    const page = readFileSync(join(out, 'all', 'report.html'), 'utf8');
    assert.ok(page.includes(`href="../runs/${points[2]?.runs[1]}/summary.json"`));
    assert.match(page, /What matters most/);
    assert.match(page, /within the bounds in brackets with 95 % confidence .*2 runs are too few for that/);
    const { context, err } = capturedContext(folder, {});
    assert.equal(await runCommandLine(['verify', join(out, 'all')], context), 2);
    assert.match(err(), /all holds a sweep, .*\n *hint: name a folder in runs\//);
    const resolved = readFileSync(
      join(out, 'runs', points[3]?.runs[1] ?? '', 'scenario.resolved.yaml'),
      'utf8',
    );
    assert.match(resolved, /relays: 60/);
    assert.match(resolved, /seed: 2/);
    assert.doesNotMatch(resolved, /sweep:/);
  });

  it('Ctrl-C keeps finished runs, --resume does the others, and the result has the same bytes', async () => {
    const out = join(folder, 'resumed');
    const stopped = await run(['--out', out, '--quiet'], 3);
    assert.equal(stopped.code, 130);
    assert.match(stopped.err, /finished runs are in .*resumed, --resume goes on/);
    const resumed = await run(['--out', out, '--resume']);
    assert.equal(resumed.code, 0);
    assert.equal(resumed.ran.length, 5);
    assert.match(resumed.err, /4 points, 8 runs, 5 of them to do/);
    const whole = join(folder, 'again');
    await run(['--out', whole, '--quiet']);
    for (const name of ['summary.json', 'sweep.csv', 'charts/response.svg']) {
      const [one, other] = [out, whole].map((home) => readFileSync(join(home, 'all', name), 'utf8'));
      assert.equal(one, other, name);
    }
  });

  it('a finished run is never done again, not even by a sweep that varies more', async () => {
    const out = join(folder, 'grown');
    await run(['--out', out, '--quiet', '--set', 'sweep.vary={network.degree: [6, 10]}']);
    const wider = ['--out', out, '--set', 'sweep.vary={network.degree: [6, 8, 10]}'];
    const refused = await run(wider);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /sweep.json is of another sweep.*--resume keeps the runs that both have/);
    const grown = await run([...wider, '--resume']);
    assert.deepEqual(grown.ran, ['8/40/1', '8/40/2']);
    assert.equal(JSON.parse(readFileSync(join(out, 'all', 'summary.json'), 'utf8')).points.length, 3);
    const again = await run([...wider, '--force', '--quiet']);
    assert.equal(again.ran.length, 6);
  });

  it('a run whose files were changed is done again', async () => {
    const out = join(folder, 'damaged');
    await run(['--out', out, '--quiet']);
    const [first = '', second = ''] = readdirSync(join(out, 'runs'));
    writeFileSync(join(out, 'runs', first, 'summary.json'), '{}');
    rmSync(join(out, 'runs', second, 'manifest.json'));
    const { ran, err } = await run(['--out', out, '--resume']);
    assert.equal(ran.length, 2);
    assert.ok(err.includes(`${first}: summary.json is not what its manifest says; it is done again`));
    assert.ok(err.includes(`${second}: it has no manifest.json; it is done again`));
    assert.equal((await run(['--out', out, '--resume'])).ran.length, 0);
  });

  it('points that are equal share their runs', async () => {
    const { ran, code } = await run([
      '--out',
      join(folder, 'equal'),
      '--quiet',
      '--set',
      'sweep.vary={network.degree: [6, 6]}',
    ]);
    assert.equal(code, 0);
    assert.deepEqual(ran, ['6/40/1', '6/40/2']);
  });

  it('--runs replaces the number of runs, and --json prints the summary alone', async () => {
    const { ran, out } = await run(['--out', join(folder, 'single'), '--runs', '1', '--json', '--quiet']);
    assert.equal(ran.length, 4);
    const summary = JSON.parse(out) as { points: { point: number }[]; runs: number };
    assert.deepEqual([summary.points.length, summary.runs], [4, 1]);
  });

  it('a point that cannot be is refused with 2 before anything runs', async () => {
    const { code, ran, err } = await run(['--set', 'sweep.vary={network.degree: [6, 99]}']);
    assert.equal(code, 2);
    assert.deepEqual(ran, []);
    assert.match(err, /degree \(99\) is not below the number of relays/);
  });

  it('validate finds a point that cannot be, too', async () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, SCENARIO.replace('[6, 10]', '[6, 99]'));
    const captured = capturedContext(folder, {});
    assert.equal(await runCommandLine(['validate', file, wrong], captured.context), 2);
    assert.match(captured.out(), /made.yaml: ok .*sweep of 4 points/);
    assert.match(captured.err(), /wrong.yaml:9:\d+ .*degree \(99\) is not below/);
  });

  it('a scenario that varies nothing is refused with the cure', async () => {
    const plain = join(folder, 'plain.yaml');
    writeFileSync(plain, SCENARIO.slice(0, SCENARIO.indexOf('sweep:')));
    const captured = capturedContext(folder, {});
    assert.equal(await runCommandLine(['sweep', plain], captured.context), 2);
    assert.match(captured.err(), /varies nothing[\s\S]*sweep: \{ vary:/);
  });
});
