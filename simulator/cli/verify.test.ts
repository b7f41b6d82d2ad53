import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { RunOptions } from '../arms/run-contract.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { madeRun } from '../testing/made-run.ts';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { EXIT } from './exit-code.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';
import { verify } from './verify.ts';

const SCENARIO = `name: made
network: { relays: 40 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
`;

/** Runs that are made from their seed, and `drift` relays more than what was asked for. */
function making(drift = 0, isRealTime = false): SimulateRooms {
  return {
    ...SIMULATE_ROOMS,
    runScenario: async (scenario: Scenario, _options: RunOptions) => {
      const made = madeRun({ relays: 40 + drift, seed: scenario.seed });
      const arms = isRealTime ? made.arms.map((arm) => ({ ...arm, traceHash: null })) : made.arms;
      const outcome = { ...made, scenario, arms };
      return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
    },
  };
}

/** Does something with freshly written results in a folder of their own. */
async function withResults(
  use: (directory: string, folder: string) => Promise<void>,
  rooms = making(),
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-verify-'));
  try {
    writeFileSync(join(folder, 'made.yaml'), SCENARIO);
    const { context } = capturedContext(folder, {});
    const surroundings = {
      rooms,
      machine: () => ({ availableBytes: 4e9 }),
      watch: () => ({ signal: new AbortController().signal, stop: () => undefined }),
    };
    const args = ['simulate', join(folder, 'made.yaml'), '--out', join(folder, 'out'), '--quiet'];
    assert.equal(await runCommandLine(args, context, surroundings), 0);
    await use(join(folder, 'out'), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('verify', () => {
  it('a run in real time is held against its hashes, and says why it is not run again', async () => {
    const rooms = making(0, true);
    await withResults(async (directory, folder) => {
      const { context, out, err } = capturedContext(folder, {});
      const noRun = { ...rooms, runScenario: () => assert.fail('it was run again') };
      assert.equal(await verify(directory, { quiet: true }, context, noRun), EXIT.ok);
      assert.match(out(), /files have the hashes of their manifest\n.*no second run gives the same bytes/);
      appendFileSync(join(directory, 'curves.csv'), 'x');
      assert.equal(await verify(directory, { quiet: true }, context, noRun), EXIT.failed);
      assert.match(err(), /curves\.csv was changed/);
    }, rooms);
  });

  it('results that come out the same again: 0', async () => {
    await withResults(async (directory, folder) => {
      const { context, out } = capturedContext(folder, {});
      assert.equal(await verify(directory, { quiet: true }, context, making()), EXIT.ok);
      assert.match(out(), /files have the hashes of their manifest\n.*come out the same, byte by byte/);
    });
  });

  it('a changed, and a missing, file is named: 1', async () => {
    await withResults(async (directory, folder) => {
      appendFileSync(join(directory, 'curves.csv'), ' ');
      unlinkSync(join(directory, 'stages.parquet'));
      const { context, err } = capturedContext(folder, {});
      assert.equal(await verify(directory, {}, context, making()), EXIT.failed);
      assert.match(err(), /curves.csv was changed\n.*stages.parquet cannot be read \(ENOENT\)/);
    });
  });

  it('results that come out different are named: 1', async () => {
    await withResults(async (directory, folder) => {
      const { context, err } = capturedContext(folder, {});
      assert.equal(await verify(directory, { quiet: true }, context, making(1)), EXIT.failed);
      assert.match(err(), /summary.json comes out different\n.*curves.csv comes out different/);
      assert.equal(await verify(directory, { quiet: true, hashesOnly: true }, context, making(1)), EXIT.ok);
    });
  });

  it('results of another version are not run again, and the cure is named', async () => {
    await withResults(async (directory, folder) => {
      const path = join(directory, 'manifest.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"relaywave": "[^"]*"/, '"relaywave": "0.0.1"'));
      const { context } = capturedContext(folder, {});
      await assert.rejects(verify(directory, {}, context, making()), /made by relaywave 0.0.1/);
    });
  });

  it('a folder without results: 2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relaywave-verify-'));
    try {
      const { context, err } = capturedContext(folder, {});
      assert.equal(await runCommandLine(['verify', folder], context), EXIT.usage);
      assert.match(err(), /is not the result of a run: there is no such file; name a folder like results\//);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
