/** The report page in a real browser, opened from disk as a reader opens it. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { historicalBaseline } from '../baseline/historical.ts';
import type { Summary } from '../measure/summary.ts';
import { browserFor } from '../testing/browser.ts';
import { madeRun } from '../testing/made-run.ts';
import { readRun } from './read-run.ts';
import { writeResults } from './write-results.ts';
import { writeRuns } from './write-runs.ts';

const RELAYS = 1500;
const historical = [historicalBaseline('tor-2016-17'), historicalBaseline('tor-2025-26')];
const root = await mkdtemp(join(tmpdir(), 'relaywave-page-'));
after(() => rm(root, { recursive: true, force: true }));

async function written(seed: number): Promise<{ directory: string; summary: Summary }> {
  const directory = join(root, `seed-${seed}`);
  const run = { outcome: madeRun({ relays: RELAYS, seed }), threads: 1, warnings: [], phasesWallMs: {} };
  const context = { historical, resolvedScenario: `name: made\nseed: ${seed}\n`, startedAtWallMs: 0 };
  return writeResults({ directory, force: true }, run, context);
}

const first = await written(1);

/** Opens a report; whatever goes wrong in it, or is asked of a network, ends up in `complaints`. */
async function opened(
  t: TestContext,
  directory: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] } | null> {
  const browser = await browserFor(t);
  if (browser === null) return null;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  const url = pathToFileURL(join(directory, 'report.html')).href;
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`asks ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

interface Plot {
  readonly plot: Locator;
  readonly widthPx: number;
  /** Moves the pointer so many pixels into the plot; the moment there and what the legend says of a line. */
  readonly read: (xPx: number, name: string) => Promise<{ seconds: number; value: string }>;
}

/** A canvas as the functions see it that run in the browser; this file is compiled without its types. */
interface DrawnCanvas {
  readonly width: number;
  readonly height: number;
  toDataURL(): string;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

/** Lets the page come to rest: components draw in the frame after a change. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(done)))))',
  );
}

/** What a canvas shows, to be compared. */
async function pictureOf(canvas: Locator): Promise<string> {
  await settled(canvas.page());
  return canvas.evaluate((element) => (element as unknown as DrawnCanvas).toDataURL());
}

async function plotOf(page: Page, figure: string, panel = 0): Promise<Plot> {
  const chart = page.locator(`#${figure} .curve-chart`).nth(panel);
  const plot = chart.locator('.curve-plot');
  await plot.scrollIntoViewIfNeeded();
  const box = (await chart.locator('.u-over').boundingBox())!;
  const read: Plot['read'] = async (xPx, name) => {
    await page.mouse.move(box.x + xPx, box.y + box.height / 2);
    const seconds = Number(await plot.getAttribute('aria-valuenow'));
    const legend = chart.getByRole('button', { name: new RegExp(`^${name}\\b(?! by)`) });
    return { seconds, value: (await legend.locator('.curve-value').textContent()) ?? '' };
  };
  return { plot, widthPx: box.width, read };
}

/** Past the end of a line nothing is read off; it has been through all of its values then. */
function percent(value: string): number {
  if (value === '–') return 100;
  return value === 'over 99.9 %' ? 99.9 : value === 'under 0.1 %' ? 0.1 : Number.parseFloat(value);
}

/** The moments of the last pixel at which a line is below half, and of the first at which it is not. */
async function halfBetween({ widthPx, read }: Plot, name: string): Promise<[number, number]> {
  let [low, high] = [1, Math.floor(widthPx) - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (percent((await read(middle, name)).value) >= 50) high = middle;
    else low = middle;
  }
  return [(await read(low, name)).seconds, (await read(high, name)).seconds];
}

function assertBetween([low, high]: readonly [number, number], seconds: number, what: string): void {
  assert.ok(low <= seconds && seconds <= high, `${what}: ${seconds} s is not from ${low} to ${high} s`);
}

test('report page: opens from disk, says nothing wrong and asks for nothing', async (t) => {
  const shown = await opened(t, first.directory);
  if (shown === null) return;
  const { page, complaints } = shown;
  await page.locator('#replay .play').waitFor();
  assert.equal(await page.locator('.live').count(), 3, 'figure 1, live and manual, stages');
  assert.deepEqual(complaints, []);
  // What a script adds later is refused: the policy names one script.
  await page.evaluate(
    "(() => { const s = document.createElement('script'); s.textContent = 'window.foreign = 1'; document.body.append(s); })()",
  );
  assert.equal(await page.evaluate('window.foreign'), undefined);
  assert.match(complaints.join(), /Content Security Policy/);
});

test('report page: what is read off a curve is what summary.json says', async (t) => {
  const shown = await opened(t, first.directory);
  if (shown === null) return;
  const { page } = shown;
  const live = first.summary.arms.live!;
  const seconds = await plotOf(page, 'figure1');
  assertBetween(await halfBetween(seconds, 'live'), live.t50Seconds!, 'live, linear');
  const days = await plotOf(page, 'live-vs-manual');
  const byHand = first.summary.arms.manual!.t50Seconds!;
  assertBetween(await halfBetween(days, 'manual'), byHand, 'manual, logarithmic');
  assertBetween(await halfBetween(days, 'live'), live.t50Seconds!, 'live, logarithmic');

  const figure = page.locator('#figure1');
  await figure.getByRole('button', { name: 'consensus weight' }).click();
  await figure.getByRole('button', { name: 'relay count' }).click();
  const byWeight = await halfBetween(await plotOf(page, 'figure1'), 'live by weight');
  assertBetween(byWeight, live.byConsensusWeight.t50Seconds!, 'live by weight');
});

test('report page: lines are switched, axes changed, and keys read', async (t) => {
  const shown = await opened(t, first.directory);
  if (shown === null) return;
  const { page, complaints } = shown;
  const figure = page.locator('#figure1');
  const canvas = figure.locator('canvas').first();
  const picture = () => pictureOf(canvas);
  const before = await picture();
  const live = figure
    .locator('.curve-chart')
    .first()
    .getByRole('button', { name: /^live\b/ });
  await live.click();
  assert.equal(await live.getAttribute('aria-pressed'), 'false');
  assert.ok((await picture()) !== before, 'the line has gone');
  await live.click();
  assert.ok((await picture()) === before, 'the line is back');

  const { plot, read, widthPx } = await plotOf(page, 'figure1');
  const linear = await read(widthPx / 2, 'live');
  await figure.locator('.panel').first().getByRole('button', { name: 'log', exact: true }).click();
  const log = await read(widthPx / 2, 'live');
  assert.ok(log.seconds < linear.seconds / 1.5, `${log.seconds} s beside ${linear.seconds} s`);

  // Dragging zooms in, a double click zooms out again.
  const box = (await figure.locator('.u-over').first().boundingBox())!;
  const [left, right] = [await read(widthPx * 0.4, 'live'), await read(widthPx * 0.6, 'live')];
  await page.mouse.move(box.x + widthPx * 0.4, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + widthPx * 0.6, box.y + 60, { steps: 4 });
  await page.mouse.up();
  const zoomed = await read(widthPx - 2, 'live');
  assertBetween([left.seconds, right.seconds * 1.02], zoomed.seconds, 'the right edge');
  await page.mouse.dblclick(box.x + widthPx / 2, box.y + 50);
  assert.ok((await read(widthPx - 2, 'live')).seconds > right.seconds * 1.1);

  await figure.getByRole('button', { name: 'heard' }).click();
  assert.equal(await figure.getByRole('button', { name: /^live, heard/ }).count(), 2, 'in both panels');

  await plot.focus();
  await page.keyboard.press('Home');
  const start = Number(await plot.getAttribute('aria-valuenow'));
  await page.keyboard.press('Shift+ArrowRight');
  assert.ok(Number(await plot.getAttribute('aria-valuenow')) > start);
  assert.match((await plot.getAttribute('aria-valuetext')) ?? '', /live .*%/);
  assert.deepEqual(complaints, []);
});

test('report page: the replay shows the moment of its slider, and plays', async (t) => {
  const shown = await opened(t, first.directory);
  if (shown === null) return;
  const { page, complaints } = shown;
  const replay = page.locator('#replay');
  const slider = replay.getByRole('slider', { name: 'moment' });
  const count = async () => {
    const words = (await slider.getAttribute('aria-valuetext')) ?? '';
    return Number(/, ([\d,]+) of 1,500 relays/.exec(words)?.[1]?.replaceAll(',', '') ?? Number.NaN);
  };
  /** Pixels of the dots' canvas that are nearer to the colour of running relays than to any other. */
  const bluePixels = () =>
    replay
      .locator('.world-map canvas')
      .nth(1)
      .evaluate((element) => {
        const canvas = element as unknown as DrawnCanvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let blue = 0;
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3]! > 200 && data[at]! < 30 && data[at + 2]! > 150) blue++;
        }
        return blue;
      });
  await slider.fill('0');
  assert.ok((await count()) < RELAYS * 0.02);
  const early = await bluePixels();
  await slider.fill('2000');
  const { reachedFraction } = first.summary.arms.live!;
  assert.equal(await count(), Math.round(reachedFraction * RELAYS));
  const late = await bluePixels();
  assert.ok(late > early * 5 + 500, `${early} and then ${late} pixels`);
  await slider.fill('0');
  assert.equal(await bluePixels(), early, 'back again, the map is as it was');

  await replay.getByRole('button', { name: 'play' }).click();
  await page.evaluate(`new Promise((done) => {
    const slider = document.querySelector('#replay input');
    const look = () => (Number(slider.value) > 100 ? done() : requestAnimationFrame(look));
    look();
  })`);
  await replay.getByRole('button', { name: 'pause' }).click();
  const paused = await slider.inputValue();
  await settled(page);
  assert.equal(await slider.inputValue(), paused);

  await replay.getByRole('button', { name: 'manual' }).first().click();
  await settled(page);
  await slider.fill('2000');
  const byHand = Math.round(first.summary.arms.manual!.reachedFraction * RELAYS);
  assert.equal(await count(), byHand);
  // The browser has advice for the test, which reads the canvas back.
  assert.deepEqual(
    complaints.filter((line) => !line.includes('willReadFrequently')),
    [],
  );
});

test('report page: without JavaScript and in print the static charts are there', async (t) => {
  const shown = await opened(t, first.directory, { javaScriptEnabled: false });
  if (shown === null) return;
  const { page, complaints } = shown;
  for (const name of ['figure1', 'live-vs-manual', 'stages', 'latency']) {
    assert.ok(await page.locator(`#${name} > svg`).isVisible(), name);
  }
  assert.match(await page.locator('main').innerText(), /Half of 1,500 relays ran the fix/);
  assert.equal(await page.locator('.live').count(), 0);
  assert.deepEqual(complaints, []);

  const scripted = await opened(t, first.directory);
  await scripted!.page.locator('#replay .play').waitFor();
  assert.ok(!(await scripted!.page.locator('#figure1 > svg').isVisible()));
  await scripted!.page.emulateMedia({ media: 'print' });
  assert.ok(await scripted!.page.locator('#figure1 > svg').isVisible());
  assert.ok(!(await scripted!.page.locator('#replay').isVisible()));
});

test('report page: fits a phone, dark as well, and is read with a finger', async (t) => {
  const viewport = { width: 390, height: 844 };
  const shown = await opened(t, first.directory, { viewport, hasTouch: true, colorScheme: 'dark' });
  if (shown === null) return;
  const { page, complaints } = shown;
  assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 390);
  const { plot, widthPx } = await plotOf(page, 'figure1');
  const box = (await page.locator('#figure1 .u-over').first().boundingBox())!;
  await page.touchscreen.tap(box.x + widthPx / 2, box.y + box.height / 2);
  assert.match((await plot.getAttribute('aria-valuetext')) ?? '', /live .*%/);
  const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  assert.equal(paper, 'rgb(22, 25, 29)');
  assert.deepEqual(complaints, []);
});

test('report page: of several runs each seed can be taken away', async (t) => {
  const second = await written(2);
  const runs = await Promise.all([first, second].map(({ directory }) => readRun(directory)));
  const directory = join(root, 'runs');
  const { scenario } = madeRun({ relays: RELAYS });
  await writeRuns({ directory, force: true }, runs, { scenario, historical, command: null });
  const shown = await opened(t, directory);
  if (shown === null) return;
  const { page, complaints } = shown;
  const figure = page.locator('#figure1');
  const picture = () => pictureOf(figure.locator('canvas').first());
  await figure.locator('.seeds summary').click();
  const both = await picture();
  await figure.locator('.seeds').getByRole('button', { name: '2', exact: true }).click();
  assert.match(await figure.locator('.seeds summary').innerText(), /1 of 2/);
  assert.ok((await picture()) !== both, 'its line has gone');
  assert.equal(await page.locator('#replay').count(), 0, 'there is no one run to replay');
  assert.deepEqual(complaints, []);
});
