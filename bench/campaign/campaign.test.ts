import assert from 'node:assert/strict';
import test from 'node:test';
import { ScenarioError } from '../../simulator/scenario/problem.ts';
import { readAsk } from './ask.ts';
import { lastWords } from './children.ts';
import type { Measured } from './measurement.ts';
import { PhaseLog } from './phase-log.ts';
import { byPlan, FULL, planRows } from './plan.ts';
import { naiveOver, overFloor, type RowResult, totalsOf } from './ratios.ts';
import { earlierResults, formatCsv, formatJson, formatMarkdown } from './report.ts';
import type { Row } from './row.ts';
import { rowScenario } from './row-scenario.ts';
import { runRows } from './run-rows.ts';

const MACHINE = {
  date: '2026-01-02',
  relaywave: '0.0.0',
  node: '20.0.0',
  gossipsub: '17.1.1',
  platform: 'linux 6 x64',
  cpu: 'a processor',
  cores: 2,
  memoryBytes: 2 ** 34,
};

function row(changes: Partial<Row> = {}): Row {
  return {
    kind: 'run',
    engine: 'gossipsub',
    relays: 30,
    messages: 1,
    condition: 'calm',
    durationSeconds: 600,
    isLong: false,
    ...changes,
  };
}

/** Two seconds of start, four of connecting and eight of running, with 100 and 1,000 events. */
function measured(scale = 1): Measured {
  const phase = (name: 'start' | 'connect' | 'run', seconds: number, events: number) => ({
    phase: name,
    wallSeconds: 2 * seconds * scale,
    cpuSeconds: seconds * scale,
    peakBytes: seconds * scale * 2 ** 20,
    events,
  });
  return {
    outcome: 'measured',
    phases: [phase('start', 2, 0), phase('connect', 4, 100), phase('run', 8, 1000)],
    threads: 1,
    carried: { messageRpcs: 50, otherFrames: 100, rpcBytes: 20_000 },
    reachedFraction: 1,
    t50Seconds: 0.2,
    traceHash: null,
  };
}

function result(changes: Partial<RowResult> = {}): RowResult {
  return {
    row: row(),
    outcome: measured(),
    floor: { cpuSeconds: 3, firsts: 30 },
    loadAverage: 0.5,
    startedAt: '2026-01-02T03:04:05.000Z',
    ...changes,
  };
}

test('bench: totals add phases up, and events are counted against the time of phases that have some', () => {
  assert.deepEqual(totalsOf(measured()), {
    wallSeconds: 28,
    cpuSeconds: 14,
    peakBytes: 8 * 2 ** 20,
    events: 1100,
    eventsPerCpuSecond: 1100 / 12,
  });
  const noEvents = { phases: measured().phases.map((phase) => ({ ...phase, events: 0 })) };
  assert.equal(totalsOf(noEvents).eventsPerCpuSecond, null);
});

test('bench: the floor is held against connecting and running only', () => {
  assert.equal(overFloor(result()), 4);
  assert.equal(overFloor(result({ floor: null })), null);
  assert.equal(overFloor(result({ outcome: { outcome: 'refused', reason: 'no' } })), null);
});

test('bench: the naive way is held against rows of its own size only', () => {
  const naive = result({ row: row({ kind: 'naive', engine: null }), outcome: measured(10) });
  const same = result({ row: row({ kind: 'size' }) });
  const larger = result({ row: row({ kind: 'size', relays: 60 }) });
  const all = [naive, same, larger];
  assert.deepEqual(naiveOver(same, all), { cpu: 10, networkCpu: 10, memory: 10, wall: 10 });
  assert.equal(naiveOver(larger, all), null);
  assert.equal(naiveOver(result(), all), null, 'a row of another duration');
  const failed = { ...naive, outcome: { outcome: 'failed', reason: 'killed' } as const };
  assert.equal(naiveOver(same, [failed, same]), null);
});

test('bench: a phase is charged with what was spent until the next one began', () => {
  const costs = [
    { wallMs: 1000, cpuMs: 800, peakBytes: 100 },
    { wallMs: 3000, cpuMs: 3800, peakBytes: 300 },
    { wallMs: 3500, cpuMs: 4000, peakBytes: 400 },
  ];
  const log = new PhaseLog(() => costs.shift()!);
  log.enter('connect', 0);
  log.enter('report', 70);
  assert.deepEqual(log.costs(), [
    { phase: 'start', wallSeconds: 1, cpuSeconds: 0.8, peakBytes: 100, events: 0 },
    { phase: 'connect', wallSeconds: 2, cpuSeconds: 3, peakBytes: 300, events: 70 },
    { phase: 'report', wallSeconds: 0.5, cpuSeconds: 0.2, peakBytes: 400, events: 0 },
  ]);
});

test('bench: tables have the order in which rows are planned', () => {
  for (const axes of [FULL, { ...FULL, naive: [50, 200] }]) {
    const planned = planRows(axes);
    const key = (each: Row): string => JSON.stringify(each);
    const sorted = [...planned].reverse().sort(byPlan);
    assert.equal(new Set(planned.map(key)).size, planned.length, 'no row twice');
    assert.deepEqual(sorted.map(key), planned.map(key));
  }
});

test('bench: every row of the full campaign is a scenario, or is refused with place and cure', () => {
  const refused = new Map<string, number>();
  for (const each of planRows(FULL)) {
    if (each.kind === 'naive') continue;
    const name = `${each.engine} ${each.condition}`;
    try {
      const { scenario } = rowScenario(each, null);
      assert.equal(scenario.network.relays, each.relays);
      assert.equal(scenario.durationSeconds, each.durationSeconds);
      assert.equal(scenario.updates.length, each.messages);
    } catch (error) {
      assert(error instanceof ScenarioError, `${name}: ${error}`);
      assert(
        error.problems.every(({ path, hint }) => path !== '' && hint !== null),
        String(error),
      );
      refused.set(name, (refused.get(name) ?? 0) + 1);
    }
  }
  const names = [...refused.keys()];
  assert(!names.some((name) => name.startsWith('gossipsub')), 'gossipsub does all of them');
  for (const name of [
    'model clients',
    'model sybils',
    'libp2p churn',
    'libp2p sybils',
    'wire calm',
    'wire churn',
  ]) {
    assert(names.includes(name), `${name} is refused`);
  }
  assert(!names.includes('model calm') && !names.includes('model churn') && !names.includes('libp2p calm'));
});

test('bench: tables have every column, and rows without figures say why', () => {
  const results = [
    result(),
    result({ row: row({ kind: 'naive', engine: null }), outcome: measured(10), floor: null }),
    result({ row: row({ kind: 'size' }) }),
    result({
      row: row({ engine: 'model', condition: 'clients' }),
      outcome: { outcome: 'refused', reason: 'none of 30' },
    }),
    result({
      row: row({ engine: 'model', condition: 'clients', relays: 60 }),
      outcome: { outcome: 'refused', reason: 'none of 60' },
    }),
  ];
  const campaign = { machine: MACHINE, threads: null, results };
  const lines = formatMarkdown(campaign).split('\n');
  const starting = (text: string) => lines.filter((line) => line.startsWith(text));
  assert.match(lines[0]!, /2026-01-02.*Node 20\.0\.0.*load average when rows began was 0\.5 to 0\.5\.$/);
  assert.deepEqual(starting('| gossipsub: 30 relays, 1 message |'), [
    '| gossipsub: 30 relays, 1 message | 28.0 | 14.0 | 8.00 | 1,100 | 91.7 | 50.0 | 4.00 x | 1 | 100 % | 0.5 |',
    '| gossipsub: 30 relays, 1 message | 4.00 / 2.00 / 2.00 | – | – | – | 8.00 / 4.00 / 4.00 / 25.0 | 16.0 / 8.00 / 8.00 / 125 | – |',
  ]);
  assert.equal(
    starting('| gossipsub: 30 relays, 1 message, 600 s').at(-1),
    '| gossipsub: 30 relays, 1 message, 600 s | 28.0 | 14.0 | 8.00 | 10.0 x | 10.0 x | 10.0 x | 10.0 x | 0.20 | 100 % | 0.5 |',
  );
  assert.deepEqual(starting('| model, clients'), ['| model, clients: 30, 60 relays | refused: none of 30 |']);
  for (const table of ['| row | wall s', '| row | start', '| row | why'])
    assert.notEqual(starting(table).length, 0);

  const csv = formatCsv(campaign).trimEnd().split('\n');
  assert.equal(csv.length, 1 + 3 * 3);
  assert.equal(csv[3], 'run,gossipsub,30,1,calm,600,run,16.0000,8.0000,8388608,1000,0.5');
  const { rows } = JSON.parse(formatJson(campaign));
  assert.deepEqual(
    rows.map((each: { overFloor?: number }) => each.overFloor),
    [4, null, 4, undefined, undefined],
  );
  assert.equal(rows[2].naiveOver.cpu, 10);
  assert.match(rows[0].command, /^npm run simulate -- scenarios\/tor7500\.yaml --set network\.relays=30 /);
});

test('bench: a campaign goes on with what has been measured, on the same machine only', async () => {
  const before = [
    result({ row: row({ engine: 'model', relays: 20, condition: 'sybils' }) }),
    result({ row: row({ relays: 60 }) }),
  ];
  const json = formatJson({ machine: MACHINE, threads: null, results: before });
  const earlier = earlierResults(json, { ...MACHINE, date: '2026-01-03' }, null);
  assert.deepEqual(earlier, before);
  assert.throws(() => earlierResults(json, { ...MACHINE, node: '24.0.0' }, null), /--resume/);
  assert.throws(() => earlierResults(json, MACHINE, 1), /--resume/);

  const results = await runRows([row({ engine: 'model', condition: 'clients' }), before[0]!.row], {
    threads: null,
    long: false,
    earlier,
    onRow: () => {},
  });
  const [sybils, larger] = before;
  assert.deepEqual(
    [results[0], results[1]],
    [larger, sybils],
    'kept, though the engine would refuse the second',
  );
  assert.deepEqual([results.length, results[2]!.outcome.outcome], [3, 'refused']);
});

test('bench: a row that failed tells its error, and nothing of where it ran', () => {
  const stderr = [
    'file:///home/me/relaywave/bench/x.ts:3',
    "Error: cannot open '/home/me/relaywave/data/a.json': no such file",
    '    at open (/home/me/relaywave/bench/x.ts:3:9)',
    'Node.js v20.0.0',
  ].join('\n');
  assert.equal(lastWords(stderr), "Error: cannot open 'a.json': no such file");
  assert.equal(lastWords('Killed\n'), 'Killed');
  assert.equal(lastWords(''), 'without a word');
});

test('bench: what is asked for is read', () => {
  const narrowed = readAsk(['--engines', 'wire,model', '--relays', '20', '--threads', '1']);
  assert.deepEqual(narrowed.axes.engines, ['model', 'wire'], 'in their own order');
  assert.deepEqual([narrowed.axes.relays, narrowed.axes.naive, narrowed.threads], [[20], [], 1]);
  const quick = readAsk(['--quick', '--naive', '60']);
  assert.deepEqual(quick.axes.naive, [60]);
});

test('bench: a tiny campaign measures what runs, tells what is refused, and leaves out what is long', async () => {
  const rows = [
    row(),
    row({ engine: 'model', messages: 2 }),
    row({ engine: 'model', condition: 'sybils' }),
    row({ engine: 'libp2p', isLong: true }),
  ];
  const seen: RowResult[] = [];
  const results = await runRows(rows, { threads: 1, long: false, onRow: (each) => seen.push(each) });
  assert.deepEqual(new Set(seen), new Set(results));
  assert.deepEqual(
    results.map(({ outcome }) => outcome.outcome),
    ['measured', 'measured', 'refused', 'not run'],
  );
  for (const [index, each] of results.slice(0, 2).entries()) {
    const { phases, carried, reachedFraction } = each.outcome as Measured;
    assert.deepEqual(
      phases.map(({ phase }) => phase),
      ['start', 'prepare', 'import', 'build', 'connect', 'run', 'report'],
    );
    for (const { phase, cpuSeconds, wallSeconds } of phases)
      assert(cpuSeconds >= 0 && wallSeconds >= 0, `${phase} takes no less than nothing`);
    assert(phases.every(({ phase, events }) => events > 0 === (phase === 'connect' || phase === 'run')));
    assert(totalsOf(each.outcome as Measured).peakBytes > 50e6);
    assert.equal(reachedFraction, 1);
    assert(carried.messageRpcs >= 29 * (index + 1) && carried.otherFrames > 0 && carried.rpcBytes > 20_000);
    assert.equal(each.floor!.firsts, Math.min(30 * (index + 1), carried.messageRpcs));
    assert(overFloor(each)! > 0);
  }
  const { reason } = results[2]!.outcome as { reason: string };
  assert.match(reason, /^adversary: the engine model has no adversary \(engine: gossipsub can\)$/);
});
