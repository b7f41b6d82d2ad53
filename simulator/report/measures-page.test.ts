/** docs/measures.md against what summary.json really holds: neither may have a path that the other has not. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { historicalBaseline } from '../baseline/historical.ts';
import type { ArmOutcome, RunOutcome, UpdateOutcome } from '../measure/outcome.ts';
import { summarizeRuns } from '../measure/runs-summary.ts';
import { summarize } from '../measure/summary.ts';
import { CHART_NAMES } from '../scenario/measure-plan.ts';
import { testFault } from '../testing/fault-runs.ts';
import { restlessRun } from '../testing/made-churn.ts';
import { MADE_LIVE_ARM, madeRun } from '../testing/made-run.ts';
import { withSybils } from '../testing/made-sybils.ts';
import { madeTraffic, madeTrafficPlan, withTraffic } from '../testing/made-traffic.ts';
import { withAttacks } from '../testing/made-trust.ts';
import { load, SMALL } from '../testing/small-scenario.ts';
import { testClass } from '../testing/test-operators.ts';

const PAGE = await readFile(new URL('../../docs/measures.md', import.meta.url), 'utf8');
const EXAMPLE = new URL('../../results/example/summary.json', import.meta.url);

/** Backticked words in the first cells of tables whose heading is `path`. */
function documentedPaths(page: string): string[] {
  const tables = page.split(/\n(?=\| path \|)/).slice(1);
  return tables.flatMap((table) => {
    const rows = table.split('\n').slice(2);
    const end = rows.findIndex((row) => !row.startsWith('|'));
    return rows.slice(0, end < 0 ? undefined : end).flatMap((row) => {
      const cell = row.split(' | ')[0] as string;
      return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
    });
  });
}

/** `a.{b,c}` as a.b and a.c. */
function expanded(path: string): string[] {
  const found = /\{([^}]*)\}/.exec(path);
  if (found === null) return [path];
  const [whole, choices = ''] = found;
  return choices.split(',').flatMap((choice) => expanded(path.replace(whole, choice)));
}

function patternOf(path: string): RegExp {
  const source = path
    .replace(/^A\./, 'arms.<arm>.')
    .replace(/^U\./, '<update>.')
    .replace(/[.[\]]/g, '\\$&')
    .replace('<update>', 'arms\\.[^.]+(?:\\.updates\\[\\])?')
    .replace('<path>', '.+')
    .replace(/<\w+>/g, '[^.]+');
  return new RegExp(`^${source}$`);
}

/** Paths of everything that is no map and no list; nulls apart, since they may stand for a whole map. */
function leaves(value: unknown, path = ''): { path: string; isNull: boolean }[] {
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [{ path, isNull: value === null }];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`));
}

function withArm(
  run: RunOutcome,
  name: string,
  change: (arm: ArmOutcome) => Partial<ArmOutcome>,
): RunOutcome {
  const arms = run.arms.map((arm) => (arm.arm.name === name ? { ...arm, ...change(arm) } : arm));
  return { ...run, arms };
}

function withUpdates(run: RunOutcome, name: string, changes: Partial<UpdateOutcome>): RunOutcome {
  return withArm(run, name, ({ updates }) => ({ updates: updates.map((one) => ({ ...one, ...changes })) }));
}

const RELAYS = 40;
const plain = () => madeRun({ relays: RELAYS });
const eras = [historicalBaseline('tor-2016-17'), historicalBaseline('tor-2025-26')];

function withExtras(run: RunOutcome): RunOutcome {
  const { assertions } = load(`${SMALL}assert: ['live.t50 < 1h']\n`).scenario;
  const measure = { milestonePercents: [10], tailShare: 0.1 };
  const advertisedBytesPerSecond = run.population.advertisedBytesPerSecond.slice().reverse();
  return {
    ...run,
    scenario: { ...run.scenario, assertions, measure },
    population: { ...run.population, advertisedBytesPerSecond },
  };
}

/** Runs that between them have every part of a summary. */
function sampleRuns(): RunOutcome[] {
  const operators = {
    classes: [testClass('quick', 0.5), testClass('slow', 0.5)],
    classOf: Uint8Array.from({ length: RELAYS }, (_unused, relay) => relay % 2),
    embeds: Uint8Array.from({ length: RELAYS }, (_unused, relay) => (relay % 5 === 0 ? 0 : 1)),
  };
  const rejected = new Float64Array(RELAYS).fill(Number.NaN).fill(86_400, 0, 5);
  const fault = testFault({ kind: 'pause', fromSeconds: 70, forSeconds: 30 });
  const hits = new Uint8Array(RELAYS).fill(1, 0, 9);
  const clients = { count: 10 };
  const traffic = madeTrafficPlan({
    clients,
    marking: { mark: 'relay-early', share: 0.1 },
    flood: { from: '1min', circuitsPerSecond: 5 },
  });
  return [
    withExtras(plain()),
    withArm(restlessRun(), 'live', () => ({ links: { meanDegreeInTheEnd: 14, framesDropped: 3 } })),
    withArm(plain(), 'live', () => ({ operators })),
    withArm(plain(), 'live', () => ({ faults: [{ plan: fault, effects: 2, hits }] })),
    withUpdates(plain(), 'live', { verdicts: { misbehaves: true, rolledBack: 1, confirmed: 2, kept: 1 } }),
    withUpdates(plain(), 'manual', { rejected }),
    withTraffic(plain(), traffic, madeTraffic()),
    withSybils(
      madeRun({ relays: RELAYS, arms: [MADE_LIVE_ARM, { ...MADE_LIVE_ARM, name: 'peace' }] }),
      'live',
    ),
    withAttacks(plain()),
  ];
}

describe('docs/measures.md', () => {
  const documented = documentedPaths(PAGE).flatMap(expanded);
  const patterns = documented.map((path) => [path, patternOf(path)] as const);

  async function found(): Promise<{ path: string; isNull: boolean }[]> {
    const summaries = sampleRuns().map((run) => summarize(run, eras));
    const runs = [1, 2].map((seed) => summarize(madeRun({ relays: RELAYS, seed }), eras));
    const example: unknown = JSON.parse(await readFile(EXAMPLE, 'utf8'));
    return [...summaries, summarizeRuns(runs), example].flatMap((summary) => leaves(summary));
  }

  it('describes every number that a summary may hold', async () => {
    const missing = (await found()).filter(({ path, isNull }) => {
      if (patterns.some(([, pattern]) => pattern.test(path))) return false;
      // A null may stand in the place of a map: then something below it is described.
      const below = path.replace(/^(?:arms|historical)\.[^.]+\.(?:updates\[\]\.)?/, '');
      return !(isNull && documented.some((one) => one.includes(`${below}.`)));
    });
    assert.deepEqual([...new Set(missing.map(({ path }) => path))], []);
  });

  it('describes nothing that no summary holds', async () => {
    const paths = (await found()).map(({ path }) => path);
    const stale = patterns.filter(([, pattern]) => !paths.some((path) => pattern.test(path)));
    assert.deepEqual(
      stale.map(([path]) => path),
      [],
    );
  });

  it('names every chart', () => {
    const section = PAGE.slice(PAGE.indexOf('## Charts'));
    for (const name of CHART_NAMES) assert.ok(section.includes(`\`${name}\``), name);
  });
});
