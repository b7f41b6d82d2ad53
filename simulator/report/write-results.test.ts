import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { historicalBaseline } from '../baseline/historical.ts';
import { formatSummary, summarize } from '../measure/summary.ts';
import { madeRun } from '../testing/made-run.ts';
import { withAttacks, withRemoval } from '../testing/made-trust.ts';
import { type ResultsContext, writeResults } from './write-results.ts';

const root = await mkdtemp(join(tmpdir(), 'relaywave-write-'));
after(() => rm(root, { recursive: true, force: true }));

const CONTEXT: ResultsContext = {
  historical: [historicalBaseline('tor-2016-17'), historicalBaseline('tor-2025-26')],
  resolvedScenario: 'name: made\nseed: 1\n',
  startedAtWallMs: 0,
  command: 'npm run simulate -- scenarios/made.yaml --seed 1',
};

function finishedRun(relays = 60) {
  return {
    outcome: madeRun({ relays }),
    threads: 2,
    warnings: ['it was slow'],
    phasesWallMs: { run: 12, import: 5 },
  };
}

const FILES = [
  'summary.json',
  'curves.csv',
  'stages.parquet',
  'outcome.json',
  'scenario.resolved.yaml',
  'charts/figure1.svg',
  'charts/figure1.png',
  'charts/live-vs-manual.svg',
  'charts/live-vs-manual.png',
  'charts/switches.svg',
  'charts/switches.png',
  'charts/exposure.svg',
  'charts/exposure.png',
  'charts/load.svg',
  'charts/load.png',
  'charts/stages.svg',
  'charts/stages.png',
  'charts/latency.svg',
  'charts/latency.png',
  'manifest.json',
  'report.html',
];

test('results: every file of the design is there, and no other', async () => {
  const directory = join(root, 'made', 'seed-1');
  const written = await writeResults({ directory, force: false }, finishedRun(), CONTEXT);
  const found = (await readdir(directory, { recursive: true })).filter((name) => name !== 'charts');
  assert.deepEqual(found.sort(), [...FILES].sort());
  assert.deepEqual(written.files, FILES);
  assert.equal(written.directory, directory);
  assert.equal(await readFile(join(directory, 'scenario.resolved.yaml'), 'utf8'), CONTEXT.resolvedScenario);
  const summary = formatSummary(summarize(finishedRun().outcome, CONTEXT.historical));
  assert.equal(await readFile(join(directory, 'summary.json'), 'utf8'), summary);
});

test('results: what was taken back and who attacked come in files of their own', async () => {
  const directory = join(root, 'taken-back');
  const run = finishedRun();
  const removed = withRemoval(run.outcome, { ranShare: 1, haltedSeconds: 30, removedSeconds: 31 });
  const written = await writeResults(
    { directory, force: false },
    { ...run, outcome: withAttacks(removed) },
    CONTEXT,
  );
  const more = written.files.filter((name) => !FILES.includes(name));
  assert.deepEqual(more, [
    'running.csv',
    'charts/running.svg',
    'charts/running.png',
    'charts/attacks.svg',
    'charts/attacks.png',
  ]);
  const page = await readFile(join(directory, 'report.html'), 'utf8');
  assert.ok(page.includes('id="running"') && page.includes('id="attacks"'));
});

test('results: only the charts that the scenario asks for, and no pictures where it wants none', async () => {
  const run = finishedRun();
  const asking = (report: { charts: readonly ('stages' | 'running')[]; png: boolean }) => {
    const { scenario } = run.outcome;
    return {
      ...run,
      outcome: {
        ...run.outcome,
        scenario: { ...scenario, report: { figure: null, theme: 'screen' as const, ...report } },
      },
    };
  };
  const chartsOf = async (name: string, report: Parameters<typeof asking>[0]) => {
    const written = await writeResults(
      { directory: join(root, name), force: false },
      asking(report),
      CONTEXT,
    );
    return written.files.filter((file) => file.startsWith('charts/'));
  };
  // This run has taken nothing back, so the one chart says that.
  assert.deepEqual(await chartsOf('one', { charts: ['stages', 'running'], png: true }), [
    'charts/running.svg',
    'charts/running.png',
    'charts/stages.svg',
    'charts/stages.png',
  ]);
  assert.deepEqual(await chartsOf('plain', { charts: ['stages'], png: false }), ['charts/stages.svg']);
  assert.deepEqual(await chartsOf('none', { charts: [], png: true }), []);
  const page = await readFile(join(root, 'plain', 'report.html'), 'utf8');
  assert.ok(page.includes('id="stages"') && !page.includes('id="figure1"'));
});

test('results: the manifest has the hash of every file before it, versions, host and cost', async () => {
  const directory = join(root, 'manifest');
  const written = await writeResults({ directory, force: false }, finishedRun(), CONTEXT);
  const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
  assert.deepEqual(Object.keys(manifest.sha256), FILES.slice(0, -2));
  for (const [name, hash] of Object.entries(manifest.sha256)) {
    const content = await readFile(join(directory, name));
    assert.equal(hash, createHash('sha256').update(content).digest('hex'), name);
  }
  assert.equal(manifest.versions.node, process.versions.node);
  assert.equal(manifest.versions.v8, process.versions.v8);
  assert.match(manifest.versions.relaywave, /^\d+\.\d+\.\d+/);
  assert.equal(manifest.versions.packages['@chainsafe/libp2p-gossipsub'], '17.1.1');
  assert.ok(manifest.host.cores >= 1 && manifest.host.memoryBytes > 0);
  assert.deepEqual(Object.keys(manifest.cost.phasesWallMs), ['import', 'run', 'report']);
  assert.ok(manifest.cost.peakMemoryBytes > 20e6 && manifest.cost.peakMemoryBytes < 20e9);
  assert.ok(written.wallMs >= manifest.cost.wallMs && manifest.cost.wallMs > 0);
  assert.deepEqual(manifest.warnings, ['it was slow']);
});

test('results: two runs of one scenario differ in manifest and page only', async () => {
  const [first, second] = [join(root, 'first'), join(root, 'second')];
  await writeResults({ directory: first, force: false }, finishedRun(), CONTEXT);
  await writeResults({ directory: second, force: false }, finishedRun(), CONTEXT);
  for (const name of FILES.slice(0, -2)) {
    assert.ok((await readFile(join(first, name))).equals(await readFile(join(second, name))), name);
  }
});

test('results: an abort while they are written leaves nothing', async () => {
  const controller = new AbortController();
  const reason = new Error('Ctrl-C');
  const directory = join(root, 'aborted', 'run');
  const context = { ...CONTEXT, signal: controller.signal };
  const writing = writeResults({ directory, force: false }, finishedRun(), context);
  setImmediate(() => controller.abort(reason));
  await assert.rejects(writing, (error) => error === reason);
  assert.ok(!(await readdir(root)).includes('aborted'));
});

test('results: a bug in a chart leaves nothing and is not called an error of the disk', async () => {
  const run = finishedRun();
  const broken = {
    ...run,
    outcome: { ...run.outcome, topology: { ...run.outcome.topology, latencyUs: null } },
  };
  const writing = writeResults(
    { directory: join(root, 'bug'), force: false },
    broken as unknown as typeof run,
    CONTEXT,
  );
  await assert.rejects(writing, TypeError);
  assert.deepEqual(
    (await readdir(root)).filter((name) => name.includes('bug')),
    [],
  );
});
