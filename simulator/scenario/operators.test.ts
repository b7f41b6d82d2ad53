import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, SMALL, told, withLines } from '../testing/small-scenario.ts';
import { OPERATOR_PRESETS } from './operator-presets.ts';
import type { LiveArm, ManualArm } from './scenario.ts';

const CLASSES = `classes:
    - { name: auto, share: 70%, lag: at-once, timer: 1d }
    - { name: asked, share: 30%, lag: { lognormal: { median: 3d, sigma: 1 } }, between: [0%, 50%], hours: { from: 9, to: 17 }, policy: approve }`;

function withOperators(text: string, arms = '{ live: { channel: gossip } }'): string {
  return `${SMALL.replace(/arms:[\s\S]*/, '')}operators:\n  ${text}\narms: ${arms}\n`;
}

function only(text: string): string {
  const found = told(text);
  assert.equal(found.length, 1, found.join('\n'));
  return found[0]!.replace(/^\S+ /, '');
}

function liveOf(text: string, arm = 0): LiveArm {
  return load(text).scenario.arms[arm] as LiveArm;
}

describe('operators in the language', () => {
  it('without the key nothing is there, and nothing is written', () => {
    const { scenario, resolvedYaml } = load(SMALL);
    assert.equal((scenario.arms[0] as LiveArm).operators, null);
    assert.doesNotMatch(resolvedYaml, /operators|embeds|until/);
  });

  it('classes are read with their units, and defaults are those of the documents', () => {
    const { operators, untilDays } = liveOf(withOperators(CLASSES));
    assert.deepEqual(operators, {
      classes: [
        {
          name: 'auto',
          share: 0.7,
          lag: { law: 'at-once' },
          between: { from: 0, to: 1 },
          hours: null,
          timerSeconds: 86_400,
          policy: 'auto',
          delay: null,
          thirdParties: null,
        },
        {
          name: 'asked',
          share: 0.3,
          lag: { law: 'lognormal', medianDays: 3, sigma: 1, never: 0 },
          between: { from: 0, to: 0.5 },
          hours: { fromHour: 9, toHour: 17, weekend: false },
          timerSeconds: 0,
          policy: 'approve',
          delay: null,
          thirdParties: null,
        },
      ],
      platforms: [],
      lockstep: 0.974,
      embedsShare: 1,
      beginsSeconds: 6 * 86_400 + 3600,
      knownDays: null,
    });
    assert.equal(untilDays, 365);
  });

  it('an era may stand for the classes, with the last day that is known of it', () => {
    for (const text of ['operators: tor-2016-17', 'operators: { classes: tor-2016-17 }']) {
      const { operators, untilDays } = liveOf(withLines(text));
      assert.deepEqual(operators!.classes, OPERATOR_PRESETS['tor-2016-17'].classes);
      assert.equal(untilDays, 510);
    }
  });

  it('an arm may have operators of its own, none, or another share that embeds the runtime', () => {
    const text = withOperators(
      CLASSES,
      '{ a: { channel: gossip, embeds: 30% }, b: { channel: gossip, operators: none }, ' +
        'c: { channel: gossip, operators: tor-2025-26, until: 100d }, d: { channel: manual }, ' +
        'e: { channel: manual, lag: tor-2016-17 }, f: { channel: manual, lag: operators, operators: tor-2025-26 } }',
    );
    const [a, b, c, d, e, f] = load(text).scenario.arms as [
      LiveArm,
      LiveArm,
      LiveArm,
      ManualArm,
      ManualArm,
      ManualArm,
    ];
    assert.equal(a.operators!.embedsShare, 0.3);
    assert.equal(b.operators, null);
    assert.deepEqual([c.operators!.classes.length, c.untilDays], [4, 100]);
    assert.equal(d.lag.law === 'operators' && d.lag.operators.classes[1]!.name, 'asked');
    assert.deepEqual(e.lag, { law: 'historical', name: 'tor-2016-17' });
    assert.equal(f.lag.law === 'operators' && f.untilDays, 197);
  });

  it('platforms may wait as Debian unstable did, or by a law of their own', () => {
    const text = withOperators(
      `${CLASSES}\n  platforms: [{ name: debian, share: 0.5, delay: debian-sid }, { name: own, share: 0.5, delay: none }]`,
    );
    const { platforms } = liveOf(text).operators!;
    assert.deepEqual(
      platforms.map(({ delay }) => delay?.law ?? null),
      ['empirical', null],
    );
  });

  it('mistakes in a class are told at its keys', () => {
    const one = (more: string): string => only(withOperators(`classes: [{ name: x, share: 1, ${more} }]`));
    assert.match(one('lag: nver'), /lag: must be .* \| did you mean never\?/);
    assert.match(one('lag: never, between: [0, 1]'), /between: means nothing with the lag never/);
    assert.match(one('lag: tor-2016-17, between: [50%, 20%]'), /between\[1\]: 0.2 does not come after 0.5/);
    assert.match(one('lag: never, policy: delayed'), /the policy delayed needs a delay/);
    assert.match(
      one('lag: never, delay: { weibull: { scale: 1d, shape: 1 } }'),
      /delay: means nothing with the policy auto/,
    );
    assert.match(
      one('lag: never, timer: 1d, hours: { from: 9, to: 17 }'),
      /hours: a timer keeps no working hours/,
    );
    assert.match(one('lag: never, hours: { from: 17, to: 9 }'), /to: 9 does not come after 17/);
    assert.match(one('lag: never, policy: pined'), /policy: must be one of .* \| did you mean pinned\?/);
    assert.match(one('timer: 1d'), /lag: is missing/);
  });

  it('shares add up to 1, names stand once, and weeks begin at a moment of a week', () => {
    assert.match(
      only(
        withOperators('classes: [{ name: x, share: 0.5, lag: never }, { name: y, share: 0.7, lag: never }]'),
      ),
      /classes\[1\].share: shares add up to 1.2, must be 1 \| 0.5 \+ 0.7; lower one of them/,
    );
    assert.match(
      only(
        withOperators('classes: [{ name: x, share: 0.5, lag: never }, { name: x, share: 0.5, lag: never }]'),
      ),
      /classes\[1\].name: x stands here twice/,
    );
    assert.match(only(withOperators(`${CLASSES}\n  begins: noon`)), /begins: must be a weekday and a time/);
    assert.match(
      only(withOperators(`${CLASSES}\n  lockstep: 30%`)),
      /lockstep: relays of two operators agree/,
    );
    assert.match(only(withOperators(`${CLASSES}\n  embeds: 0%`)), /embeds: must be above 0/);
  });

  it('what means nothing, or cannot be simulated, is refused where it stands', () => {
    const arm = (text: string, operators = 'classes: tor-2025-26'): string =>
      only(withOperators(operators, `{ live: ${text} }`));
    assert.match(
      arm('{ channel: gossip, operators: none, embeds: 30% }'),
      /embeds: means nothing without operators/,
    );
    assert.match(
      arm('{ channel: gossip, until: 200d }'),
      /until: 200d is later than anything known .*\| at most 197d/,
    );
    assert.match(arm('{ channel: [gossip, circuit], embeds: 30% }'), /embeds: .* with the channel circuit/);
    assert.match(
      arm('{ channel: gossip, embeds: 1% }'),
      /embeds: of 100 relays fewer than two .*\| at least 2%/,
    );
    assert.match(arm('{ channel: manual, until: 300d }'), /until: 300d is later/);
    assert.match(
      arm('{ channel: manual, lag: tor-2016-17, operators: none }'),
      /operators: means nothing beside a law/,
    );
    assert.match(
      only(withLines('  manual: { channel: manual }')),
      /manual.lag: is missing \| add "lag: tor-2016-17"/,
    );
    assert.match(
      only(withLines('  manual: { channel: manual, lag: operators }')),
      /manual.lag: there are no operators to go by/,
    );
    const crash = 'faults: [{ kind: crash, from: 70s, for: 10s, targets: { share: 10% } }]';
    const faulty = `${withOperators('classes: tor-2025-26\n  embeds: 50%')}${crash}\n`;
    assert.ok(
      told(faulty).some((line) => /arms.live.* with faults/.test(line)),
      told(faulty).join('\n'),
    );
    const clients = 'traffic: { clients: { count: 10 } }';
    const text = `${withOperators('classes: tor-2025-26\n  embeds: 50%')}${clients}\n`;
    assert.ok(
      told(text).some((line) => /arms.live.* with traffic.clients/.test(line)),
      told(text).join('\n'),
    );
  });
});
