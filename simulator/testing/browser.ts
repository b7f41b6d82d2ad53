/**
 * A headless browser for tests of pages, where the machine has one.
 *
 * CI installs Chromium; on a machine without it these tests are skipped and say so. RELAYWAVE_CHROMIUM names one that
 * stands elsewhere.
 */

import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  process.env.RELAYWAVE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** It asks for nothing by itself. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const chromiumPath = PLACES.find((path) => path !== undefined && existsSync(path));

/** Starts the browser; null, and the test is skipped, where there is none. Close it when done. */
export async function browserFor(test: TestContext): Promise<Browser | null> {
  if (chromiumPath === undefined) {
    test.skip('no Chromium on this machine: install it, or name one in RELAYWAVE_CHROMIUM');
    return null;
  }
  const browser = await chromium.launch({ executablePath: chromiumPath, args: QUIET });
  test.after(() => browser.close());
  return browser;
}
