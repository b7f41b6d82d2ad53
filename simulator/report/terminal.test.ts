import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historicalBaseline } from '../baseline/historical.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { type Summary, summarize } from '../measure/summary.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { withAttacks, withRemoval } from '../testing/made-trust.ts';
import { testLiveArm } from '../testing/test-scenario.ts';
import { chartData } from './chart-data.ts';
import { renderTerminalReport, speaksUtf8, type TerminalFacts } from './terminal.ts';

const FACTS: TerminalFacts = {
  directory: 'results/made/seed-1',
  wallMs: 12_345,
  cpuMs: 20_000,
  peakMemoryBytes: 650 * 1024 * 1024,
  phasesWallMs: { import: 900, run: 6000 },
  threads: 2,
  colour: false,
  width: 100,
  unicode: true,
};

function summaryOf(outcome: RunOutcome): Summary {
  return summarize(outcome, [historicalBaseline('tor-2016-17')]);
}

test('terminal: a row per arm and era with its five times, by count and by weight', () => {
  const lines = renderTerminalReport(summaryOf(madeRun()), FACTS).split('\n');
  const row = (name: string) => lines.find((line) => line.startsWith(name))?.split(/\s{2,}/);
  assert.match(
    lines.find((line) => line.startsWith('time until')) ?? '',
    /25 %.*50 %.*75 %.*90 %.*99 %.*reached/,
  );
  assert.deepEqual(row('live (gossipsub)')?.slice(1), [
    '0.536 s',
    '0.644 s',
    '0.782 s',
    '0.931 s',
    '1.24 s',
    '100 %',
  ]);
  assert.deepEqual(row('manual (lag)')?.slice(1), ['22.9 days', '153 days', '–', '–', '–', '62.2 %']);
  assert.deepEqual(row('tor-2016-17 (observed)')?.slice(1), ['21.1 days', '131 days', '–', '–', '–', '–']);
  assert.equal(lines.filter((line) => line.startsWith('  by consensus weight')).length, 3);
});

test('terminal: the ratio in words, the report, the cost and the phases', () => {
  const text = renderTerminalReport(summaryOf(madeRun()), FACTS);
  assert.match(text, /^manual is 21,000,000 x slower at t50 \(3,700,000 x slower at t25\)$/m);
  assert.match(text, /^report: results\/made\/seed-1\/report\.html$/m);
  assert.match(text, /^wall time 12\.3 s \(processor 20\.0 s\) on 2 threads, peak memory 650 MiB$/m);
  assert.match(text, /^phases: import 900 ms, run 6\.0 s$/m);
  assert.ok(!text.endsWith('\n'));
});

test('terminal: several arms are named in each ratio; one that never got there has none', () => {
  const arms = [MADE_LIVE_ARM, MADE_MANUAL_ARM, { ...MADE_MANUAL_ARM, name: 'slow' }];
  const text = renderTerminalReport(summaryOf(madeRun({ relays: 200, arms })), FACTS);
  assert.match(text, /^manual is .* x slower than live at t50/m);
  assert.match(text, /^slow is .* x slower than live at t50/m);
  const run = madeRun({ relays: 4 });
  const never = new Float64Array(4).fill(Number.NaN);
  const unreached = run.arms.map((arm) => ({
    ...arm,
    updates: arm.updates.map((update) => ({ ...update, stages: { ...update.stages, activated: never } })),
  }));
  assert.match(renderTerminalReport(summaryOf({ ...run, arms: unreached }), FACTS), /no ratio/);
});

test('terminal: without colour and UTF-8 there is not one byte beyond ASCII and no escape', () => {
  const outcome = madeRun();
  const summary = summaryOf(outcome);
  const { arms: curves } = chartData(outcome, summary, []);
  const text = renderTerminalReport(summary, { ...FACTS, curves, unicode: false });
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.match(text, /\*+ live$/m, 'the plot is drawn in plain characters');
});

test('terminal: colour adds escapes and changes no word', () => {
  const summary = summaryOf(madeRun({ relays: 100 }));
  const plain = renderTerminalReport(summary, FACTS);
  const coloured = renderTerminalReport(summary, { ...FACTS, colour: true });
  assert.notEqual(coloured, plain);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), plain);
});

test('terminal: the plot shows each arm, its name at its end, within the width', () => {
  const outcome = madeRun();
  const summary = summaryOf(outcome);
  const { arms: curves } = chartData(outcome, summary, []);
  for (const width of [60, 80, 120]) {
    const lines = renderTerminalReport(summary, { ...FACTS, curves, width }).split('\n');
    const plot = lines.filter((line) => line.includes('│'));
    assert.equal(plot.length, 8);
    assert.ok(
      plot.every((line) => line.length <= width),
      `within ${width} columns`,
    );
    assert.match(plot[0] ?? '', /^100 % │.*[⠀-⣿] live$/);
    assert.ok(plot.slice(1).some((line) => / manual$/.test(line)));
    assert.match(lines[lines.indexOf(plot[7] ?? '') + 1] ?? '', /100 ms.* s.* min.*7 d/);
  }
});

test('terminal: without curves the plot is drawn from the times of the summary', () => {
  assert.match(renderTerminalReport(summaryOf(madeRun()), FACTS), /│.*[⠀-⣿] live$/m);
});

test('terminal: a name cannot steer the terminal, and a long one keeps the table within the width', () => {
  const evil = { ...MADE_LIVE_ARM, name: `\u001b[2Jx\u0007${'y'.repeat(100)}` };
  const outcome = madeRun({ relays: 100, arms: [evil, MADE_MANUAL_ARM] });
  const { arms: curves } = chartData(outcome, summaryOf(outcome), []);
  const text = renderTerminalReport(summaryOf(outcome), { ...FACTS, curves, width: 80 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f]/);
  const row = text.split('\n').find((line) => line.startsWith('[2Jxyyy')) ?? '';
  assert.match(row, /y\.\.\. /);
  assert.ok(row.length <= 80, `${row.length} columns`);
});

test('terminal: broken invariants are said', () => {
  const run = madeRun({ relays: 4 });
  const arms = run.arms.map((arm) => ({ ...arm, violations: ['one'] }));
  assert.match(renderTerminalReport(summaryOf({ ...run, arms }), FACTS), /2 broken invariants/);
  assert.doesNotMatch(renderTerminalReport(summaryOf(run), FACTS), /invariants/);
});

test('terminal: what was taken back and what was refused are a line each, and no line where there is nothing', () => {
  const plain = madeRun({ relays: 1000, arms: [MADE_LIVE_ARM] });
  assert.doesNotMatch(renderTerminalReport(summaryOf(plain), FACTS), /ever ran|refusals/);
  const removed = withRemoval(plain, { ranShare: 0.009, haltedSeconds: 130, removedSeconds: 131 });
  const text = renderTerminalReport(summaryOf(withAttacks(removed)), FACTS);
  assert.match(
    text,
    /^live, strict-cells: [\d.]+ % of the relays ever ran it, 0 % in the end; halted after 2\.17 min, 99 % gone [\d.]+ s later$/m,
  );
  assert.match(
    text,
    /^live: 15,290 attempts, 50,107 refusals \(malformed 23,914, below-threshold 18,211, rollback 4,210, \.\.\.\), 0 wrong activations$/m,
  );
});

test('terminal: channels are named where the arm does not say them', () => {
  const arms = [testLiveArm('live'), testLiveArm('both', ['gossip', 'catch-up'])];
  const text = renderTerminalReport(summaryOf(madeRun({ relays: 100, arms })), FACTS);
  assert.match(text, /^live \(gossipsub\) /m);
  assert.match(text, /^both \(gossipsub\) /m);
  assert.match(text, /^both travels by gossip\+catch-up$/m);
  assert.doesNotMatch(text, /^live travels/m);
});

test('terminal: UTF-8 is told from the locale, in the order that programs follow', () => {
  assert.equal(speaksUtf8({ LANG: 'en_US.UTF-8' }, 'linux'), true);
  assert.equal(speaksUtf8({ LANG: 'de_DE.utf8' }, 'linux'), true);
  assert.equal(speaksUtf8({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux'), false);
  assert.equal(speaksUtf8({}, 'linux'), false);
  assert.equal(speaksUtf8({}, 'darwin'), true);
  assert.equal(speaksUtf8({ LANG: 'en_US.UTF-8', TERM: 'dumb' }, 'linux'), false);
});

test('terminal: columns are the milestones that the scenario asks for', () => {
  const made = madeRun({ relays: 40 });
  const asking = { ...made, scenario: { ...made.scenario, measure: { milestonePercents: [10, 50, 100] } } };
  const lines = renderTerminalReport(summaryOf(asking), FACTS).split('\n');
  const row = (name: string) =>
    lines
      .find((line) => line.startsWith(name))
      ?.trim()
      .split(/\s{2,}/)
      .slice(1);
  assert.deepEqual(row('time until'), ['10 %', '50 %', '100 %', 'reached']);
  assert.equal(row('live (gossipsub)')?.length, 4);
  // Half of the older era's relays took 131 days; all of them were never seen.
  assert.deepEqual(row('tor-2016-17 (observed)')?.slice(1), ['131 days', '–', '–']);
});

test('terminal: the question and its answer stand above the table, broken to the width', () => {
  const answered = {
    question: 'How long until it runs?',
    hypothesis: 'Soon.',
    answer: `Half after 0.62 s, ${'and so on '.repeat(12)}to the end.\u001b[31m`,
  };
  const lines = renderTerminalReport(summaryOf(madeRun()), { ...FACTS, width: 60, answered }).split('\n');
  const start = lines.indexOf('How long until it runs?');
  assert.equal(start, 2);
  assert.match(lines[3] ?? '', /^Half after 0\.62 s, and so on/);
  assert.match(lines[4] ?? '', /^(and|so|on) /);
  assert.ok(lines.slice(2, 7).every((line) => line.length <= 60));
  assert.ok(!lines.join('').includes('\u001b'));
  assert.doesNotMatch(renderTerminalReport(summaryOf(madeRun()), FACTS), /How long until it runs/);
});

test('terminal: what authorities took out of a manual arm', () => {
  const run = madeRun({ arms: [MADE_LIVE_ARM, MADE_MANUAL_ARM] });
  const arms = run.arms.map((arm, index) => {
    if (index === 0) return arm;
    const updates = arm.updates.map((update) => ({
      ...update,
      rejected: update.stages.activated.map((at) => (at <= 9 * 86_400 ? Number.NaN : 9 * 86_400)),
    }));
    return { ...arm, updates };
  });
  const text = renderTerminalReport(summaryOf({ ...run, arms }), FACTS);
  assert.match(
    text,
    /^manual: [\d,]+ relays \(\d[\d.]* % of consensus weight\) taken out after 9 days, [\d.]+ % of all relays/m,
  );
});
