import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { testFault } from '../testing/fault-runs.ts';
import { madeRun } from '../testing/made-run.ts';
import { chartData } from './chart-data.ts';
import { CHARTS } from './charts.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { faultSection, recoveryInWords } from './fault-table.ts';
import { drawFaults } from './faults-chart.ts';
import { renderTerminalReport } from './terminal.ts';

/** A made run in which the first half of the relays was cut off until two minutes after the start. */
function cutOff(): RunOutcome {
  const run = madeRun({ relays: 40 });
  const plan = testFault({ kind: 'partition', fromSeconds: 50, forSeconds: 70 });
  const hits = Uint8Array.from({ length: 40 }, (_unused, relay) => (relay < 20 ? 1 : 0));
  const arms = run.arms.map((arm) => {
    if (arm.arm.kind === 'manual') return arm;
    const updates = arm.updates.map((update) => ({
      ...update,
      gained: update.stages.activated.map((seconds, relay) => (relay < 20 ? 63 + relay / 100 : seconds)),
    }));
    return { ...arm, updates, faults: [{ plan, effects: 7, hits }] };
  });
  return { ...run, scenario: { ...run.scenario, faults: [plan] }, arms };
}

test('faults: summary, page and terminal tell what happened and how long recovery took', () => {
  const summary = summarize(cutOff(), []);
  const [fault] = summary.arms.live!.faults!;
  assert.equal(fault?.effects, 7);
  assert.equal(fault?.recoverySeconds, 3.19);
  assert.equal(summary.arms.manual!.faults, undefined);
  assert.match(faultSection(summary).markup, /partition.*recovered 3\.19 s after its end/s);
  const facts = { threads: 1, wallMs: 1, cpuMs: 1, phasesWallMs: {}, peakMemoryBytes: 1 };
  const text = renderTerminalReport(summary, { ...facts, directory: 'here', colour: false, width: 100 });
  assert.match(
    text,
    /live: partition of 20 relays from 50 s to 2 min: recovered 3\.19 s after its end \(7 effects\)/,
  );
  assert.equal(recoveryInWords({ ...fault!, effects: 0 }), 'came to nothing');
  assert.equal(recoveryInWords({ ...fault!, recoverySeconds: null }), 'never recovered');
});

test('faults: a run without them has no such key, section or chart', () => {
  const run = madeRun({ relays: 40 });
  const summary = summarize(run, []);
  assert.equal('faults' in summary.arms.live!, false);
  assert.equal(faultSection(summary).markup, '');
  const drawn = CHARTS.filter(({ isDrawn }) => isDrawn(chartData(run, summary, [])));
  assert.equal(
    drawn.some(({ name }) => name === 'faults'),
    false,
  );
});

test('faults: the chart shades the span and says beside the line how long recovery took', async () => {
  const run = cutOff();
  const svg = drawFaults(await openDrawingBoard(), chartData(run, summarize(run, []), []));
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);
  assert(texts.includes('partition, 70 s'), texts.join('|'));
  assert(texts.includes('partition: 3.19 s'), texts.join('|'));
  assert.match(svg, /fill="#c0392b"/);
});
