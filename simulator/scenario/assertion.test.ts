import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, SMALL, told, withLines } from '../testing/small-scenario.ts';
import { type AssertionWords, parseAssertion } from './assertion.ts';

const WORDS: AssertionWords = {
  arms: [
    { name: 'live', isManual: false },
    { name: '2nd-way', isManual: false },
    { name: 'manual', isManual: true },
  ],
  updates: 2,
  percents: [10, 50],
};

/** What is wrong, with the characters that it is about; fails when nothing is. */
function wrong(text: string): string {
  const read = parseAssertion(text, WORDS);
  assert('message' in read, `${text} was accepted`);
  return `${text.slice(read.from, read.to)}: ${read.message} | ${read.hint}`;
}

describe('assertions', () => {
  it('a measure, a comparison and a limit with its unit are read', () => {
    const read = (text: string) => {
      const plan = parseAssertion(text, WORDS);
      assert(!('message' in plan), `${text}: ${JSON.stringify(plan)}`);
      return plan;
    };
    assert.deepEqual(read('  live.t99<30s '), {
      text: 'live.t99<30s',
      kind: 'duration',
      left: { arm: 'live', update: 0, name: 't99' },
      comparison: '<',
      right: 30,
    });
    assert.equal(read('manual.t50 > 10d').right, 864_000);
    assert.equal(read('live.reached >= 99%').right, 0.99);
    assert.equal(read('live.reached == 1').right, 1);
    assert.equal(read('live.cost.bytes <= 1.5 MiB').right, 1_572_864);
    assert.equal(read('ratio.t50 > 2.5e6').right, 2.5e6);
    assert.deepEqual(read('violations != 0').left, { arm: null, update: null, name: 'violations' });
    assert.deepEqual(read('live.rolledBack == 0').left, { arm: 'live', update: null, name: 'rolledBack' });
    assert.deepEqual(read('live.updates[1].byConsensusWeight.t10 < 2s').left, {
      arm: 'live',
      update: 1,
      name: 'byConsensusWeight.t10',
    });
    const reached = { update: 0, name: 'reached' };
    assert.deepEqual(read('live.reached > 2nd-way.reached').right, { arm: '2nd-way', ...reached });
    assert.deepEqual(read('live.reached > manual.reached').right, { arm: 'manual', ...reached });
  });

  it('an arm named by a number is not taken for a limit, nor a limit for it', () => {
    const words = { ...WORDS, arms: [{ name: '0', isManual: false }] };
    const right = (text: string) => (parseAssertion(text, words) as { right?: unknown }).right;
    assert.equal(right('0.vulnerableRelayHours == 0.5'), 0.5);
    assert.equal(right('0.t50 < 0.5min'), 30);
    assert.deepEqual(right('0.t50 < 0.t90'), { arm: '0', update: 0, name: 't90' });
  });

  it('an unknown name is told with the one that was meant', () => {
    assert.equal(wrong('lve.t99 < 30s'), 'lve: there is no arm "lve" | did you mean live?');
    assert.match(wrong('zzz.t99 < 30s'), /there are live, 2nd-way, manual, violations, ratio$/);
    assert.equal(wrong('live.reachd > 1%'), 'reachd: there is no measure "reachd" | did you mean reached?');
    assert.match(
      wrong('live.t98 < 3s'),
      /^t98: the time until 98 % is not measured \| add 98% to measure.milestones/,
    );
    assert.match(wrong('live.t101 < 3s'), /there is no measure "t101"/);
    assert.match(wrong('live < 3s'), /^live: names no measure \| for example live.t50/);
    assert.match(wrong('live.updates[2].t50 < 3s'), /^updates\[2\]: there is no such update .* there are 2/);
    assert.match(wrong('live.updates[1].rolledBack == 0'), /there is no measure "rolledBack"/);
    assert.match(wrong('ratio.t75 > 3'), /^ratio.t75: there is no measure/);
    assert.match(wrong('live.t50 < lvie.t50'), /^lvie: there is no arm/);
  });

  it('a limit of the wrong kind, without a unit or with a strange one is told', () => {
    assert.match(wrong('live.t99 < 30'), /^30: "30" has no unit \| write a duration/);
    assert.match(wrong('live.t99 < 99%'), /"%" is not a unit of duration/);
    assert.match(wrong('live.reached > 30s'), /"30s" is not a share/);
    assert.equal(wrong('live.reached > 99'), '99: 99 is more than the whole | did you mean 99%?');
    assert.match(wrong('live.reached > 101%'), /more than the whole \| at most 100%/);
    assert.match(wrong('violations == 1.5'), /"1.5" is not a whole number/);
    assert.match(wrong('ratio.t50 > 3s'), /"3s" is not a number/);
    assert.match(wrong('live.cost.bytes < 3 Mbit/s'), /is not a unit of size/);
    assert.match(wrong('live.t50 < live.reached'), /^live.reached: is of another kind: share, not duration/);
  });

  it('what compares nothing, or with nothing, is told', () => {
    assert.match(wrong('live.t99'), /compares nothing/);
    assert.match(wrong(''), /compares nothing/);
    assert.match(wrong('live.t99 <'), /^<: is compared with nothing/);
    assert.match(wrong('< 3s'), /nothing stands before/);
    assert.match(wrong('live.t99 = 3s'), /^=: "=" is no comparison \| did you mean ==\?/);
    assert.match(wrong('live.t99 => 3s'), /did you mean >=\?/);
    assert.match(wrong('live.t99 <<< 3s'), /is no comparison \| there are < <= > >= == !=/);
    assert.match(wrong('x'.repeat(300)), /longer than 200/);
  });

  it('what a manual arm has not is refused before the run', () => {
    assert.match(wrong('manual.cost.bytes < 3 KiB'), /^cost.bytes: manual is a manual arm, which has no/);
    assert.match(wrong('manual.heard.t50 < 3s'), /which has no heard.t50/);
    const noManual = { ...WORDS, arms: [{ name: 'live', isManual: false }] };
    assert.match(
      JSON.stringify(parseAssertion('ratio.t50 > 3', noManual)),
      /no ratio without a manual and a live/,
    );
  });

  it('a mistake is told at its characters of the file, or at the whole text where they cannot be told', () => {
    const asserting = (text: string) => told(withLines('assert:', `  - ${text}`))[0];
    assert.match(asserting('live.t9 < 3s'), /^8:10 assert\[0\]: the time until 9 %/);
    assert.match(asserting('"live.t50 < 3"'), /^8:17 assert\[0\]: "3" has no unit/);
    assert.match(asserting('"live.t\\x350 < 3"'), /^8:5 assert\[0\]: "3" has no unit/);
    assert.match(asserting('7'), /^8:5 assert\[0\]: must be a text, not 7/);
    assert.match(
      told(SMALL, { set: ['assert=[live.t50 < 3]'] })[0],
      /^--set assert=.* assert\[0\]: "3" has no unit/,
    );
    assert.match(told(withLines('assert: live.t50 < 3s'))[0], /^7:9 assert: must be a list/);
  });

  it('assertions are told beside the other mistakes, and stay in the resolved file', () => {
    assert.equal(told(withLines('sed: 1', 'assert: [live.t9 < 3s]')).length, 2);
    const { resolvedYaml, scenario } = load(withLines('assert: [live.t50 < 3s]'));
    assert.deepEqual(load(resolvedYaml).scenario, scenario);
    assert.equal(scenario.assertions.length, 1);
  });

  it('a scaled scenario asserts nothing', () => {
    assert.deepEqual(load(withLines('assert: [live.t50 < 3s]'), { scale: '0.5' }).scenario.assertions, []);
  });
});

describe('measure and report', () => {
  it('milestones are whole percents that rise', () => {
    const { scenario } = load(withLines('measure: { milestones: [1%, 0.29, 100%] }'));
    assert.deepEqual(scenario.measure.milestonePercents, [1, 29, 100]);
    const milestones = (list: string) => told(withLines(`measure: { milestones: ${list} }`))[0];
    assert.match(milestones('[50%, 10%]'), /milestones\[1\]: does not exceed the one before/);
    assert.match(milestones('[12.5%]'), /milestones\[0\]: is not a whole percent/);
    assert.match(milestones('[0]'), /must be above 0/);
    assert.match(milestones('[]'), /must have at least 1 entry/);
  });

  it('charts are all of them or a list of names, and files without the keys resolve as before', () => {
    assert.deepEqual(load(withLines('report: { charts: [stages], png: false }')).scenario.report, {
      charts: ['stages'],
      figure: null,
      png: false,
      theme: 'screen',
    });
    assert.match(told(withLines('report: { charts: [stagse] }'))[0], /did you mean stages/);
    assert.doesNotMatch(load(SMALL).resolvedYaml, /^(measure|report|assert|extends):/m);
  });
});
