import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { type MadeTrafficOptions, madeTraffic, madeTrafficPlan } from '../testing/made-traffic.ts';
import type { ArmOutcome } from './outcome.ts';
import { trafficSeries } from './traffic-series.ts';
import { trafficSummary } from './traffic-summary.ts';

const RELEASE_SECONDS = 60;
const PLAN = madeTrafficPlan({ clients: { count: 100, circuits: 2 } });

function armOf(options: MadeTrafficOptions, arm = MADE_LIVE_ARM): ArmOutcome {
  const run = madeRun({ relays: 8, arms: [arm] });
  return { ...(run.arms[0] as ArmOutcome), traffic: madeTraffic(options) };
}

function summaryOf(options: MadeTrafficOptions, plan = PLAN) {
  return trafficSummary(armOf(options), plan, RELEASE_SECONDS, 3600) ?? assert.fail('no summary');
}

describe('the summary of traffic', () => {
  it('what was asked for before the release counts as before, whenever it comes', () => {
    const { web, bulk } = summaryOf({
      exchanges: [
        { asked: 10, firstByte: 10.5, lastByte: 11.5, bytes: 2000 },
        { asked: 59, firstByte: 61, lastByte: 63, bytes: 2000 },
        { asked: 60, firstByte: 60.25, lastByte: 60.25 },
        { asked: 70 },
        { asked: 80, kind: 1, firstByte: 81, lastByte: 91, bytes: 50_000, interruptions: 2 },
      ],
    });
    assert.deepEqual(web.before, {
      asked: 2,
      fetched: 2,
      interrupted: 0,
      firstByte: { p50Seconds: 0.5, p90Seconds: 2, p99Seconds: 2 },
      lastByte: { p50Seconds: 1.5, p90Seconds: 4, p99Seconds: 4 },
      bytesPerSecond: 1000,
    });
    // One that never came is asked for and not timed; one that came in one cell has no rate.
    assert.deepEqual([web.after.asked, web.after.fetched, web.after.bytesPerSecond], [2, 1, null]);
    assert.equal(web.after.firstByte.p99Seconds, 0.25);
    assert.deepEqual([bulk.before.asked, bulk.before.firstByte.p50Seconds], [0, null]);
    assert.deepEqual([bulk.after.interrupted, bulk.after.bytesPerSecond], [1, 5000]);
  });

  it('bytes are delayed where an answer had to be asked for again, once each', () => {
    const { delayedBytes } = summaryOf({
      exchanges: [
        { asked: 1, bytes: 700, interruptions: 3 },
        { asked: 70, bytes: 40, interruptions: 1 },
        { asked: 2, bytes: 9000 },
      ],
    });
    assert.equal(delayedBytes, 740);
  });

  it('circuits that lost a relay are told from circuits that were closed for a cell', () => {
    const { circuits } = summaryOf({
      built: [
        [10, 1],
        [20, 3],
        [100, 2],
      ],
      failed: [59.9, 60],
      broken: [61],
      closed: [62, 63],
    });
    assert.deepEqual(
      [circuits.before.built, circuits.before.failed, circuits.before.broken, circuits.before.closed],
      [2, 1, 0, 0],
    );
    assert.deepEqual(
      [circuits.after.built, circuits.after.failed, circuits.after.broken, circuits.after.closed],
      [1, 1, 1, 2],
    );
    assert.deepEqual(circuits.before.buildTime, { p50Seconds: 1, p90Seconds: 3, p99Seconds: 3 });
  });

  it("queue delay is Little's law: cells that wait over cells that leave a second", () => {
    const { circuits } = summaryOf({
      gauges: [
        { at: 0, waitingCells: 0, sentCells: 0 },
        { at: 10, waitingCells: 100, sentCells: 1000 },
        { at: 20, waitingCells: 100, sentCells: 2500, longestWait: 4 },
        { at: 70, sentCells: 2500, downShare: 0.25 },
      ],
    });
    // 10 s of 50 cells on average and 10 s of 100: 1,500 cell-seconds over 2,500 cells.
    assert.equal(circuits.before.meanQueueSeconds, 0.6);
    assert.equal(circuits.before.longestWait.p99Seconds, 4);
    assert.equal(circuits.after.meanQueueSeconds, null, 'one sample says nothing of a span');
  });

  it('the largest share of relays down is that of a moment, not of the end', () => {
    const gauges = [{ at: 0 }, { at: 70, downShare: 0.25 }, { at: 80, downShare: 0.125 }];
    assert.equal(summaryOf({ gauges }).largestDownShare, 0.25);
  });

  it('by hand, every relay that restarts breaks the circuits through it; live, none is expected', () => {
    const paths = [0, 1, 2, /**/ 0, 3, 4];
    const restarts = Float64Array.from({ length: 8 }, (_unused, relay) => (relay === 0 ? 1e6 : Number.NaN));
    const restarted = (arm: ArmOutcome): ArmOutcome => ({
      ...arm,
      updates: arm.updates.map((update) => ({
        ...update,
        stages: { ...update.stages, activated: restarts },
      })),
    });
    const expected = (arm: ArmOutcome) =>
      trafficSummary(restarted(arm), PLAN, 60, 1e9)?.expectedBrokenCircuits;
    // Relay 0 is in both paths: all of 100 x 2 circuits.
    assert.equal(expected(armOf({ paths }, MADE_MANUAL_ARM)), 200);
    assert.equal(expected(armOf({ paths }, MADE_LIVE_ARM)), 0);
  });

  it('marks are counted by when they were made', () => {
    const plan = madeTrafficPlan({
      clients: { count: 100, circuits: 2 },
      marking: { mark: 'relay-early', share: 0.2 },
    });
    const { marks } = summaryOf(
      {
        marks: [
          [10, true],
          [59, false],
          [61, true],
          [62, false],
          [63, false],
        ],
        paths: [0, 5, 1],
        hostile: [0, 1],
      },
      plan,
    );
    assert.deepEqual(
      [marks?.before, marks?.after],
      [
        { made: 2, read: 1 },
        { made: 3, read: 1 },
      ],
    );
    assert.equal(marks?.attackableShare, 1);
  });

  it('an arm without cells has no summary and no series', () => {
    const arm = { ...armOf({}), traffic: null };
    assert.equal(trafficSummary(arm, PLAN, 60, 3600), null);
    assert.deepEqual(trafficSeries(arm, PLAN, { releaseSeconds: 60, durationSeconds: 600 }), {});
  });
});

describe('the series of traffic', () => {
  const run = { releaseSeconds: 60, durationSeconds: 605 };

  it('counts what happens in sixtieths of the run, in seconds since the release', () => {
    const { circuits_broken: broken, circuit_build_p50_seconds: build } = trafficSeries(
      armOf({ broken: [5, 14.9, 15, 604.9], built: [[16, 0.7]] }),
      PLAN,
      run,
    );
    // The first client comes after 5 s: sixty bins of ten seconds.
    assert.equal(broken?.seconds.length, 60);
    assert.deepEqual([broken?.seconds[0], broken?.seconds[59]], [-55, 535]);
    assert.deepEqual([broken?.value[0], broken?.value[1], broken?.value[59]], [2, 1, 1]);
    assert.deepEqual(build, { seconds: [-45], value: [0.7] }, 'no value where nothing was built');
  });

  it('rates hold between samples', () => {
    const plan = madeTrafficPlan({ clients: { count: 1 }, flood: { from: '10s', circuitsPerSecond: 10 } });
    const gauges = [
      { at: 10, received: 0 },
      { at: 20, received: 500, asked: 100, answered: 40 },
      { at: 40, received: 500, asked: 100, answered: 40 },
    ];
    const found = trafficSeries(armOf({ gauges }), plan, run);
    assert.deepEqual(found.received_bytes_per_second, { seconds: [-50, -40], value: [50, 0] });
    assert.deepEqual(found.flood_answered_per_second?.value, [4, 0]);
    assert.equal(trafficSeries(armOf({ gauges }), PLAN, run).flood_asked_per_second, undefined);
  });
});
