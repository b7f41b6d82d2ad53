/**
 * Random scenarios, and what must hold of each: `npm run swarm -- --seeds 10000`.
 *
 * A seed that fails is shrunk and written to results/swarm/. Ends with 1 where something failed, or where a campaign of
 * the full size never met a fault, an attack or a feature.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { KeptThreads } from '../simulator/engine/gossipsub/kept-threads.ts';
import { wallNowMs } from '../simulator/engine/wall.ts';
import { loadScenario } from '../simulator/scenario/load.ts';
import { RELAYS_MAX } from '../simulator/scenario/network-schema.ts';
import { ScenarioError } from '../simulator/scenario/problem.ts';
import type { Scenario } from '../simulator/scenario/scenario.ts';
import { scriptLine, whole } from '../simulator/testing/script-line.ts';
import { type Campaign, runCampaign } from '../simulator/testing/swarm/campaign.ts';
import { drawScenario } from '../simulator/testing/swarm/drawn-scenario.ts';
import { writeFailure } from '../simulator/testing/swarm/failure-file.ts';
import { tryScenario } from '../simulator/testing/swarm/try-scenario.ts';
import { type SeedVerdict, trySeed } from '../simulator/testing/swarm/try-seed.ts';

/** From so many seeds on everything must have happened at least once. */
const FULL_SIZE = 2000;
const SHRUNK_MAX = 20;
const SEED_MAX = 0xffffffff;
/** Drawn degrees go up to one less. */
const RELAYS_MIN = 5;
/** Seeds of many relays take minutes each: how far it is, is told so often at least. */
const TOLD_EVERY_MS = 60_000;
const FOLDER = relative(process.cwd(), fileURLToPath(new URL('../results/swarm', import.meta.url)));
const SAMPLES = { repeat: 10, full: 10, model: 2 };

const asked = scriptLine('swarm', 'Draws random scenarios, runs them, and checks what must hold of each.')
  .option('--seeds <n>', 'how many scenarios to draw', whole(1), 300)
  .option(
    '--from <n>',
    'seed of the first, to go on where another campaign was stopped',
    whole(0, SEED_MAX),
    1,
  )
  .option('--seed <n>', 'repeat this seed alone', whole(0, SEED_MAX))
  .option('--file <file>', 'ask the same of a scenario file', readScenario)
  .option('--relays <n>', 'relays of each network, instead of some tens', whole(RELAYS_MIN, RELAYS_MAX))
  .option('--lanes <n>', 'scenarios at a time', whole(1), 2)
  .option('--no-shrink', 'leave scenarios that fail as they were drawn, and write no file')
  .parse()
  .opts<{
    seeds: number;
    from: number;
    seed?: number;
    file?: Scenario;
    relays?: number;
    lanes: number;
    shrink: boolean;
  }>();
const { relays } = asked;

if (asked.file !== undefined) await tryFile(asked.file);
else if (asked.seed !== undefined) await repeat(asked.seed);
else await campaign(asked.from, asked.seeds);

function readScenario(file: string): Scenario {
  try {
    return loadScenario(file).scenario;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new InvalidArgumentError(`It cannot be run:\n${error.message}`);
  }
}

async function tryFile(scenario: Scenario): Promise<void> {
  const { findings } = await tryScenario(scenario);
  for (const { rule, what } of findings) console.log(`${rule}: ${what}`);
  console.log(findings.length === 0 ? 'all is well' : `${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}

async function repeat(seed: number): Promise<void> {
  console.log(drawScenario(seed, { relays }).text);
  const kept = new KeptThreads();
  const verdict = await trySeed(seed, { relays, samples: { repeat: 1, full: 1, model: 1 } }, kept);
  for (const { rule, what } of verdict.findings) console.log(`${rule}: ${what}`);
  if (verdict.findings.length > 0) await tellFailure(verdict, kept);
  else console.log('all is well');
  await kept.close();
}

async function tellFailure(verdict: SeedVerdict, kept: KeptThreads): Promise<void> {
  process.exitCode = 1;
  const size = relays === undefined ? '' : ` --relays ${relays}`;
  const path = asked.shrink ? await writeFailure(verdict, relays, FOLDER, kept) : null;
  const written = path === null ? '' : `, or npm run simulate -- ${path}`;
  console.log(`  repeat it with npm run swarm -- --seed ${verdict.seed}${size}${written}`);
}

async function campaign(from: number, seeds: number): Promise<void> {
  const startMs = wallNowMs();
  const cpu = process.cpuUsage();
  let toldMs = startMs;
  const ran = await runCampaign({
    from,
    seeds,
    relays,
    lanes: asked.lanes,
    samples: SAMPLES,
    onSeed: (verdict, done) => {
      for (const { rule, what } of verdict.findings.slice(0, 3)) {
        console.log(`seed ${verdict.seed}: ${rule}: ${what.slice(0, 400)}`);
      }
      const nowMs = wallNowMs();
      if (done % 100 === 0 || nowMs >= toldMs + TOLD_EVERY_MS) {
        toldMs = nowMs;
        const leftSeconds = ((nowMs - startMs) / done / 1000) * (seeds - done);
        console.error(
          `${done} of ${seeds} seeds, the latest ${verdict.seed}; some ${Math.ceil(leftSeconds / 60)} min left`,
        );
      }
    },
  });
  const { user, system } = process.cpuUsage(cpu);
  const kept = new KeptThreads();
  for (const verdict of ran.failed.slice(0, SHRUNK_MAX)) {
    console.log(`seed ${verdict.seed}: ${verdict.findings.map(({ rule }) => rule).join(', ')}`);
    await tellFailure(verdict, kept);
  }
  await kept.close();
  tellCoverage(ran, seeds);
  const cpuMs = (user + system) / 1000;
  console.log(
    `seeds ${from} to ${from + seeds - 1}: ${ran.failed.length} failed; ${(cpuMs / seeds).toFixed(0)} CPU ms a seed, ` +
      `${Math.round((wallNowMs() - startMs) / 1000)} s in all`,
  );
  if (ran.failed.length > 0) process.exitCode = 1;
}

function tellCoverage({ coverage, refused, again }: Campaign, seeds: number): void {
  const width = Math.max(...coverage.rows.map(([name]) => name.length));
  for (const [name, count] of coverage.rows)
    console.log(`${name.padEnd(width)} ${String(count).padStart(6)}`);
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, count]) => `${count} ${name}`).join('; ') || 'none';
  console.log(`run again: ${list(again)}`);
  console.log(`draws refused by the language's checks: ${list(refused)}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(
    join(FOLDER, 'coverage.json'),
    `${JSON.stringify(Object.fromEntries(coverage.rows), null, 2)}\n`,
  );
  const { missing } = coverage;
  if (missing.length === 0) return;
  console.log(`never happened: ${missing.join(', ')}`);
  if (seeds >= FULL_SIZE && relays === undefined) process.exitCode = 1;
}
