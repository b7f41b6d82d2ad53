import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { RunOptions } from '../arms/run-contract.ts';
import type { Scenario } from '../scenario/scenario.ts';
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
    const rooms: SimulateRooms = {
      ...SIMULATE_ROOMS,
      runScenario: async (scenario: Scenario, { signal }: RunOptions) => {
        if (ran.length >= most) controller.abort(new Interruption('SIGINT'));
        signal?.throwIfAborted();
        const { relays, degree } = scenario.network;
        ran.push(`${degree}/${relays}/${scenario.seed}`);
        const outcome = { ...madeRun({ relays, seed: scenario.seed, arms: [MADE_LIVE_ARM] }), scenario };
        return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
      },
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
    assert.deepEqual(readdirSync(out).sort(), ['all', 'point-1', 'point-2', 'point-3', 'point-4']);
    const csv = readFileSync(join(out, 'all', 'sweep.csv'), 'utf8').split('\n');
    assert.equal(csv[0], 'point,network.degree,network.relays,arm,figure,median,low,high');
    assert.match(csv[1] ?? '', /^1,6,40,live,t50Seconds,[0-9.]+,[0-9.]+,[0-9.]+$/);
    const page = readFileSync(join(out, 'all', 'report.html'), 'utf8');
    assert.match(page, /href="..\/point-3\/seed-2\/report.html"/);
    assert.match(page, /What matters most/);
    const resolved = readFileSync(join(out, 'point-4', 'seed-1', 'scenario.resolved.yaml'), 'utf8');
    assert.match(resolved, /relays: 60/);
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
