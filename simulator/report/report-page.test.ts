import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { assertionWords, toAssertions } from '../scenario/measure-yaml.ts';
import { MADE_LIVE_ARM, madeRun } from '../testing/made-run.ts';
import { withAttacks, withRemoval } from '../testing/made-trust.ts';
import { testLiveArm } from '../testing/test-scenario.ts';
import { makeManifest } from './manifest.ts';
import { reportPage } from './report-page.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';

function page(
  outcome: RunOutcome,
  more: { resolvedScenario?: string; command?: string; thinned?: string[] } = {},
) {
  const summary = summarize(outcome, []);
  const manifest = makeManifest({
    summary,
    command: more.command ?? null,
    cost: { threads: 1, wallMs: 1234, cpuMs: 2000, phasesWallMs: { run: 1000 }, peakMemoryBytes: 5e8 },
    warnings: [],
    thinnedCurves: more.thinned ?? [],
    sha256: {},
  });
  const charts = { figure1: SVG, 'live-vs-manual': SVG, stages: SVG, latency: SVG };
  const resolvedScenario = more.resolvedScenario ?? 'name: made\n';
  return reportPage({ outcome, summary, manifest, resolvedScenario, charts, script: null });
}

test('page: has the question, the answer, tables, scenario, manifest and how to repeat it', () => {
  const html = page(madeRun({ relays: 40 }), { command: 'npm run simulate -- scenarios/made.yaml' });
  for (const part of [
    'How long until 40 relays run a fix, gossiped and by hand?',
    'Half of 40 relays ran the fix after',
    'vulnerable relay hours',
    'name: made',
    '&quot;traceHash&quot;',
    'npm run simulate -- scenarios/made.yaml',
    'prefers-color-scheme:dark',
    'width=device-width',
  ]) {
    assert.ok(html.includes(part), `"${part}" is missing`);
  }
});

test('page: says what was taken back and what was refused, and nothing of either in an ordinary run', () => {
  const plain = madeRun({ relays: 100 });
  assert.doesNotMatch(page(plain), /taken back|was refused/);
  const removed = withRemoval(plain, { ranShare: 0.5, haltedSeconds: 90, removedSeconds: 92 });
  const html = page(withAttacks(removed));
  for (const part of [
    'Updates that were taken back',
    '1.5 min',
    'below-threshold',
    '18,211',
    'stolen-keys',
  ]) {
    assert.ok(html.includes(part), `"${part}" is missing`);
  }
  assert.match(html, /<th>wrong activations<\/th>/);
});

test('page: several live arms are told in one sentence', () => {
  const arms = [testLiveArm('one'), testLiveArm('two', ['directory']), MADE_LIVE_ARM];
  assert.match(
    page(madeRun({ relays: 100, arms })),
    /in one, after [\d.]+ s in two, after [\d.]+ s in live \(one run\)\./,
  );
});

test('page: asks for nothing from a network and runs no script', () => {
  const html = page(madeRun({ relays: 40 }));
  assert.ok(!/<script|<img|@import|<iframe/i.test(html));
  const addresses = [...html.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]*)/gi)].map(
    (match) => match[1],
  );
  assert.deepEqual(addresses, ['data:,']);
  const hosts = new Set([...html.matchAll(/https?:\/\/[^\s"'<]*/g)].map((match) => match[0]));
  assert.deepEqual([...hosts], ['http://www.w3.org/2000/svg'], 'a namespace, not an address');
});

test('page: every word of a scenario is escaped', () => {
  const evil = '</pre><script>alert("1")</script>';
  const run = madeRun({ relays: 4, arms: [{ ...MADE_LIVE_ARM, name: evil }], modules: [evil] });
  const outcome = { ...run, scenario: { ...run.scenario, name: evil, question: evil } };
  const html = page(outcome, { resolvedScenario: evil, command: evil, thinned: [evil] });
  assert.ok(!html.includes('<script') && !html.includes(evil));
  assert.ok(html.split('&lt;/pre&gt;&lt;script&gt;').length > 8, 'it is all there, as text');
});

test('page: broken invariants stand before the figure', () => {
  const run = madeRun({ relays: 4 });
  const arms = run.arms.map((arm) => ({ ...arm, violations: ['relay 3 activated before it staged'] }));
  const html = page({ ...run, arms });
  const at = html.indexOf('relay 3 activated before it staged');
  assert.ok(at > 0 && at < html.indexOf('id="figure1"'));
  assert.ok(!page(run).includes('Broken invariants'));
});

test('page: says of each assertion whether it holds, and what was found', () => {
  const made = madeRun({ relays: 40 });
  const { arms, measure } = made.scenario;
  const asserting = (...texts: string[]) => {
    const assertions = toAssertions(texts, assertionWords(arms, 1, measure));
    return page({ ...made, scenario: { ...made.scenario, assertions } });
  };
  const html = asserting('live.t50 < 1h', 'manual.t99 < 3d');
  assert.match(html, /What the scenario asserts.*1 of 2 does not hold\./s);
  assert.match(html, /<code>manual.t99 &lt; 3d<\/code>.*was not reached within 510d.*<b>does not hold<\/b>/s);
  assert.match(asserting('live.t50 < 1h'), /All of them hold/);
  assert.doesNotMatch(asserting(), /What the scenario asserts/);
});

test('page: what the scenario expected and what it found, escaped, under its question', () => {
  const run = madeRun({ relays: 40 });
  const scenario = {
    ...run.scenario,
    hypothesis: 'Within <b>seconds</b>.',
    answer: '{relays} & {arms.live.updates.0.module}',
  };
  const wrong = page({ ...run, scenario });
  assert.ok(!wrong.includes('Found:'), 'an answer that names no number is not shown');
  const html = page({ ...run, scenario: { ...scenario, answer: 'All {relays} & more.' } });
  assert.ok(html.includes('<b>Expected: </b>Within &lt;b&gt;seconds&lt;/b&gt;.'), html.slice(0, 3000));
  assert.ok(html.includes('<b>Found: </b>All 40 &amp; more.'));
  assert.ok(!page(run).includes('Found:'));
});

test('page: each table says of how many runs its figures are', () => {
  const html = page(madeRun({ relays: 40, seed: 3 }));
  const tables = html.split('<table>').slice(1);
  assert.ok(tables.length >= 3);
  for (const one of tables) {
    assert.ok(one.startsWith('<caption>Simulated in one run (seed 3): no interval is known.</caption>'));
  }
});

test('page: its policy forbids every request, with a script or without', () => {
  const html = page(madeRun({ relays: 40 }));
  assert.match(
    html,
    /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;none&#39;/,
  );
});
