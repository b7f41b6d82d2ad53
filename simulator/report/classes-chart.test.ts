import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { madeRun } from '../testing/made-run.ts';
import { testClass, testOperators } from '../testing/test-operators.ts';
import { testLiveArm } from '../testing/test-scenario.ts';
import { chartData } from './chart-data.ts';
import { drawClasses, hasClasses } from './classes-chart.ts';
import { classes } from './classes-table.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { drawFigure1 } from './figure1.ts';

/** Of 200 relays every fourth is slow, and every fifth has no runtime; slow ones take a day each. */
function withOperators(): RunOutcome {
  const run = madeRun({ relays: 200 });
  const [live, manual] = run.arms;
  const relays = Array.from({ length: 200 }, (_unused, relay) => relay);
  const operators = {
    classes: [testClass('quick <&', 0.75), testClass('slow', 0.25)],
    classOf: Uint8Array.from(relays, (relay) => (relay % 4 === 0 ? 1 : 0)),
    embeds: Uint8Array.from(relays, (relay) => (relay % 5 === 0 ? 0 : 1)),
  };
  const [update] = live!.updates;
  const activated = update!.stages.activated.map((seconds, relay) =>
    relay % 4 === 0 ? 86_400 * (1 + relay) : seconds,
  );
  const updates = [{ ...update!, stages: { ...update!.stages, activated } }];
  const plan = testOperators({ classes: operators.classes });
  const arm = { ...testLiveArm('live'), operators: plan, untilDays: 300 };
  return {
    ...run,
    scenario: { ...run.scenario, arms: [arm, manual!.arm] },
    arms: [{ ...live!, arm, updates, operators, horizonSeconds: 300 * 86_400 }, manual!],
  };
}

function dataOf(outcome: RunOutcome) {
  return chartData(outcome, summarize(outcome, []), []);
}

test('classes: the chart has a line for each class and for relays without a runtime, and says how many', async () => {
  const svg = drawClasses(await openDrawingBoard(), dataOf(withOperators()));
  for (const text of ['quick &lt;&amp; (150)', 'slow (50)', 'no runtime (40)']) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  assert.equal([...svg.matchAll(/aria-label="line"/g)].length, 3);
  assert.ok(!svg.includes('NaN'));
});

test('classes: there is no chart and no section where no arm has operators', () => {
  const plain = madeRun({ relays: 20 });
  assert.equal(hasClasses(dataOf(plain)), false);
  assert.equal(classes(summarize(plain, [])).markup, '');
  assert.equal(hasClasses(dataOf(withOperators())), true);
});

test('classes: the section of the page has a row for each class of each arm', () => {
  const { markup } = classes(summarize(withOperators(), []));
  assert.equal([...markup.matchAll(/<tr>/g)].length, 1 + 3);
  assert.ok(markup.includes('quick &lt;&amp;') && markup.includes('no runtime'));
});

test('figure 1: a live arm in which people decide is drawn step by step over days, not as an upright line', async () => {
  const board = await openDrawingBoard();
  const paths = (outcome: RunOutcome): string[] =>
    [
      ...drawFigure1(board, dataOf(outcome)).matchAll(
        /aria-description="live arm, by relay count"[^>]*><path[^>]* d="([^"]*)"/g,
      ),
    ].map((match) => match[1] as string);
  const [plain] = paths(madeRun({ relays: 200 }));
  const [decided] = paths(withOperators());
  assert.equal(plain!.split('L').length, 2);
  assert.ok(decided!.split(/[HVL]/).length > 40, `${decided!.length} characters`);
});
