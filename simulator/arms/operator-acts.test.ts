import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptionFraction, fittedLaw } from '../baseline/lag-law.ts';
import { drawPopulation } from '../population/draw.ts';
import { LAST_OBSERVED_DAY } from '../scenario/lag-schema.ts';
import { DEBIAN_SID_DELAY, OPERATOR_PRESETS, PRESET_NAMES } from '../scenario/operator-presets.ts';
import type { OperatorsPlan } from '../scenario/operators-plan.ts';
import { testClass, testOperators } from '../testing/test-operators.ts';
import { testScenario } from '../testing/test-scenario.ts';
import { lagOfClass, OperatorActs } from './operator-acts.ts';

const HOUR = 3600;
const DAY = 86_400;
const RELEASE = { number: 0, atSeconds: 60 };
const { network, traffic } = testScenario({
  network: { ...testScenario().network, relays: 2000, population: 'tor-2025-11' },
});
const POPULATION = drawPopulation(network, traffic, 1);

function acts(changes: Partial<OperatorsPlan>): OperatorActs {
  return new OperatorActs(POPULATION, testOperators(changes), 1);
}

for (const era of PRESET_NAMES) {
  test(`operators: the classes of ${era} are its fitted law, cut in parts`, () => {
    const { classes, knownDays } = OPERATOR_PRESETS[era];
    assert.equal(knownDays, LAST_OBSERVED_DAY[era]);
    const never = classes.filter(({ lag }) => lag.law === 'never').reduce((sum, { share }) => sum + share, 0);
    assert.ok(Math.abs(never - fittedLaw(era).never) < 1e-12);
    for (const days of [0.5, 2.3, 10, 60, 150, 197]) {
      const sum = classes.reduce((total, { share, lag, between: { from, to } }) => {
        if (lag.law === 'never' || lag.law === 'at-once') return total;
        const ofLaw = (adoptionFraction(lag, days) - from) / (to - from);
        return total + share * Math.min(1, Math.max(0, ofLaw));
      }, 0);
      const whole = adoptionFraction({ law: 'historical', name: era }, days);
      assert.ok(Math.abs(sum - whole) < 1e-9, `day ${days}: ${sum} and ${whole}`);
    }
  });

  test(`operators: drawn by the classes of ${era}, relays adopt as its law says`, () => {
    const seconds = acts({ classes: OPERATOR_PRESETS[era].classes }).installSeconds(RELEASE);
    for (const days of [3, 20, 100]) {
      const reached = seconds.filter((at) => at - 60 <= days * DAY).length / 2000;
      const whole = adoptionFraction({ law: 'historical', name: era }, days);
      // Operators of up to 130 relays scatter it; four deviations of the clustered mean.
      assert.ok(Math.abs(reached - whole) < 0.16, `day ${days}: ${reached}, law ${whole}`);
    }
  });
}

test('operators: a class follows its part of the law, the faster half never after the slower', () => {
  const lag = { law: 'lognormal', medianDays: 10, sigma: 2, never: 0 } as const;
  const fast = testClass('fast', 0.5, { lag, between: { from: 0, to: 0.5 } });
  const slow = testClass('slow', 0.5, { lag, between: { from: 0.5, to: 1 } });
  assert.ok(Math.abs(lagOfClass(fast, 1 - 1e-12) - 10 * DAY) < 1);
  assert.ok(Math.abs(lagOfClass(slow, 1e-12) - 10 * DAY) < 1);
  assert.ok(lagOfClass(fast, 0.3) < lagOfClass(fast, 0.7));
  assert.ok(Number.isFinite(lagOfClass(slow, 1 - 2 ** -53)));
  assert.equal(lagOfClass(testClass('now', 1), 0.5), 0);
  assert.equal(lagOfClass(testClass('never', 1, { lag: { law: 'never' } }), 0.5), Number.POSITIVE_INFINITY);
});

/** Pairs that agree, and all pairs, among things that fall into so many groups. */
function agreeing(counts: Iterable<number>): number {
  let pairs = 0;
  for (const count of counts) pairs += (count * (count - 1)) / 2;
  return pairs;
}

function countsOf<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

test('operators: two relays of one run the same version in 97 % of pairs, in a world of many releases', () => {
  // A release every ten days, of which half take effect within a month: several versions side by side.
  const lag = { law: 'lognormal', medianDays: 30, sigma: 1.3, never: 0.1 } as const;
  const plan = testOperators({ classes: [testClass('all', 1, { lag })] });
  const { operator } = POPULATION;
  const [ownPairs, allPairs] = [agreeing(countsOf(operator).values()), (2000 * 1999) / 2];
  let [own, others] = [0, 0];
  const seeds = 30;
  for (let seed = 1; seed <= seeds; seed++) {
    const version = new Uint8Array(2000);
    const drawn = new OperatorActs(POPULATION, plan, seed);
    for (let number = 0; number < 6; number++) {
      drawn.installSeconds({ number, atSeconds: number * 10 * DAY }).forEach((at, relay) => {
        if (at <= 65 * DAY) version[relay] = number + 1;
      });
    }
    const same = agreeing(countsOf(version).values());
    const sameOwn = agreeing(
      countsOf(Array.from(operator, (one, relay) => one * 16 + version[relay]!)).values(),
    );
    own += sameOwn / ownPairs / seeds;
    others += (same - sameOwn) / (allPairs - ownPairs) / seeds;
  }
  // c^2 + (1 - c^2) r with c^2 = 0.95517: relays that do not follow one operator agree as often as strangers, r.
  const expected = 0.95517 + 0.04483 * others;
  assert.ok(others > 0.2 && others < 0.6, `${others} of pairs of two operators agree`);
  assert.ok(Math.abs(own - expected) < 0.006, `${own} of pairs agree, expected ${expected}`);
  assert.ok(Math.abs(own - 0.974) < 0.01, `${own} of pairs agree`);
});

test('operators: nobody with working hours installs or approves at night or on a weekend, in local time', () => {
  const office = testClass('office', 1, {
    lag: { law: 'weibull', scaleDays: 3, shape: 1, never: 0 },
    hours: { fromHour: 9, toHour: 17, weekend: false },
    policy: 'approve',
  });
  const drawn = acts({ classes: [office], beginsSeconds: 4 * DAY + 15 * HOUR });
  const { keeperOf, utcOffsetSeconds } = drawn.keepers;
  assert.ok(new Set(utcOffsetSeconds).size > 10, 'there are many local times');
  for (const seconds of [drawn.installSeconds(RELEASE), drawn.mayRunSeconds(RELEASE)]) {
    seconds.forEach((at, relay) => {
      const local = (at + 4 * DAY + 15 * HOUR + utcOffsetSeconds[keeperOf[relay]!]! + 7 * DAY) % (7 * DAY);
      assert.ok(local < 5 * DAY, `relay ${relay} on a weekend`);
      const hour = (local % DAY) / HOUR;
      assert.ok(hour >= 9 - 1e-9 && hour < 17 + 1e-9, `relay ${relay} at ${hour} h`);
    });
  }
});

test('operators: who is slow by hand is as slow to approve', () => {
  const lag = { law: 'lognormal', medianDays: 3, sigma: 1, never: 0.1 } as const;
  const drawn = acts({ classes: [testClass('one', 1, { lag, policy: 'approve' })] });
  assert.deepEqual(drawn.mayRunSeconds(RELEASE), drawn.installSeconds(RELEASE));
});

test('operators: a timer installs within one period of the package, each operator at its own phase', () => {
  const classes = [testClass('unattended', 1, { timerSeconds: DAY })];
  const [first, later] = [0, 3.25 * DAY].map((atSeconds) => {
    const update = { number: 0, atSeconds };
    const seconds = acts({ classes }).installSeconds(update);
    assert.ok(seconds.every((at) => at >= atSeconds && at < atSeconds + DAY));
    return seconds;
  });
  assert.ok(new Set(first).size > 1000, 'phases differ');
  first!.forEach((at, relay) => {
    const periods = (later![relay]! - at) / DAY;
    assert.ok(Math.abs(periods - Math.round(periods)) < 1e-9, `relay ${relay}: ${periods} periods apart`);
  });
  const hour = first!.reduce((sum, at) => sum + at, 0) / 2000 / HOUR;
  assert.ok(Math.abs(hour - 12) < 2, `on average after ${hour} h`);
});

test('operators: a package comes out once for all relays of a platform, never before the release', () => {
  const platforms = [
    { name: 'debian', share: 0.7, delay: DEBIAN_SID_DELAY },
    { name: 'source', share: 0.3, delay: null },
  ];
  const drawn = acts({ platforms });
  const delays: number[] = [];
  for (let number = 0; number < 400; number++) {
    const update = { number, atSeconds: 1000 };
    const [debian, source] = drawn.packagedSeconds(update);
    assert.equal(source, 1000);
    assert.ok(debian! >= 1000 && debian! <= 1000 + 17 * DAY);
    delays.push((debian! - 1000) / DAY);
    if (number > 0) continue;
    const { keeperOf, platformOf } = drawn.keepers;
    drawn.installSeconds(update).forEach((at, relay) => {
      assert.equal(at, platformOf[keeperOf[relay]!] === 0 ? debian : source);
    });
  }
  // Of 19 uploads 11 came on the day itself, and 18 within four days.
  const within = (days: number): number => delays.filter((delay) => delay <= days).length / 400;
  assert.ok(Math.abs(within(0) - 11 / 19) < 0.09 && Math.abs(within(4) - 18 / 19) < 0.05, `${within(0)}`);
});

test('operators: policies say from when on a relay may run an update', () => {
  const delay = { law: 'weibull', scaleDays: 2, shape: 4, never: 0 } as const;
  const drawn = acts({
    classes: [
      testClass('auto', 0.4),
      testClass('delayed', 0.3, { policy: 'delayed', delay }),
      testClass('pinned', 0.3, { policy: 'pinned' }),
    ],
  });
  const classOf = drawn.classOfRelays();
  drawn.mayRunSeconds(RELEASE).forEach((at, relay) => {
    if (classOf[relay] === 0) assert.equal(at, 0);
    else if (classOf[relay] === 2) assert.equal(at, Number.POSITIVE_INFINITY);
    else assert.ok(at > 60 && at < 60 + 6 * DAY);
  });
});

test('operators: one seed draws the same acts again, another seed others, and every update anew', () => {
  const classes = OPERATOR_PRESETS['tor-2025-26'].classes;
  const plan = testOperators({ classes });
  const of = (seed: number, number: number) =>
    new OperatorActs(POPULATION, plan, seed).installSeconds({ number, atSeconds: 0 });
  assert.deepEqual(of(1, 0), of(1, 0));
  assert.notDeepEqual(of(1, 0), of(2, 0));
  assert.notDeepEqual(of(1, 0), of(1, 1));
});
