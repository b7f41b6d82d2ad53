import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawRelayLives } from '../arms/relay-lives.ts';
import type { ChurnPlan } from '../scenario/churn-plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { churnOf } from '../testing/random-churn.ts';
import { testScenario } from '../testing/test-scenario.ts';
import { type Churn, livesOf, NO_CLASS } from './churn.ts';
import { torChurn } from './churn-aggregates.ts';
import type { Population } from './population.ts';
import { firstUpUs, isUpAt, sessionsOf } from './running-relays.ts';

const DAY = 86_400;
const HOUR_US = 3.6e9;

function lives(
  churn: ChurnPlan,
  relays: number,
  durationSeconds: number,
  changes: Partial<Scenario> = {},
): { churn: Churn; population: Population } {
  const base = testScenario();
  const scenario = {
    ...base,
    churn,
    durationSeconds,
    network: { ...base.network, relays, population: 'tor-2025-11' as const },
    ...changes,
  };
  const drawn = drawRelayLives(scenario, new Set([0, 3]));
  assert(drawn.churn !== null);
  return { churn: drawn.churn, population: drawn.population };
}

const MEASURED: ChurnPlan = { kind: 'measured', name: 'tor-2025-11' };
const month = lives(MEASURED, 7500, 30 * DAY);

function fractionAtMost(values: readonly number[], limit: number): number {
  return values.filter((value) => value <= limit).length / values.length;
}

function upAt(churn: Churn, hour: number): number[] {
  return [...churn.joinsUs.keys()].filter((relay) => isUpAt(churn, relay, hour * HOUR_US));
}

test('churn: the laws fit what was measured of all relays together', () => {
  const { sessions, absences, nextAbsence, leavesPerRunningRelayHour } = torChurn().source;
  for (const { rmse } of [sessions, absences, nextAbsence]) assert(rmse < 0.03, `rmse ${rmse}`);
  const { measured, fitted } = leavesPerRunningRelayHour;
  assert(Math.abs(fitted / measured - 1) < 0.01);
});

test('churn: a drawn month waits for absences as long as Tor was seen to', () => {
  const { churn } = month;
  const running = upAt(churn, 24);
  const waitHours = running.map((relay) => {
    for (const { fromUs, toUs } of sessionsOf(churn, relay)) {
      if (fromUs <= 24 * HOUR_US && toUs > 24 * HOUR_US) return (toUs - 24 * HOUR_US) / HOUR_US;
    }
    return 0;
  });
  const { hours, measured } = torChurn().source.nextAbsence;
  hours.forEach((hour, row) => {
    if (hour > 600) return;
    const found = fractionAtMost(waitHours, hour);
    // Departures, which end some sessions too, add up to 3 % in this time.
    assert(
      Math.abs(found - measured[row]!) < 0.045,
      `away within ${hour} h: ${found}, measured ${measured[row]}`,
    );
  });
});

test('churn: absences and new sessions of a drawn month have the measured lengths', () => {
  const { churn } = month;
  const absent: number[] = [];
  const fresh: number[] = [];
  churn.leavesUs.forEach((leavesUs, row) => {
    // Late ones would be cut off by the end of the run, the long ones more often.
    if (leavesUs > 15 * 24 * HOUR_US || churn.goneUs[churn.absentRelay[row]!]! < 30 * 24 * HOUR_US) return;
    absent.push((churn.returnsUs[row]! - leavesUs) / HOUR_US);
    const next = churn.leavesUs[row + 1];
    const isLast = row + 1 >= churn.firstAbsence[churn.absentRelay[row]! + 1]!;
    if (churn.returnsUs[row]! !== Number.POSITIVE_INFINITY)
      fresh.push(isLast ? Number.POSITIVE_INFINITY : (next! - churn.returnsUs[row]!) / HOUR_US);
  });
  assert(absent.length > 5000, `${absent.length} absences`);
  const { absences, sessions } = torChurn().source;
  for (const [values, { hours, fitted, measured }] of [
    [absent, absences],
    [fresh, sessions],
  ] as const) {
    hours.forEach((hour, row) => {
      if (hour > 240) return;
      const found = fractionAtMost(values, hour);
      assert(Math.abs(found - fitted[row]!) < 0.02, `at most ${hour} h: ${found}, fitted ${fitted[row]}`);
      assert(
        Math.abs(found - measured[row]!) < 0.1,
        `at most ${hour} h: ${found}, measured ${measured[row]}`,
      );
    });
  }
});

test('churn: the network keeps its size to 3 % in a month, and as many are up as the established relays of Tor were', () => {
  const { churn } = month;
  const up = [1, 5, 10, 20, 29].map((day) => upAt(churn, 24 * day).length);
  for (const count of up) assert(Math.abs(count / up[0]! - 1) < 0.03, `up: ${up.join(', ')}`);
  const uptime = up[0]! / 7500;
  const { establishedUptime } = torChurn().source;
  assert(
    Math.abs(uptime - establishedUptime) < 0.04,
    `${uptime} are up; established relays ${establishedUptime}`,
  );
  const newcomers = churn.bornUs.filter((bornUs) => bornUs > 0).length;
  // 43.9 a day in a network of 8,947, so 33 in one with as many members as ours.
  assert(newcomers > 26 * 30 && newcomers < 36 * 30, `${newcomers} newcomers`);
  const left = churn.goneUs.filter((goneUs) => goneUs < 30 * 24 * HOUR_US).length;
  assert(left > 0.7 * newcomers && left < newcomers, `${newcomers} came and ${left} left`);
});

test('churn: relays keep the uptime of their class', () => {
  const { churn, population } = month;
  torChurn().classes.forEach(({ uptime, name }, index) => {
    const members = [...churn.joinsUs.keys()].filter(
      (relay) =>
        population.uptimeClass[relay] === index &&
        churn.goneUs[relay]! > 30 * 24 * HOUR_US &&
        churn.bornUs[relay] === 0,
    );
    let count = 0;
    let all = 0;
    for (const relay of members) {
      for (let day = 0.5; day < 30; day += 0.25) {
        all++;
        if (isUpAt(churn, relay, day * 24 * HOUR_US)) count++;
      }
    }
    assert(
      members.length > 400 && Math.abs(count / all - uptime) < 0.025,
      `${name}: ${count / all}, not ${uptime}`,
    );
  });
});

test('churn: whoever has to be there always is, and a relay of no class only restarts', () => {
  const plan: ChurnPlan = {
    kind: 'laws',
    classes: [
      { share: 0.5, session: { law: 'constant', seconds: 60 }, absence: { law: 'constant', seconds: 30 } },
    ],
    arrivalsPerDay: 0,
    departuresPerDay: 0,
    restarts: { everySeconds: 600, forSeconds: 2 },
  };
  const { churn } = lives(plan, 1000, 3600);
  for (const relay of [0, 3]) assert.equal(churn.firstAbsence[relay + 1]! - churn.firstAbsence[relay]!, 0);
  const ofNoClass = churn.classOf.filter((index) => index === NO_CLASS).length;
  assert(Math.abs(ofNoClass - 500) <= 1, `${ofNoClass} of no class`);
  let restarts = 0;
  churn.absentRelay.forEach((relay, row) => {
    const seconds = (churn.returnsUs[row]! - churn.leavesUs[row]!) / 1e6;
    if (churn.isRestart[row] === 1) {
      restarts++;
      assert.equal(seconds, 2);
    } else {
      assert.notEqual(churn.classOf[relay], NO_CLASS);
      assert(seconds === 30 || seconds === Number.POSITIVE_INFINITY);
    }
  });
  // Six an hour for those that stay up, four for those that are up for two thirds of it.
  assert(Math.abs(restarts / 1000 - 4.95) < 0.35, `${restarts} restarts`);
});

test('churn: a longer run begins with the same lives, and another seed draws others', () => {
  const short = lives(MEASURED, 300, 5 * DAY).churn;
  const other = lives(MEASURED, 300, 5 * DAY, { seed: 2 }).churn;
  assert.notDeepEqual(short.leavesUs, other.leavesUs);
  assert.deepEqual(lives(MEASURED, 300, 5 * DAY).churn, short);
});

test('churn: any laws give lives in order, within the run, and the questions about them agree', () => {
  const parts = fc.record({
    relays: fc.integer({ min: 4, max: 40 }),
    durationSeconds: fc.double({ min: 1, max: 40 * DAY, noNaN: true }),
    seed: fc.nat(),
    make: churnOf,
  });
  fc.assert(
    fc.property(
      parts,
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ relays, durationSeconds, seed, make }, part) => {
        const plan = make({ relays, durationSeconds });
        if (plan === null) return;
        const { churn, population } = lives(plan, relays, durationSeconds, { seed });
        const endUs = durationSeconds * 1e6;
        const atUs = part * endUs;
        assert.equal(churn.firstAbsence[population.relays], churn.absences);
        for (let relay = 0; relay < population.relays; relay++) {
          let before = churn.joinsUs[relay]!;
          assert(before >= churn.bornUs[relay]!);
          for (let row = churn.firstAbsence[relay]!; row < churn.firstAbsence[relay + 1]!; row++) {
            assert.equal(churn.absentRelay[row], relay);
            assert(churn.leavesUs[row]! > before && churn.leavesUs[row]! <= Math.max(endUs, 5e6));
            assert(churn.returnsUs[row]! >= churn.leavesUs[row]! + 1e6);
            before = churn.returnsUs[row]!;
          }
          const isUp = [...sessionsOf(churn, relay)].some(
            ({ fromUs, toUs }) => fromUs <= atUs && atUs < toUs,
          );
          assert.equal(isUpAt(churn, relay, atUs), isUp);
          assert.equal(firstUpUs(churn, relay, atUs) === atUs, isUp);
          if (churn.goneUs[relay]! < endUs)
            assert(firstUpUs(churn, relay, churn.goneUs[relay]!) === Number.POSITIVE_INFINITY);
        }
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test('presence: lives stand relay by relay, in the order of time', () => {
  const lives = livesOf(
    {
      joinsUs: Float64Array.of(0, 5e6, 0),
      absences: 3,
      absentRelay: Uint32Array.of(2, 0, 2),
      leavesUs: Float64Array.of(9e6, 1e6, 3e6),
      returnsUs: Float64Array.of(10e6, 2e6, 4e6),
    },
    3,
  );
  assert.deepEqual([...lives.firstAbsence], [0, 1, 1, 3]);
  assert.deepEqual([...lives.leavesUs], [1e6, 3e6, 9e6]);
  assert.deepEqual([...lives.returnsUs], [2e6, 4e6, 10e6]);
  assert.deepEqual([...lives.isRestart], [0, 0, 0]);
  assert.deepEqual([...lives.joinsUs], [0, 5e6, 0]);
});
