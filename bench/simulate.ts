/**
 * Times whole runs of scenarios, from the command to the charts, phase by phase.
 *
 * Every figure is of a process of its own, as a user would start it: wall and processor seconds, peak memory,
 * and the phases that the run writes into its manifest. Quote medians, and processor seconds before wall.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Manifest } from '../simulator/report/manifest.ts';

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

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, set: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});
const overrides = values.set.flatMap((change) => ['--set', change]);
const rows: Record<string, Record<string, string>> = {};
for (const scenario of positionals.length > 0 ? positionals : SCENARIOS) {
  const runs: Run[] = [];
  for (let run = 0; run < Number(values.runs); run++) runs.push(await simulate(scenario, overrides));
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
