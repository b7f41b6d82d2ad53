import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../measure/summary.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { answerSentence } from './answer.ts';

function answer(t50Seconds: Record<string, number | null>): string {
  const run = madeRun({ relays: 20, arms: [MADE_LIVE_ARM, MADE_MANUAL_ARM] });
  const summary = summarize(run, []);
  const arms = Object.entries(summary.arms).map(([name, arm]) => {
    return [
      name,
      { ...arm, t50Seconds: t50Seconds[name] ?? null, reachedFraction: 0.25, horizonSeconds: 60 },
    ] as const;
  });
  return answerSentence({ ...summary, arms: Object.fromEntries(arms), ratio: { t25: null, t50: null } });
}

test('answer: an arm that never reached half of the relays says so in a sentence that can be read', () => {
  const [live, manual] = [MADE_LIVE_ARM.name, MADE_MANUAL_ARM.name];
  assert.match(
    answer({}),
    /^Half of 20 relays never ran the fix \(25 % within 60 s\) by gossip, never \(25 % .*\) by hand \(one run\)\.$/,
  );
  assert.match(
    answer({ [live]: 2 }),
    /^Half of 20 relays ran the fix after 2 s by gossip, never \(25 % .*\) by hand \(one run\)\.$/,
  );
  assert.match(
    answer({ [manual]: 2 }),
    /^Half of 20 relays never ran the fix \(25 % .*\) by gossip, after 2 s by hand \(one run\)\.$/,
  );
});

test('answer: it says of how many runs it is', () => {
  const summary = summarize(madeRun({ relays: 20 }), []);
  assert.match(answerSentence(summary), / \(one run\)\.$/);
  assert.match(answerSentence({ ...summary, seeds: [1, 2, 3] }), / \(medians of 3 runs\)\.$/);
});
