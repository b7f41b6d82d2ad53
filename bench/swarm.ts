/**
 * Random scenarios, and what must hold of each: `npm run swarm -- --seeds 10000`.
 *
 * `--seed N` repeats one, `--file FILE` asks the same of a scenario file, `--from N` goes on where another campaign was
 * stopped, `--relays 7500` makes networks that large. A seed that fails is shrunk and written to results/swarm/. Ends
 * with 1 where something failed, or where a campaign of the full size never met a fault, an attack or a feature.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { KeptThreads } from '../simulator/engine/gossipsub/kept-threads.ts';
import { wallNowMs } from '../simulator/engine/wall.ts';
import { loadScenario } from '../simulator/scenario/load.ts';
import { type Campaign, runCampaign } from '../simulator/testing/swarm/campaign.ts';
import { drawScenario } from '../simulator/testing/swarm/drawn-scenario.ts';
import { writeFailure } from '../simulator/testing/swarm/failure-file.ts';
import { tryScenario } from '../simulator/testing/swarm/try-scenario.ts';
import { type SeedVerdict, trySeed } from '../simulator/testing/swarm/try-seed.ts';

/** From so many seeds on everything must have happened at least once. */
const FULL_SIZE = 2000;
const SHRUNK_MAX = 20;
const FOLDER = relative(process.cwd(), fileURLToPath(new URL('../results/swarm', import.meta.url)));
const SAMPLES = { repeat: 10, full: 10, model: 2 };

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    file: { type: 'string' },
    relays: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    'no-shrink': { type: 'boolean', default: false },
  },
});
const relays = values.relays === undefined ? undefined : Number(values.relays);

if (values.file !== undefined) await tryFile(values.file);
else if (values.seed !== undefined) await repeat(Number(values.seed));
else await campaign(Number(values.from), Number(values.seeds));

async function tryFile(file: string): Promise<void> {
  const { findings } = await tryScenario(loadScenario(file).scenario);
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
  const path = values['no-shrink'] ? null : await writeFailure(verdict, relays, FOLDER, kept);
  const written = path === null ? '' : `, or npm run simulate -- ${path}`;
  console.log(`  repeat it with npm run swarm -- --seed ${verdict.seed}${size}${written}`);
}

async function campaign(from: number, seeds: number): Promise<void> {
  const startMs = wallNowMs();
  const cpu = process.cpuUsage();
  const ran = await runCampaign({
    from,
    seeds,
    relays,
    lanes: Number(values.lanes),
    samples: SAMPLES,
    onSeed: (verdict, done) => {
      for (const { rule, what } of verdict.findings.slice(0, 3)) {
        console.log(`seed ${verdict.seed}: ${rule}: ${what.slice(0, 400)}`);
      }
      const leftSeconds = ((wallNowMs() - startMs) / done / 1000) * (seeds - done);
      if (done % 100 === 0) {
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
