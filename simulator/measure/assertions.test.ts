import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ARM_MEASURES, RUN_MEASURES, updateMeasures } from '../scenario/assertion-measures.ts';
import { assertionWords, toAssertions } from '../scenario/measure-yaml.ts';
import { madeRun } from '../testing/made-run.ts';
import { judgeAssertions } from './assertions.ts';
import { summarize } from './summary.ts';

const RUN = madeRun({ relays: 200, modules: ['strict-cells', 'padding'] });
const SCENARIO = { ...RUN.scenario, measure: { milestonePercents: [10, 100] } };
const LIVE_TRUST = {
  refusals: {},
  attempts: {},
  wrongActivations: 0,
  hostileRelayHours: 0,
  staleRelays: 3,
  graylistings: 0,
};
const OUTCOME = {
  ...RUN,
  scenario: SCENARIO,
  arms: RUN.arms.map((arm) => (arm.arm.kind === 'live' ? { ...arm, trust: LIVE_TRUST } : arm)),
};
const SUMMARY = summarize(OUTCOME, []);
const WORDS = assertionWords(SCENARIO.arms, 2, SCENARIO.measure);

function judged(text: string, summary = SUMMARY) {
  const [result] = judgeAssertions(toAssertions([text], WORDS), summary, [10, 100]);
  return result!;
}

describe('assertions on a run', () => {
  it('are judged on the numbers of summary.json', () => {
    const { live } = SUMMARY.arms;
    const t50 = live!.t50Seconds as number;
    assert.deepEqual(judged(`live.t50 <= ${t50}s`), {
      assert: `live.t50 <= ${t50}s`,
      holds: true,
      kind: 'duration',
      found: t50,
      limit: t50,
      note: null,
    });
    for (const [comparison, holds] of Object.entries({
      '<': [false, true],
      '<=': [true, true],
      '>': [false, false],
      '>=': [true, false],
      '==': [true, false],
      '!=': [false, true],
    })) {
      assert.deepEqual(
        [judged(`live.t50 ${comparison} ${t50}s`).holds, judged(`live.t50 ${comparison} ${t50 + 1}s`).holds],
        holds,
        comparison,
      );
    }
    assert.equal(judged('live.updates[1].t100 < 1h').found, live!.updates[1]!.milestones!.t100Seconds);
    assert.equal(judged('live.trust.staleRelays == 3').holds, true);
    assert.equal(judged('live.cost.bytes < 30 MiB').found, live!.cost!.bytes);
    assert.equal(judged('ratio.t50 > 1').found, SUMMARY.ratio.t50);
    assert.equal(judged('live.reached > manual.reached').holds, true);
    assert.equal(judged('manual.reached > live.reached').holds, false);
  });

  it('what was not reached is below no limit, and above one only where the arm shows so much', () => {
    // The manual arm of 510 days never has all of its relays.
    assert.deepEqual(judged('manual.t99 < 10000d'), {
      assert: 'manual.t99 < 10000d',
      holds: false,
      kind: 'duration',
      found: null,
      limit: 864_000_000,
      note: 'manual.t99 was not reached within 510d',
    });
    assert.equal(judged('manual.t99 > 510d').holds, true);
    assert.equal(judged('manual.t99 > 511d').holds, false);
    assert.equal(judged('manual.t99 >= 510d').holds, true);
    assert.equal(judged('manual.t99 != 3d').holds, true);
    assert.equal(judged('manual.t99 == 3d').holds, false);
    // The second update came half a minute later, so less of it is known.
    assert.equal(judged('manual.updates[1].t99 > 510d').holds, false);
    assert.equal(judged('manual.updates[1].t99 > 509d').holds, true);
  });

  it('two times are compared in the same way, and two that were not reached not at all', () => {
    assert.equal(judged('live.t99 < manual.t99').holds, true);
    assert.equal(judged('manual.t99 > live.t99').holds, true);
    assert.equal(judged('manual.t99 < live.t99').holds, false);
    for (const sign of ['<', '<=', '>', '>=', '==', '!=']) {
      const { holds, note } = judged(`manual.t99 ${sign} manual.t100`);
      assert.equal(holds, false, sign);
      assert.match(note!, /manual.t99 was not reached.*; manual.t100 was not reached/);
    }
  });

  it('of what there is nothing, nothing holds', () => {
    for (const sign of ['<', '>', '==', '!=']) {
      assert.equal(judged(`live.circuitsBroken ${sign} 3`).holds, false);
      assert.equal(judged(`live.halted ${sign} 3s`).note, 'live has no halted');
    }
    const noRatio = { ...SUMMARY, ratio: { t25: null, t50: null } };
    assert.match(judged('ratio.t50 > 1', noRatio).note!, /did not get there/);
  });

  it('every measure has a place in summary.json', () => {
    const dig = (from: unknown, keys: readonly string[]) => {
      const holder = keys
        .slice(0, -1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], from);
      return typeof holder === 'object' && holder !== null && (keys.at(-1) as string) in holder;
    };
    for (const [name, { keys }] of RUN_MEASURES) assert.ok(dig(SUMMARY, keys), name);
    for (const [armName, arm] of Object.entries(SUMMARY.arms)) {
      const has = ({ manual }: { manual: boolean }) => armName === 'live' || manual;
      for (const [name, facts] of ARM_MEASURES) if (has(facts)) assert.ok(dig(arm, facts.keys), name);
      for (const [name, facts] of updateMeasures([10, 100])) {
        if (has(facts)) assert.ok(dig(arm.updates[1], facts.keys), name);
      }
    }
  });

  it('they stand in the summary in their order; without any, the summary is as it was', () => {
    assert.equal('assertions' in SUMMARY, false);
    const assertions = toAssertions(['live.t50 < 1h', 'manual.t99 < 1d'], WORDS);
    const summary = summarize({ ...OUTCOME, scenario: { ...SCENARIO, assertions } }, []);
    assert.deepEqual(
      summary.assertions?.map(({ assert: text, holds }) => [text, holds]),
      [
        ['live.t50 < 1h', true],
        ['manual.t99 < 1d', false],
      ],
    );
  });

  it('milestones of the scenario stand beside the usual ones, and nowhere without it', () => {
    const { live, manual } = SUMMARY.arms;
    assert.deepEqual(Object.keys(live!.milestones!), ['t10Seconds', 't100Seconds']);
    assert.ok((live!.milestones!.t10Seconds as number) < (live!.t25Seconds as number));
    assert.equal(manual!.milestones!.t100Seconds, null);
    assert.deepEqual(Object.keys(manual!.law!.milestones!), ['t10Seconds', 't100Seconds']);
    assert.doesNotMatch(JSON.stringify(summarize(RUN, [])), /milestones/);
  });
});
