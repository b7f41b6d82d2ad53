import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import type { ArmOutcome, UpdateOutcome } from './outcome.ts';
import {
  sharesOf,
  type VersionsCurve,
  type VersionsInput,
  versionsAlive,
  versionsCurve,
} from './versions.ts';
import { versionsSummary } from './versions-summary.ts';

const NO = Number.NaN;

interface UpdateRow {
  readonly hook?: string;
  readonly activated: readonly number[];
  readonly removed?: readonly number[];
}

function updateOf({ hook, activated, removed }: UpdateRow): UpdateOutcome {
  const times = Float64Array.from(activated);
  return {
    module: 'fix',
    moduleBytes: 1,
    moduleSha256: '',
    ...(hook !== undefined && { hook }),
    stages: { heard: times, verified: times, staged: times, activated: times },
    removed: Float64Array.from(removed ?? activated.map(() => NO)),
    haltedSeconds: null,
  };
}

/** An arm of updates that came out 10 s after each other, from 100 s on, and is known for 60 s. */
function input(
  kind: 'live' | 'manual',
  rows: readonly UpdateRow[],
  more: Partial<VersionsInput> = {},
): VersionsInput {
  return {
    arm: { arm: { kind }, updates: rows.map(updateOf), operators: null, horizonSeconds: 60 },
    releasedAtSeconds: rows.map((_row, index) => 100 + 10 * index),
    churn: null,
    ...more,
  };
}

/** "second: relays of the core, of the first version, ..." */
function rowsOf({ seconds, relays }: VersionsCurve): string[] {
  return [...seconds].map((at, row) => `${at}: ${relays.map((column) => column[row]).join(' ')}`);
}

describe('versions alive', () => {
  it('a later update of the same hook takes the place of the one before', () => {
    const curve = versionsCurve(
      input('live', [
        { hook: 'a', activated: [1, 2, NO] },
        { hook: 'a', activated: [5, NO, 6] },
      ]),
    );
    assert.deepEqual(curve.versions, ['', '0', '1']);
    // Times of the second count from its own release, 10 s later.
    assert.deepEqual(rowsOf(curve), ['0: 3 0 0', '1: 2 1 0', '2: 1 2 0', '15: 1 1 1', '16: 0 1 2']);
    assert.deepEqual([...versionsAlive(curve)], [1, 2, 2, 3, 2]);
    assert.ok(Math.abs(sharesOf(curve)[2]!.at(-1)! - 2 / 3) < 1e-12);
  });

  it('updates of two hooks run side by side, and each pair of them is a version', () => {
    const curve = versionsCurve(
      input('live', [
        { hook: 'a', activated: [1, 30] },
        { hook: 'b', activated: [5, 5] },
      ]),
    );
    assert.deepEqual(curve.versions, ['', '0', '0,1', '1']);
    assert.deepEqual(rowsOf(curve), ['0: 2 0 0 0', '1: 1 1 0 0', '15: 0 0 1 1', '30: 0 0 2 0']);
  });

  it('what is taken out gives way to what ran before, or to the core', () => {
    const curve = versionsCurve(
      input('live', [
        { hook: 'a', activated: [1, NO], removed: [40, NO] },
        { hook: 'a', activated: [5, 5], removed: [15, 20] },
      ]),
    );
    assert.deepEqual(rowsOf(curve), [
      '0: 2 0 0',
      '1: 1 1 0',
      '15: 0 0 2',
      '25: 0 1 1',
      '30: 1 1 0',
      '40: 2 0 0',
    ]);
  });

  it('a relay runs what came in last, unless it is upgraded by hand: then never an earlier release', () => {
    const rows = [
      { hook: 'a', activated: [30, 30] },
      { hook: 'a', activated: [2, 2] },
    ];
    assert.equal(rowsOf(versionsCurve(input('live', rows))).at(-1), '30: 0 0 2');
    assert.equal(rowsOf(versionsCurve(input('manual', rows))).at(-1), '12: 0 2');
    const operators = { classes: [], classOf: new Uint8Array(2), embeds: Uint8Array.of(1, 0) };
    const arm = { ...input('live', rows).arm, operators };
    assert.equal(rowsOf(versionsCurve(input('live', rows, { arm }))).at(-1), '30: 0 1 1');
  });

  it('by hand a release has everything before it in it, whatever the hooks', () => {
    const rows = [
      { hook: 'a', activated: [1, NO] },
      { hook: 'b', activated: [5, 5] },
    ];
    assert.deepEqual(versionsCurve(input('manual', rows)).versions, ['', '0', '1']);
  });

  it('under churn relays count while they are members, and nothing is told beyond the horizon', () => {
    const churn = {
      bornUs: Float64Array.of(0, 110e6),
      goneUs: Float64Array.of(120e6, Number.POSITIVE_INFINITY),
    };
    const rows = [{ hook: 'a', activated: [3, 100] }];
    const curve = versionsCurve(input('live', rows, { churn: churn as unknown as VersionsInput['churn'] }));
    assert.deepEqual(rowsOf(curve), ['0: 1 0', '3: 0 1', '10: 1 1', '20: 1 0']);
  });

  it('one update alone counts as it does beside another that nobody runs', () => {
    const activated = [NO, 0, 0, 3, 3, 7, 7, 65, 5, 5];
    const removed = [NO, NO, 4, NO, 9, 7, 6, NO, 70, 5];
    const alone = input('live', [{ hook: 'a', activated, removed }]);
    const beside = input('live', [
      { hook: 'a', activated, removed },
      { hook: 'b', activated: activated.map(() => NO) },
    ]);
    assert.deepEqual(versionsCurve(alone), versionsCurve(beside));
    assert.deepEqual(rowsOf(versionsCurve(alone)), ['0: 8 2', '3: 6 4', '4: 7 3', '5: 6 4', '9: 7 3']);
  });

  it('in the summary: the most at once, for how long more than one, and who runs what in the end', () => {
    const run = madeRun({ relays: 4, modules: ['fix', 'fix'], arms: [MADE_LIVE_ARM, MADE_MANUAL_ARM] });
    const updates = [
      { hook: 'a', activated: [1, 2, 4, NO] },
      { hook: 'a', activated: [1, NO, 2, NO] },
    ].map(updateOf);
    const arm: ArmOutcome = { ...(run.arms[0] as ArmOutcome), updates, horizonSeconds: 50 };
    assert.deepEqual(versionsSummary(arm, run), {
      mostAtOnce: 3,
      mostAtOnceSeconds: 31,
      mixedSeconds: 49,
      fractionInTheEnd: { 'fix#2': 0.5, core: 0.25, fix: 0.25 },
    });
    const none = [updateOf({ hook: 'a', activated: [NO, NO, NO, NO] })];
    assert.deepEqual(versionsSummary({ ...arm, updates: none }, run), {
      mostAtOnce: 1,
      mostAtOnceSeconds: 0,
      mixedSeconds: 0,
      fractionInTheEnd: { core: 1 },
    });
  });

  it('more versions than can be told are counted together', () => {
    const modules = Array.from({ length: 20 }, (_unused, index) => `fix-${index}`);
    const run = madeRun({ relays: 20, modules });
    const updates = modules.map((_module, update) =>
      updateOf({ hook: 'a', activated: modules.map((_own, relay) => (relay === update ? 1 : NO)) }),
    );
    const arm: ArmOutcome = { ...(run.arms[0] as ArmOutcome), updates, horizonSeconds: 1000 };
    const { fractionInTheEnd, mostAtOnce } = versionsSummary(arm, run);
    assert.equal(mostAtOnce, 20);
    assert.deepEqual([Object.keys(fractionInTheEnd).length, fractionInTheEnd.others], [17, 0.2]);
  });
});
