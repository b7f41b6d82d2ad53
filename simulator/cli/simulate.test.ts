import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FinishedRun, RunOptions } from '../arms/run-contract.ts';
import { InvariantError } from '../engine/invariants/violation.ts';
import { formatSummary, summarize } from '../measure/summary.ts';
import { ResultsError } from '../report/results-error.ts';
import type { ResultsContext, ResultsTarget } from '../report/write-results.ts';
import { scenarioFromText } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { madeRun } from '../testing/made-run.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { Interruption } from './interrupt.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';

const SCENARIO = `name: small
network: { relays: 100 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
`;

const OUTCOME = madeRun();
const SUMMARY = summarize(OUTCOME, []);

/** A finished run, with these violations in its first arm. */
function finished(violations: readonly string[] = []): FinishedRun {
  const [first, ...rest] = OUTCOME.arms;
  const outcome = { ...OUTCOME, arms: [{ ...first, violations }, ...rest] };
  return { outcome, threads: 1, phasesWallMs: { run: 5 }, warnings: ['on one thread only'] };
}

/** The assertions of a scenario with these arms. */
function loadScenarioAssertions(list: string) {
  const text = `${SCENARIO}assert: ${list}\n`;
  return { assertions: scenarioFromText('asserting.yaml', text).scenario.assertions };
}

function working(change: Partial<SimulateRooms> = {}): SimulateRooms {
  return {
    ...SIMULATE_ROOMS,
    checkTarget: async () => undefined,
    prepareReport: async () => undefined,
    runScenario: async (_scenario, { onProgress }) => {
      onProgress?.({ phase: 'prepare', virtualSeconds: 0, durationSeconds: 600 });
      onProgress?.({ phase: 'run', virtualSeconds: 0, durationSeconds: 600 });
      return finished();
    },
    writeResults: async ({ directory }) => ({
      directory,
      summary: SUMMARY,
      curves: [],
      answered: null,
      files: [],
      threads: 1,
      wallMs: 10,
      cpuMs: 12,
      phasesWallMs: {},
      peakMemoryBytes: 1e8,
    }),
    ...change,
  };
}

describe('simulate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-simulate-'));
  const file = join(folder, 'small.yaml');
  writeFileSync(file, SCENARIO);
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the command with these rooms in place of the real ones; `interrupt` presses Ctrl-C. */
  async function run(
    args: readonly string[],
    rooms = working(),
    env: NodeJS.ProcessEnv = {},
    availableBytes = 4e9,
    scenarioFile = file,
  ) {
    const captured = capturedContext(folder, env);
    const controller = new AbortController();
    const interrupting = {
      ...rooms,
      runScenario: (scenario: Scenario, options: RunOptions) => {
        press = () => {
          onFirst();
          controller.abort(new Interruption('SIGINT'));
        };
        return rooms.runScenario(scenario, options);
      },
    };
    let onFirst = () => {};
    const code = await runCommandLine(['simulate', scenarioFile, ...args], captured.context, {
      rooms: interrupting,
      machine: () => ({ availableBytes }),
      watch: (first) => {
        onFirst = first;
        return { signal: controller.signal, stop: () => undefined };
      },
    });
    return { code, out: captured.out(), err: captured.err() };
  }
  let press = () => {};

  it('prints the table on stdout and progress on stderr, and ends with 0', async () => {
    const { code, out, err } = await run([]);
    assert.equal(code, 0);
    assert.match(out, /time until .*99 %/);
    assert.match(out, /report: .*small\/seed-1\/report.html/);
    assert.equal(
      err,
      'preparing relays and updates\nrunning, virtual time 0 s of 10 min\nwriting results\nwarning: on one thread only\n',
    );
  });

  it('a broken invariant ends the run with 1, the seed, the event and the line that repeats it', async () => {
    const violation = { invariant: 'versions-rise', timeUs: 12_345_678, relay: 17, what: 'fell' } as const;
    const { code, out, err } = await run(
      ['--seed', '5'],
      working({ runScenario: () => Promise.reject(new InvariantError(violation, 5)) }),
    );
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /violation: versions-rise at 12\.345678 s, relay 17: fell \(versions only rise/);
    assert.match(err, /seed: 5\nreproduce with: npm run simulate -- .*small.yaml --seed 5/);
  });

  it('--json: stdout holds summary.json and nothing else', async () => {
    const { code, out } = await run(['--json']);
    assert.equal(code, 0);
    assert.equal(out, formatSummary(SUMMARY));
  });

  it('--quiet: stderr stays empty', async () => {
    assert.equal((await run(['--quiet'])).err, '');
  });

  it('hands over the changed scenario, its folder, and the command that repeats it', async () => {
    const seen: { target?: ResultsTarget; context?: ResultsContext; scenario?: Scenario } = {};
    const rooms = working({
      writeResults: async (target, finishedRun, context) => {
        Object.assign(seen, { target, context });
        return working().writeResults(target, finishedRun, context);
      },
      runScenario: async (scenario) => {
        seen.scenario = scenario;
        return finished();
      },
    });
    await run(['--seed', '7', '--set', 'duration=2min', '--set', 'network={relays: 50}', '--force'], rooms);
    assert.equal(seen.scenario?.durationSeconds, 120);
    assert.equal(seen.scenario?.network.relays, 50);
    assert.deepEqual(seen.target, { directory: join(folder, 'results', 'small', 'seed-7'), force: true });
    assert.equal(
      seen.context?.command,
      `npm run simulate -- ${file} --seed 7 --set duration=2min --set 'network={relays: 50}'`,
    );
    assert.match(
      seen.context?.resolvedScenario ?? '',
      /^# yaml-language-server: \$schema=.*scenarios\/schema.json\nname: small\n/,
    );
    await run(['--out', 'elsewhere'], rooms);
    assert.deepEqual(seen.target, { directory: join(folder, 'elsewhere'), force: false });
  });

  it('a broken invariant ends with 1, each violation and the command that repeats it', async () => {
    const rooms = working({ runScenario: async () => finished(['relay 3 heard twice', 'a frame was lost']) });
    const { code, err } = await run(['--quiet', '--seed', '4'], rooms);
    assert.equal(code, 1);
    assert.deepEqual(err.split('\n'), [
      'violation: live: relay 3 heard twice',
      'violation: live: a frame was lost',
      'seed 4 broke invariants: its figures are not to be trusted',
      `reproduce with: npm run simulate -- ${file} --seed 4`,
      '',
    ]);
    const scaled = await run(['--quiet', '--scale', '50%'], rooms);
    assert.match(scaled.err, /reproduce with: .* --seed 1 --scale 50%\n$/);
  });

  describe('with assertions', () => {
    const asserting = join(folder, 'asserting.yaml');
    before(() => writeFileSync(asserting, `${SCENARIO}assert:\n  - live.t50 < 1h\n  - live.t50 < 1ms\n`));
    const outcome = {
      ...OUTCOME,
      scenario: { ...OUTCOME.scenario, ...loadScenarioAssertions('[live.t50 < 1h, live.t50 < 1ms]') },
    };
    const rooms = (violations: readonly string[] = []) => {
      const seen = { written: 0 };
      const writing = working({
        runScenario: async () => finished(violations),
        writeResults: async (target, finishedRun, context) => {
          seen.written++;
          const written = await working().writeResults(target, finishedRun, context);
          return { ...written, summary: summarize(outcome, []) };
        },
      });
      return { seen, writing };
    };

    it('one that does not hold ends with 3, at its line, and the results are kept', async () => {
      const { seen, writing } = rooms();
      const { code, out, err } = await run(['--quiet'], writing, {}, 4e9, asserting);
      assert.equal(code, 3);
      assert.equal(seen.written, 1);
      assert.match(out, /^assert live.t50 < 1h: holds \(0\.\d+ s\)$/m);
      assert.match(out, /^assert live.t50 < 1ms: does not hold \(0\.\d+ s\)$/m);
      assert.match(
        err,
        /^\S*asserting.yaml:10:5 {2}assert\[1\]: live.t50 < 1ms does not hold: found 0\.\d+ s\n/,
      );
      assert.doesNotMatch(err, /1h/);
    });

    it('a broken invariant counts for more: it ends with 1', async () => {
      assert.equal((await run(['--quiet'], rooms(['a frame was lost']).writing, {}, 4e9, asserting)).code, 1);
    });
  });

  it('--scale: the smaller scenario runs, beside the full results, and says that it is no answer', async () => {
    const seen: { target?: ResultsTarget; context?: ResultsContext; warnings?: readonly string[] } = {};
    const rooms = working({
      runScenario: async (scenario) => {
        assert.equal(scenario.network.relays, 50);
        return finished();
      },
      writeResults: async (target, finishedRun, context) => {
        Object.assign(seen, { target, context, warnings: finishedRun.warnings });
        return working().writeResults(target, finishedRun, context);
      },
    });
    const { code, err } = await run(['--scale', '5%'], rooms);
    assert.equal(code, 0);
    assert.deepEqual(seen.target?.directory, join(folder, 'results', 'small', 'scale-0.05', 'seed-1'));
    assert.match(
      seen.context?.resolvedScenario ?? '',
      /^# scaled to 0.05: 50 of 100 relays for 30s of 10min/,
    );
    assert.match(seen.warnings?.[0] ?? '', /do not answer/);
    assert.match(err, /warning: scaled to 0.05/);
    const refused = await run(['--scale', '0'], rooms);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /^--scale 0 {2}is not above 0/);
  });

  it('a mistake in the scenario ends with 2 before anything runs, even with --quiet and --json', async () => {
    const rooms = working({
      runScenario: () => assert.fail('it ran'),
      checkTarget: () => assert.fail('it looked'),
    });
    const { code, out, err } = await run(['--quiet', '--json', '--set', 'network.relays=0'], rooms);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, /^--set network.relays=0 {2}network.relays: must be at least 2, not 0\n/);
  });

  it('a network that does not fit ends with 2 before anything runs, at its line', async () => {
    const rooms = working({ runScenario: () => assert.fail('it ran') });
    const { code, err } = await run([], rooms, {}, 1e6);
    assert.equal(code, 2);
    assert.match(err, /small.yaml:2:20 {2}network.relays: 100 relays need about .* GB/);
  });

  it('a folder that is taken ends with 2, one that may not be written with 1, both before the run', async () => {
    for (const [reason, expected] of [
      ['exists', 2],
      ['not-allowed', 1],
    ] as const) {
      const rooms = working({
        checkTarget: async (directory) => {
          throw new ResultsError(reason, directory, `${directory} is no good`);
        },
        runScenario: () => assert.fail('it ran'),
      });
      const { code, err } = await run(['--quiet'], rooms);
      assert.equal(code, expected, reason);
      assert.match(err, /^error: .*seed-1 is no good\n$/);
    }
  });

  it('Ctrl-C while it runs ends with 130 and writes nothing', async () => {
    const rooms = working({
      runScenario: (_scenario, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          queueMicrotask(() => press());
        }),
      writeResults: () => assert.fail('it wrote'),
    });
    const { code, out, err } = await run([], rooms);
    assert.equal(code, 130);
    assert.equal(out, '');
    assert.equal(err, 'stopping; once more to exit at once\ninterrupted; nothing was written\n');
  });

  it('Ctrl-C while results are written ends with 130 as well', async () => {
    const rooms = working({
      writeResults: async (_target, _run, { signal }) => {
        press();
        signal?.throwIfAborted();
        assert.fail('it went on');
      },
    });
    const { code, out } = await run(['--json'], rooms);
    assert.equal(code, 130);
    assert.equal(out, '');
  });

  it('a failure under an interrupt is told as the interrupt', async () => {
    const rooms = working({
      runScenario: async () => {
        press();
        throw new Error('a thread ended early');
      },
    });
    const { code, err } = await run(['--quiet'], rooms);
    assert.equal(code, 130);
    assert.equal(err, 'interrupted; nothing was written\n');
  });

  it('a bug ends with 1 and says how to repeat and report it; its stack only on request', async () => {
    const rooms = working({
      runScenario: async () => {
        throw new TypeError('x is not a function');
      },
    });
    const plain = await run(['--quiet', '--seed', '9'], rooms);
    assert.equal(plain.code, 1);
    assert.match(plain.err, /^error: x is not a function \(this is a bug\)\n/);
    assert.match(plain.err, /repeat it with: npm run simulate -- .*--seed 9\n/);
    assert.match(plain.err, /please report it/);
    assert.doesNotMatch(plain.err, /simulate\.test\.ts:\d/);
    const debug = await run(['--quiet'], rooms, { RELAYWAVE_DEBUG: '1' });
    assert.match(debug.err, /simulate\.test\.ts:\d/);
  });

  it('--runs 1 is a run like any other', async () => {
    const { code, out } = await run(['--runs', '1']);
    assert.equal(code, 0);
    assert.match(out, /report: .*small\/seed-1\/report.html/);
  });
});

describe('the command line', () => {
  async function run(...args: string[]) {
    const captured = capturedContext(tmpdir());
    const code = await runCommandLine(args, captured.context);
    return { code, out: captured.out(), err: captured.err() };
  }

  it('unknown verbs and options get a did-you-mean and 2', async () => {
    const verb = await run('simulat', 'x.yaml');
    assert.equal(verb.code, 2);
    assert.match(verb.err, /unknown command 'simulat'\n\(Did you mean simulate\?\)/);
    const option = await run('simulate', 'x.yaml', '--sead', '3');
    assert.equal(option.code, 2);
    assert.match(option.err, /unknown option '--sead'\n\(Did you mean .*--seed/);
    assert.equal((await run('simulate')).code, 2);
    assert.equal((await run('simulate', 'a.yaml', 'b.yaml')).code, 2);
    assert.equal((await run()).code, 2);
  });

  it('help and version go to stdout and end with 0', async () => {
    const help = await run('simulate', '--help');
    assert.equal(help.code, 0);
    assert.match(help.out, /--fidelity <level>/);
    assert.equal(help.err, '');
    assert.match((await run('--version')).out, /^\d+\.\d+\.\d+\n$/);
  });

  it('validate tells right files on stdout, wrong ones on stderr, and ends with 2 if there are any', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relaywave-validate-'));
    const good = join(folder, 'good.yaml');
    const bad = join(folder, 'bad.yaml');
    writeFileSync(good, SCENARIO);
    writeFileSync(bad, SCENARIO.replace('name', 'nam'));
    const both = await run('validate', bad, good);
    assert.equal(both.code, 2);
    assert.match(
      both.out,
      /^\S*good.yaml: ok \(100 relays, engine gossipsub, module strict-cells, arms live, manual\)\n$/,
    );
    assert.match(both.err, /bad.yaml:1:1 {2}name: is missing/);
    assert.match(both.err, /bad.yaml:1:1 {2}nam: unknown key/);
    assert.equal((await run('validate', good)).code, 0);
    rmSync(folder, { recursive: true });
  });

  it('schema prints what scenarios/schema.json holds', async () => {
    const { out, code } = await run('schema', '--print');
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).title, 'Relaywave scenario');
  });
});
