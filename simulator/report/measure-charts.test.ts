import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { RunOutcome, UpdateOutcome } from '../measure/outcome.ts';
import { summarizeRuns } from '../measure/runs-summary.ts';
import { summarize } from '../measure/summary.ts';
import { restlessRun } from '../testing/made-churn.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { type ChartData, chartData } from './chart-data.ts';
import { CHARTS, type ChartName } from './charts.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { exposure } from './exposure-table.ts';
import { load } from './load-table.ts';
import { survival } from './survival-table.ts';
import { verdicts } from './verdicts-table.ts';
import { versions } from './versions-table.ts';
import { writeResults } from './write-results.ts';

const root = await mkdtemp(join(tmpdir(), 'relaywave-charts-'));
after(() => rm(root, { recursive: true, force: true }));

function dataOf(outcome: RunOutcome): ChartData {
  return chartData(outcome, summarize(outcome, []), []);
}

async function draw(name: ChartName, data: ChartData): Promise<string> {
  const chart = CHARTS.find((one) => one.name === name) ?? assert.fail(name);
  return chart.draw(await openDrawingBoard(), data);
}

function isDrawn(name: ChartName, data: ChartData): boolean {
  return CHARTS.find((one) => one.name === name)?.isDrawn(data) ?? assert.fail(name);
}

/** The texts of a chart, lines of one wrapped text joined by spaces. */
function textOf(svg: string): string {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]).join(' ');
}

/** Updates as relays judged them. */
function judged(...found: readonly UpdateOutcome['verdicts'][]): RunOutcome {
  const run = madeRun({ relays: 10, modules: found.map((_one, index) => `update-${index}`) });
  const arms = run.arms.map((arm) =>
    arm.arm.kind === 'manual'
      ? arm
      : {
          ...arm,
          updates: arm.updates.map((update, index) => ({ ...update, verdicts: found[index] as never })),
        },
  );
  return { ...run, arms };
}

const KEPT = { misbehaves: false, rolledBack: 0, confirmed: 10, kept: 10 };

describe('charts of measures', () => {
  it('survival: a line and a band for each arm under churn, with the relays that left', async () => {
    const data = dataOf(restlessRun());
    const svg = await draw('survival', data);
    const lost = data.summary.arms.manual?.updates[0]?.churn?.survival.lostByDeparture ?? 0;
    assert.ok(lost > 10, `${lost} left`);
    assert.ok(textOf(svg).includes(`${lost} relays left without it`));
    assert.equal(svg.match(/aria-label="area"/g)?.length, 2);
    assert.match(textOf(svg), /Kaplan and Meier.*95 % confidence/);
    assert.equal(isDrawn('survival', data), true);
    assert.equal(isDrawn('survival', dataOf(madeRun({ relays: 4 }))), false);
    assert.match(survival(data.summary).markup, /Survival without the fix/);
  });

  it('versions: several updates have a panel for each arm; one update needs none', async () => {
    const data = dataOf(madeRun({ relays: 40, modules: ['fix', 'fix', 'other'] }));
    const text = textOf(await draw('versions', data));
    assert.match(text, /live \(gossip\) at most \d versions at one moment/);
    assert.match(text, /manual at most \d versions/);
    assert.ok(text.includes('fix#2') && text.includes('core'));
    assert.equal(isDrawn('versions', dataOf(madeRun({ relays: 4 }))), false);
    assert.match(versions(data.summary).markup, /most at once/);
    assert.equal(versions(summarize(madeRun({ relays: 4 }), [])).markup, '');
  });

  it('load: what relays send, receive and get twice, and what all the bytes were for', async () => {
    const data = dataOf(madeRun({ relays: 101, arms: [MADE_LIVE_ARM, MADE_MANUAL_ARM] }));
    const text = textOf(await draw('load', data));
    // Of loads from half the mean of 120,000 bytes to one and a half the median is the mean.
    assert.ok(text.includes('50 %: 117 KiB') && text.includes('most: 176 KiB'), text);
    assert.ok(text.includes('received by gossip') && text.includes('control sent'));
    assert.ok(text.includes('6.25 %'), 'the overhead');
    assert.match(load(data.summary).markup, /117 KiB/);
    const none = dataOf(madeRun({ relays: 4, arms: [MADE_MANUAL_ARM] }));
    assert.equal(isDrawn('load', none), false);
    assert.match(textOf(await draw('load', none)), /no data/);
  });

  it('exposure: three counts with their units; circuits where they are marked', async () => {
    const data = dataOf(madeRun({ relays: 30 }));
    const text = textOf(await draw('exposure', data));
    assert.ok(
      text.includes('Relay hours') && text.includes('Weight hours') && !text.includes('Circuit hours'),
    );
    const { summary } = data;
    const live = summary.arms.live ?? assert.fail();
    const marked = { ...summary, arms: { ...summary.arms, live: { ...live, vulnerableCircuitHours: 12.5 } } };
    assert.ok(textOf(await draw('exposure', { ...data, summary: marked })).includes('12.5 h'));
    assert.match(exposure(marked).markup, /circuit hours/);
  });

  it('exposure and switches: medians over runs have their intervals in words and as a line', async () => {
    const runs = [1, 2, 3, 4, 5, 6].map((seed) => madeRun({ relays: 30, seed }));
    const summary = summarizeRuns(runs.map((run) => summarize(run, [])));
    const svg = await draw('exposure', { ...dataOf(runs[0] as RunOutcome), summary });
    assert.match(textOf(svg), /[\d.,]+ h \([\d.,]+ h to [\d.,]+ h\)/);
    assert.match(svg, /stroke-width="3"/);
    const text = textOf(await draw('switches', { ...dataOf(runs[0] as RunOutcome), summary }));
    assert.match(text, /[\d.]+ % \([\d.]+ % to [\d.]+ %\)/);
    assert.ok(text.includes('swapped without a restart'));
  });

  it('verdicts: drawn where relays were wrong, or had a bad update to judge', async () => {
    assert.equal(isDrawn('verdicts', dataOf(judged(KEPT))), false);
    assert.equal(verdicts(summarize(judged(KEPT), [])).markup, '');
    const data = dataOf(
      judged(
        { misbehaves: false, rolledBack: 2, confirmed: 8, kept: 8 },
        { misbehaves: true, rolledBack: 6, confirmed: 4, kept: 4 },
      ),
    );
    assert.equal(isDrawn('verdicts', data), true);
    const text = textOf(await draw('verdicts', data));
    assert.ok(text.includes('2 took it out (false positives), 8 kept it'), text);
    assert.ok(text.includes('4 kept it (false negatives), 6 took it out'), text);
    assert.match(verdicts(data.summary).markup, /false negatives/);
  });

  it('a chart that was asked for and has nothing to show says so, and why; others are missing', async () => {
    const run = madeRun({ relays: 4 });
    const report = { ...run.scenario.report, png: false };
    const write = async (name: string, charts: readonly ChartName[] | null): Promise<string[]> => {
      const outcome = { ...run, scenario: { ...run.scenario, report: { ...report, charts } } };
      const directory = join(root, name);
      const finished = { outcome, threads: 1, warnings: [], phasesWallMs: {} };
      const context = { historical: [], resolvedScenario: '', startedAtWallMs: 0 };
      await writeResults({ directory, force: false }, finished, context);
      return (await readdir(join(directory, 'charts'))).sort();
    };
    assert.deepEqual(await write('asked', ['figure1', 'survival', 'sybils']), [
      'figure1.svg',
      'survival.svg',
      'sybils.svg',
    ]);
    assert.equal((await write('all', null)).includes('survival.svg'), false);
  });

  it('every chart that may be missing can say why', () => {
    const data = dataOf(madeRun({ relays: 4, arms: [MADE_MANUAL_ARM] }));
    for (const chart of CHARTS) {
      if (chart.isDrawn(data)) continue;
      assert.ok('drawEmpty' in chart, chart.name);
      assert.match(
        textOf(chart.drawEmpty(data)),
        new RegExp(`Chart ${chart.name}: no data \\w+`),
        chart.name,
      );
    }
  });
});
