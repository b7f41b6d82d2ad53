import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingFigures, readFigures } from '../measure/answer-figures.ts';
import { answeredBy, fillAnswer } from './filled-answer.ts';

const SUMMARY = {
  relays: 7500,
  ratio: { t50: 38_812_345 },
  arms: {
    live: {
      channel: 'gossip',
      t50Seconds: 0.1957,
      t99Seconds: null,
      reachedFraction: 0.9984,
      everRanFraction: 0.014,
      trust: { attempts: { replay: 1200, mixed: 57 }, refusals: {} },
      cost: { bytes: 1_503_238_554 },
      law: null,
    },
    manual: { t50Seconds: 7_603_200 },
  },
};

const filled = (template: string) =>
  answeredBy({ question: '?', hypothesis: '', answer: template }, SUMMARY)?.answer;

describe('a filled answer', () => {
  it('writes times, shares, sizes, counts and ratios as people do', () => {
    assert.equal(
      filled('Half after {arms.live.t50Seconds}, by hand {arms.manual.t50Seconds}: {ratio.t50} times.'),
      'Half after 0.196 s, by hand 88 days: 39,000,000 times.',
    );
    assert.equal(
      filled('{relays} {arms.live.cost.bytes} {arms.live.reachedFraction}'),
      '7,500 1.4 GiB 99.8 %',
    );
    assert.equal(filled('{arms.live.trust.attempts.*}, {arms.live.trust.refusals.*}'), '1,257, 0');
  });

  it('computes with two figures, and writes what is below zero with a sign', () => {
    assert.equal(filled('{1 - arms.live.reachedFraction}'), '0.16 %');
    assert.equal(filled('{relays * arms.live.everRanFraction:count}'), '105');
    assert.equal(filled('{arms.live.t50Seconds - arms.manual.t50Seconds}'), '−88.0 days');
    assert.equal(filled('{arms.live.trust.attempts.replay / arms.live.trust.attempts.mixed}'), '21');
    assert.equal(filled('{relays / arms.live.trust.refusals.*}'), 'none');
  });

  it('says never of a time that was not reached, and none of what there is nothing of', () => {
    assert.equal(
      filled('{arms.live.t99Seconds}; {arms.live.t99Seconds / arms.live.t50Seconds}'),
      'never; none',
    );
  });

  it('is not shown when it names what the summary has not, and each mistake is told with what was meant', () => {
    assert.equal(filled('{arms.lief.t50Seconds}'), undefined);
    const told = (template: string) =>
      missingFigures(template, SUMMARY).map(({ message, hint }) => `${message} | ${hint}`);
    assert.deepEqual(told('{arms.lief.t50Seconds} {relays}'), [
      'arms has no "lief" | did you mean arms.live?',
    ]);
    assert.deepEqual(told('{arms.live.t50Second}'), [
      'arms.live has no "t50Second" | did you mean arms.live.t50Seconds?',
    ]);
    assert.match(
      told('{arms.live.trust}')[0] ?? '',
      /arms\.live\.trust is no number, but has more below it \| there are attempts/,
    );
    assert.match(told('{arms.live.channel}')[0] ?? '', /is no number/);
    assert.match(told('{arms.live.channel.*}')[0] ?? '', /no map of numbers/);
    assert.match(told('{constructor}')[0] ?? '', /has no "constructor"/);
    assert.match(told('{relays.x}')[0] ?? '', /relays is no map/);
    assert.match(told('{arms.live.law.t50Seconds}')[0] ?? '', /arms\.live\.law has no/);
  });

  it('can be written from the figures that were kept of it', () => {
    const template = '{arms.live.t50Seconds} of {relays}, {arms.live.trust.attempts.*}';
    const kept = readFigures(template, SUMMARY);
    const entries = new Map(Object.entries(kept));
    assert.deepEqual(kept, {
      'arms.live.t50Seconds': 0.1957,
      'arms.live.trust.attempts.*': 1257,
      relays: 7500,
    });
    assert.equal(
      fillAnswer(template, (path) => entries.get(path) ?? null),
      filled(template),
    );
    assert.throws(() => readFigures('{nothing}', SUMMARY), RangeError);
  });
});
