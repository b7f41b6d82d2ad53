import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { figuresOf, formatOfPath, parseAnswer, pathsOf } from './answer-template.ts';
import { loadScenario, scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';

const QUICK = new URL('../../scenarios/quick.yaml', import.meta.url).pathname;

function faultsOf(template: string): string[] {
  return parseAnswer(template).faults.map(
    ({ from, to, message, hint }) => `${template.slice(from, to)}: ${message} | ${hint}`,
  );
}

describe('the template of an answer', () => {
  it('is words as they stand, with figures between them', () => {
    const { parts, faults } = parseAnswer(
      'Half after {arms.live.t50Seconds}, {1 - arms.a-1.reachedFraction} never.',
    );
    assert.deepEqual(faults, []);
    assert.equal(parts.length, 5);
    assert.equal(parts[0], 'Half after ');
    assert.deepEqual(parts[3], {
      text: '{1 - arms.a-1.reachedFraction}',
      from: 35,
      left: { number: 1 },
      joined: { operator: '-', right: { path: 'arms.a-1.reachedFraction' } },
      format: 'percent',
    });
    assert.deepEqual(figuresOf('{a / b} {relays}').map(pathsOf), [['a', 'b'], ['relays']]);
  });

  it('takes the format from the end of a name, and from a word after a colon', () => {
    const format = (text: string) => figuresOf(text)[0]?.format;
    assert.equal(formatOfPath('arms.live.updates.1.t50Seconds'), 'duration');
    assert.equal(formatOfPath('historical.tor-2016-17.t50Days'), 'days');
    assert.equal(formatOfPath('arms.a.traffic.marks.attackableShare'), 'percent');
    assert.equal(formatOfPath('arms.a.trust.attempts.*'), 'count');
    assert.equal(formatOfPath('cost.bytes'), 'bytes');
    assert.equal(formatOfPath('arms.a.traffic.web.after.bytesPerSecond'), 'rate');
    assert.equal(formatOfPath('ratio.t50'), 'ratio');
    assert.equal(formatOfPath('arms.a.vulnerableRelayHours'), 'number');
    assert.equal(format('{a.t50Seconds / b.t50Seconds}'), 'ratio');
    assert.equal(format('{a.t50Seconds - b.t50Seconds}'), 'duration');
    assert.equal(format('{relays * a.reachedFraction:count}'), 'count');
  });

  it('refuses what is no figure, each at its place', () => {
    assert.deepEqual(faultsOf('a {b c} d'), [
      '{b c}: "{b c}" is no figure | one path, or two with + - * / and blanks between',
    ]);
    assert.deepEqual(faultsOf('{}'), ['{}: the braces name no figure | for example {arms.live.t50Seconds}']);
    assert.match(faultsOf('{a..b}')[0] ?? '', /"a\.\.b" is no path/);
    assert.match(faultsOf('{a - b c}')[0] ?? '', /is no figure/);
    assert.match(faultsOf('{1 + 2}')[0] ?? '', /names no figure of the run/);
    assert.match(faultsOf('{a * b}')[0] ?? '', /a product needs a format \| such as \{a \* b:count\}/);
    assert.match(faultsOf('{a:persent}')[0] ?? '', /there is no format "persent" \| did you mean percent\?/);
    assert.deepEqual(faultsOf('{a} {b').length, 1);
    assert.match(
      faultsOf('a } b {c} {d:count:count}').join('\n'),
      /^}: this brace was not opened.*\n.*two colons/,
    );
  });

  it('never throws, and finds a mistake or nothing but whole figures in any text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a.{}:*+ 1-]{0,30}$/), (text) => {
        const { parts, faults } = parseAnswer(text);
        if (faults.length > 0) return;
        assert.equal(parts.map((part) => (typeof part === 'string' ? part : part.text)).join(''), text);
        for (const part of parts) if (typeof part === 'string') assert.ok(!/[{}]/.test(part));
      }),
    );
  });

  const TEXT =
    'name: x\nnetwork: { relays: 9, degree: 4 }\nupdates: [{ module: strict-cells }]\narms: { live: { channel: gossip } }\n';

  it('is checked when the file is read, also where it is folded over lines', () => {
    const text = `${TEXT}answer: >-\n  Half of them after {relays} and\n  {a:nothing} in the end.\n`;
    assert.throws(
      () => scenarioFromText('x.yaml', text),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        const [problem] = error.problems;
        assert.deepEqual([problem?.line, problem?.column, problem?.path], [7, 3, 'answer']);
        return true;
      },
    );
  });

  it('belongs to the scenario as it is written: --set, --scale and extends do without it', () => {
    const text = `${TEXT}hypothesis: Soon.\nanswer: '{relays} relays.'\n`;
    const words = (loaded: ReturnType<typeof scenarioFromText>) => [
      loaded.scenario.hypothesis,
      loaded.scenario.answer,
    ];
    assert.deepEqual(words(scenarioFromText('x.yaml', text)), ['Soon.', '{relays} relays.']);
    assert.deepEqual(words(scenarioFromText('x.yaml', text, { seed: '2' })), ['Soon.', '{relays} relays.']);
    assert.deepEqual(words(scenarioFromText('x.yaml', text, { set: ['network.degree=5'] })), ['', '']);
    assert.deepEqual(words(scenarioFromText('x.yaml', text, { set: ['answer=none'] }))[1], 'none');
    assert.deepEqual(words(loadScenario(QUICK, { scale: '20%' })), ['', '']);
    assert.notEqual(loadScenario(QUICK).scenario.answer, '');
    assert.deepEqual(words(scenarioFromText(QUICK.replace('quick', 'y'), 'name: y\nextends: quick.yaml\n')), [
      '',
      '',
    ]);
  });
});
