import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tidyResults } from './old-drafts.ts';

const [OLD, OLD_BUT_NAMED, NEW] = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [
  string,
  string,
  string,
];
const DAY_MS = 24 * 60 * 60 * 1000;

test('drafts: an old one goes when the page starts, unless the command of a run names it', async () => {
  const results = mkdtempSync(join(tmpdir(), 'relaywave-drafts-'));
  try {
    const now = Date.now();
    for (const name of [OLD, OLD_BUT_NAMED, NEW]) {
      const folder = join(results, '.drafts', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'quick.yaml'), 'name: quick');
      const ageMs = name === NEW ? 29 * DAY_MS : 31 * DAY_MS;
      utimesSync(folder, (now - ageMs) / 1000, (now - ageMs) / 1000);
    }
    mkdirSync(join(results, 'quick', 'seed-1'), { recursive: true });
    const command = `npm run simulate -- results/.drafts/${OLD_BUT_NAMED}/quick.yaml`;
    writeFileSync(join(results, 'quick', 'seed-1', 'manifest.json'), JSON.stringify({ command }));
    // A run that was killed while it wrote, by a process that has ended.
    const left = join(results, 'quick', '.seed-2.partial-0a0a0a0a-1');
    mkdirSync(left);
    utimesSync(left, (now - DAY_MS) / 1000, (now - DAY_MS) / 1000);
    await tidyResults(results, now);
    assert.deepEqual(readdirSync(join(results, '.drafts')).sort(), [OLD_BUT_NAMED, NEW]);
    assert.deepEqual(readdirSync(join(results, 'quick')), ['seed-1']);
  } finally {
    rmSync(results, { recursive: true });
  }
});

test('drafts: a results folder without any is left alone', async () => {
  await tidyResults(join(tmpdir(), 'relaywave-is-not-there'), Date.now());
});
