/**
 * Times whole runs of scenarios, from the command to the charts, phase by phase: `npm run bench:simulate`.
 *
 * Every figure is of a process of its own, as a user would start it: wall and processor seconds, peak memory,
 * and the phases that the run writes into its manifest. Quote medians, and processor seconds before wall.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../simulator/cli/exit-code.ts';
import type { Manifest } from '../simulator/report/manifest.ts';
import { scriptLine, several, whole } from '../simulator/testing/script-line.ts';

const COMMAND = fileURLToPath(new URL('../simulator/cli/relaywave.mjs', import.meta.url));
const SCENARIOS = ['scenarios/quick.yaml', 'scenarios/tor7500.yaml'];

interface Run {
  readonly wallSeconds: number;
  readonly manifest: Manifest;
}

function simulate(scenario: string, args: readonly string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-bench-'));
  const out = join(folder, 'results');
  const startMs = performance.now();
  const child = spawn(
    process.execPath,
    [COMMAND, 'simulate', scenario, '--quiet', '--json', '--out', out, ...args],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return new Promise<Run>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      const wallSeconds = (performance.now() - startMs) / 1000;
      if (code !== 0) reject(new Error(`${scenario} ended with exit code ${code}`));
      else resolve({ wallSeconds, manifest: JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) });
    });
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const line = scriptLine('bench:simulate', 'Times whole runs of scenarios, phase by phase.')
  .argument('[files...]', `scenarios (default: ${SCENARIOS.join(', ')})`)
  .option('--runs <n>', 'runs of each, of which the medians are printed', whole(1), 3)
  .option('--set <path=value>', 'change a key of the scenarios; may be given several times', several)
  .parse();
const { runs: repeats, set = [] } = line.opts<{ runs: number; set?: readonly string[] }>();
const overrides = set.flatMap((change) => ['--set', change]);
const scenarios = line.args.length > 0 ? line.args : SCENARIOS;
const { status } = spawnSync(process.execPath, [COMMAND, 'validate', ...scenarios, ...overrides], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status !== 0) process.exit(status ?? EXIT.failed);
const rows: Record<string, Record<string, string>> = {};
for (const scenario of scenarios) {
  const runs: Run[] = [];
  for (let run = 0; run < repeats; run++) runs.push(await simulate(scenario, overrides));
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  const phases = Object.keys(
    runs[0].manifest.cost.phasesWallMs,
  ) as (keyof Manifest['cost']['phasesWallMs'])[];
  rows[scenario] = {
    'wall s': of((run) => run.wallSeconds).toFixed(1),
    'CPU s': of(({ manifest }) => manifest.cost.cpuMs / 1000).toFixed(1),
    'peak MiB': of(({ manifest }) => manifest.cost.peakMemoryBytes / 2 ** 20).toFixed(0),
    ...Object.fromEntries(
      phases.map((phase) => [
        `${phase} s`,
        of(({ manifest }) => (manifest.cost.phasesWallMs[phase] ?? 0) / 1000).toFixed(2),
      ]),
    ),
  };
}
console.table(rows);
