import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { RunOptions } from '../arms/run-contract.ts';
import type { RunsSummary } from '../measure/runs-summary.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { madeRun } from '../testing/made-run.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { Interruption } from './interrupt.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';

const SCENARIO = `name: made
network: { relays: 40 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
`;

describe('simulate --runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-runs-'));
  const file = join(folder, 'made.yaml');
  writeFileSync(file, SCENARIO);
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the command with made runs in place of simulated ones; the rest is real. `interruptAt` presses Ctrl-C. */
  async function run(args: readonly string[], interruptAt?: number) {
    const captured = capturedContext(folder, {});
    const controller = new AbortController();
    const ran: number[] = [];
    const rooms: SimulateRooms = {
      ...SIMULATE_ROOMS,
      runScenario: async (scenario: Scenario, { signal }: RunOptions) => {
        if (scenario.seed === interruptAt) controller.abort(new Interruption('SIGINT'));
        signal?.throwIfAborted();
        ran.push(scenario.seed);
        const outcome = { ...madeRun({ relays: 40, seed: scenario.seed }), scenario };
        return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
      },
    };
    const code = await runCommandLine(['simulate', file, ...args], captured.context, {
      rooms,
      // Room for one run at a time: the order of runs is then known.
      machine: () => ({ availableBytes: 400e6 }),
      watch: () => ({ signal: controller.signal, stop: () => undefined }),
    });
    return { code, ran, out: captured.out(), err: captured.err() };
  }

  it('each run has its folder, and medians with intervals and bands stand beside them', async () => {
    const out = join(folder, 'three');
    const { code, ran, out: printed } = await run(['--runs', '3', '--out', out, '--quiet']);
    assert.equal(code, 0);
    assert.deepEqual(ran, [1, 2, 3]);
    assert.deepEqual(readdirSync(out).sort(), ['seed-1', 'seed-2', 'seed-3', 'seeds-1-3']);
    assert.match(printed, /seeds 1 to 3, medians; too few runs for 95 % intervals: at least 6 are needed/);
    assert.match(printed, /median at least/);
    const together = join(out, 'seeds-1-3');
    const summary = JSON.parse(readFileSync(join(together, 'summary.json'), 'utf8')) as RunsSummary;
    const single = [1, 2, 3].map((seed) => {
      const text = readFileSync(join(out, `seed-${seed}`, 'summary.json'), 'utf8');
      return (JSON.parse(text) as RunsSummary).arms.live?.t50Seconds as number;
    });
    assert.equal(summary.arms.live?.t50Seconds, single.toSorted((a, b) => a - b)[1]);
    const seeds = readFileSync(join(together, 'curves.csv'), 'utf8')
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split(',')[1]);
    assert.deepEqual([...new Set(seeds)], ['1', '2', '3']);
    const figure1 = readFileSync(join(together, 'charts', 'figure1.svg'), 'utf8');
    assert.match(figure1, /fill-opacity="0.18"/);
    assert.match(figure1, /seeds 1 to 3/);
    assert.match(figure1, /too few runs for that confidence/);
    const page = readFileSync(join(together, 'report.html'), 'utf8');
    assert.match(page, /href="..\/seed-2\/report.html"/);
  });

  it('the same runs give the same bytes, in whatever order they ended', async () => {
    const [first, second] = [join(folder, 'a'), join(folder, 'b')];
    await run(['--runs', '2', '--out', first, '--quiet']);
    await run(['--runs', '2', '--out', second, '--quiet', '--threads', '2']);
    for (const name of ['summary.json', 'curves.csv', 'charts/figure1.svg']) {
      const [one, other] = [first, second].map((out) => readFileSync(join(out, 'seeds-1-2', name), 'utf8'));
      assert.equal(one, other, name);
    }
  });

  it('Ctrl-C keeps finished runs, and --resume does the others only', async () => {
    const out = join(folder, 'broken-off');
    const stopped = await run(['--runs', '3', '--out', out, '--quiet'], 3);
    assert.equal(stopped.code, 130);
    assert.match(stopped.err, /interrupted; finished runs are in .*broken-off, --resume goes on/);
    assert.deepEqual(readdirSync(out).sort(), ['seed-1', 'seed-2']);
    const resumed = await run(['--runs', '3', '--out', out, '--resume']);
    assert.equal(resumed.code, 0);
    assert.deepEqual(resumed.ran, [3]);
    assert.match(resumed.err, /2 of 3 runs are done already/);
    const whole = join(folder, 'whole');
    await run(['--runs', '3', '--out', whole, '--quiet']);
    for (const name of ['summary.json', 'curves.csv']) {
      const [one, other] = [out, whole].map((home) => readFileSync(join(home, 'seeds-1-3', name), 'utf8'));
      assert.equal(one, other, name);
    }
  });

  it('--resume never takes the run of another scenario, or of another version, for its own', async () => {
    const out = join(folder, 'other');
    await run(['--runs', '2', '--out', out, '--quiet']);
    const changed = await run(['--runs', '2', '--out', out, '--resume', '--set', 'network.degree=6']);
    assert.equal(changed.code, 2);
    assert.match(changed.err, /seed-1 exists; --force replaces it/);
    assert.deepEqual(changed.ran, []);
    const manifest = join(out, 'seed-2', 'manifest.json');
    const { versions, ...others } = JSON.parse(readFileSync(manifest, 'utf8')) as { versions: object };
    writeFileSync(manifest, JSON.stringify({ ...others, versions: { ...versions, relaywave: '0.0.1' } }));
    const older = await run(['--runs', '2', '--out', out, '--resume']);
    assert.equal(older.code, 2);
    assert.match(older.err, /seed-2 exists; --force replaces it/);
    assert.deepEqual(older.ran, []);
  });

  it('a broken invariant in any run ends with 1, and its seed is named', async () => {
    const captured = capturedContext(folder, {});
    const code = await runCommandLine(
      ['simulate', file, '--runs', '2', '--out', join(folder, 'violated'), '--quiet'],
      captured.context,
      {
        rooms: {
          ...SIMULATE_ROOMS,
          runScenario: async (scenario: Scenario) => {
            const made = madeRun({ relays: 40, seed: scenario.seed });
            const arms = made.arms.map((arm) => ({
              ...arm,
              violations: scenario.seed === 2 ? ['lost a frame'] : [],
            }));
            return { outcome: { ...made, arms, scenario }, threads: 1, phasesWallMs: {}, warnings: [] };
          },
        },
        machine: () => ({ availableBytes: 400e6 }),
        watch: () => ({ signal: new AbortController().signal, stop: () => undefined }),
      },
    );
    assert.equal(code, 1);
    assert.match(captured.err(), /violation: seed 2, live: lost a frame/);
  });

  it('counts that are none, and seeds beyond the last, are refused before anything runs', async () => {
    for (const runs of ['0', '-1', '2.5', 'many', '10001']) {
      const { code, err } = await run(['--runs', runs]);
      assert.equal(code, 2, runs);
      assert.match(err, /is not a whole number from 1 to 10000/);
    }
    const { code, err } = await run(['--runs', '3', '--seed', '4294967294']);
    assert.equal(code, 2);
    assert.match(err, /go beyond 4294967295/);
    assert.equal((await run(['--resume'])).code, 2);
  });
});
