/** The page in a real browser, with real runs: from the list to a run that is started, watched and stopped. */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { browserFor } from '../testing/browser.ts';
import { startView } from './server.ts';

const COMMAND = fileURLToPath(new URL('../cli/relaywave.mjs', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../results/example', import.meta.url));
const SCENARIOS = fileURLToPath(new URL('../../scenarios', import.meta.url));
/** A run takes seconds; a machine that is busy takes longer. */
const RUN_WALL_MS = 60_000;

test('view: the page in Chromium', async (t) => {
  const browser = await browserFor(t);
  if (browser === null) return;
  const home = mkdtempSync(join(tmpdir(), 'relaywave-view-page-'));
  const scenarios = join(home, 'scenarios');
  mkdirSync(scenarios);
  for (const file of ['quick.yaml', 'degree.yaml']) cpSync(join(SCENARIOS, file), join(scenarios, file));
  for (const name of ['one', 'other'])
    cpSync(EXAMPLE, join(home, 'results', name, 'seed-1'), { recursive: true });
  const server = await startView({ home, scenariosFolder: scenarios, commandFile: COMMAND, port: 0 });
  t.after(async () => {
    await server.close();
    rmSync(home, { recursive: true });
  });

  /** What went wrong in any page, or was asked of another host. */
  const complaints: string[] = [];
  const open = async (address: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(server.url) && !/^(data|blob):/.test(url)) complaints.push(`asks ${url}`);
    });
    await page.goto(new URL(address, server.url).href);
    return page;
  };
  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

  await t.test('lists runs, filters and sorts them, by keyboard too', async () => {
    const page = await open('/');
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 2);
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    assert(
      await skip.evaluate((link) => link === (link as unknown as FocusedNode).ownerDocument.activeElement),
    );
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'content');
    await page.getByLabel('Filter').fill('other SEED');
    assert.equal(await rows.count(), 1);
    await page.getByText('1 of 2').waitFor();
    await page.getByLabel('Filter').fill('');
    const sort = page.getByRole('button', { name: 'run', exact: true });
    await sort.focus();
    await page.keyboard.press('Enter');
    assert.match((await rows.first().textContent()) ?? '', /^one\/seed-1/);
    await page.keyboard.press('Enter');
    assert.match((await rows.first().textContent()) ?? '', /^other\/seed-1/);
    assert.equal(await page.locator('th.id').getAttribute('aria-sort'), 'descending');
  });

  await t.test(
    'opens a run with its answer and its curves, goes back, and opens its report in a sandbox',
    async () => {
      const page = await open('/');
      await page.getByRole('link', { name: 'one/seed-1' }).click();
      await page.locator('.answer').waitFor();
      assert.equal(await heading(page), 'quick');
      assert.match((await page.locator('.answer').textContent()) ?? '', /half after 0\.\d+ s/);
      await page.locator('.curve-plot canvas').waitFor();
      const legend = await page.locator('.curve-name').allTextContents();
      assert.deepEqual(legend, ['live', 'manual', 'tor-2016-17 (observed)', 'tor-2025-26 (observed)']);
      await page.goBack();
      assert.equal(await heading(page), 'Runs');
      await page.goForward();
      await page.getByRole('link', { name: 'Full report' }).click();
      await page.getByText('How long until 500 relays').first().waitFor();
      assert.equal(await page.evaluate('self.origin'), 'null', 'a report has an origin of its own');
      const isRefused = await page.evaluate(`fetch('${server.url}api/runs').then(() => false, () => true)`);
      assert(isRefused, 'a report cannot ask the server');
      complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('/api/runs')));
    },
  );

  await t.test('compares two runs: curves over each other, and a table of differences', async () => {
    const page = await open('/');
    for (const id of ['one/seed-1', 'other/seed-1']) await page.getByLabel(`compare ${id}`).check();
    await page.getByRole('link', { name: 'Compare 2 runs' }).click();
    await page.locator('.curve-plot canvas').waitFor();
    const legend = await page.locator('.curve-name').allTextContents();
    assert.deepEqual(legend, [
      'one/seed-1: live',
      'one/seed-1: manual',
      'other/seed-1: live',
      'other/seed-1: manual',
    ]);
    await page.getByText('Too few for a verdict').waitFor();
    const verdicts = await page.locator('tbody td:last-child').allTextContents();
    assert(verdicts.length > 5 && verdicts.every((verdict) => verdict === 'the same'));
  });

  await t.test(
    'shows a mistake at its line while it is written, leads there, and saves what was mended',
    async () => {
      const page = await open('/#/new?file=quick.yaml');
      const start = page.getByRole('button', { name: 'Start' });
      const line = page.locator('.cm-line', { hasText: 'degree: 14' });
      await page.getByText('500 relays for 2 min').waitFor();
      await line.click();
      await page.keyboard.press('End');
      await page.keyboard.press('Backspace');
      await page.keyboard.type('x');
      const problem = page.locator('button.problem');
      await problem.waitFor();
      assert.match((await problem.textContent()) ?? '', /^23:11 network\.degree/);
      assert(await start.isDisabled());
      await page.locator('.cm-lint-marker-error').waitFor();
      assert.equal(await page.locator('.cm-lintRange-error').textContent(), '1x');
      await page.locator('.cm-line').first().click();
      await problem.click();
      assert.match(
        await page.evaluate(`getSelection().anchorNode.parentElement.closest('.cm-line').textContent`),
        /degree: 1x/,
      );
      await page.keyboard.press('End');
      await page.keyboard.press('Backspace');
      await page.keyboard.type('2');
      await problem.waitFor({ state: 'detached' });
      await page.getByLabel('scenarios/').fill('mine.yaml');
      await page.getByRole('button', { name: 'Save as a new file' }).click();
      await page.waitForURL(/file=mine\.yaml/);
      assert.match(readFileSync(join(scenarios, 'mine.yaml'), 'utf8'), /degree: 12\n/);
      assert.match(readFileSync(join(scenarios, 'quick.yaml'), 'utf8'), /degree: 14\n/);
    },
  );

  await t.test('starts a run from the form, shows it live to its end, and opens its results', async () => {
    const page = await open('/#/new?file=quick.yaml');
    await page.getByLabel('network.relays').fill('-3');
    await page.getByText('--set network.relays=-3').waitFor();
    await page.getByLabel('network.relays').fill('40');
    await page.getByLabel('seed', { exact: true }).fill('5');
    await page.getByText('40 relays for 2 min').waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/#\/live/);
    assert.equal(
      await page.locator('.kicker').textContent(),
      'npm run simulate -- scenarios/quick.yaml --seed=5 --set=network.relays=40',
    );
    // Another reader who comes later sees the same.
    const late = await open(page.url());
    for (const reader of [page, late]) {
      await reader.getByRole('link', { name: 'Open the results' }).waitFor({ timeout: RUN_WALL_MS });
      const cells = await reader.locator('tbody tr', { hasText: 'live' }).locator('td').allTextContents();
      assert.deepEqual(cells.slice(0, 3), ['40', '40 (100 %)', '40']);
      await reader.locator('.curve-plot canvas').waitFor();
      assert.equal(await reader.locator('.live-map canvas').count(), 2);
      assert.equal(await reader.locator('progress').getAttribute('value'), '1');
    }
    await page.getByRole('link', { name: 'Open the results' }).click();
    await page.locator('.question').waitFor();
    assert.equal(await page.locator('.kicker').textContent(), 'run, quick/seed-5');
  });

  await t.test(
    'stops a run, which leaves nothing behind, and tells who starts one where results are',
    async () => {
      const page = await open('/#/new?file=quick.yaml');
      await page.getByLabel('duration', { exact: true }).fill('100h');
      await page.getByLabel('seed', { exact: true }).fill('6');
      await page.getByText('for 100 h').or(page.getByText('for 4.17 days')).waitFor();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.locator('.progress', { hasText: 'virtual time' }).waitFor({ timeout: RUN_WALL_MS });
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('It was stopped; nothing was written.').waitFor();
      assert(!existsSync(join(home, 'results', 'quick', 'seed-6')));
      await page.goto(new URL('/#/new?file=quick.yaml', server.url).href);
      await page.getByLabel('seed', { exact: true }).fill('5');
      await page.getByText('seed 5').waitFor();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText('There are results of this scenario and seed').waitFor({ timeout: RUN_WALL_MS });
    },
  );

  await t.test('fits a phone, follows a dark system, and asks no other host', async () => {
    const backgrounds = new Set<string>();
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true };
    for (const hash of ['/', '/#/new', '/#/run?id=one/seed-1', '/#/compare?id=one/seed-1&id=other/seed-1']) {
      const page = await open(hash, phone);
      await page.locator('table, .editor').first().waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const overhang = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.equal(overhang, 0, `${hash} is wider than the phone`);
        backgrounds.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      }
      await page.context().close();
    }
    assert.equal(backgrounds.size, 2);
    assert.deepEqual(complaints, []);
  });
});

/** An element as the functions see it that run in the browser; this file is compiled without its types. */
interface FocusedNode {
  readonly ownerDocument: { readonly activeElement: unknown };
}
