/** The scenarios of traffic, made small: what each is there to show must show. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarize } from '../measure/summary.ts';
import type { TrafficSummary } from '../measure/traffic-summary.ts';
import { loadScenario } from '../scenario/load.ts';
import { runScenario } from './run.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url).pathname;

/** Runs a scenario of the project with some keys changed; the figures of its arms. */
async function run(name: string, ...set: readonly string[]) {
  const { scenario } = loadScenario(`${FOLDER}${name}.yaml`, { set });
  const { outcome } = await runScenario(scenario);
  const summary = summarize(outcome, []);
  const reproduce = `reproduce with: npm run simulate -- scenarios/${name}.yaml ${set.map((one) => `--set '${one}'`).join(' ')}`;
  for (const { violations } of outcome.arms) assert.deepEqual(violations, [], reproduce);
  const of = (arm: string): TrafficSummary =>
    summary.arms[arm]?.traffic ?? assert.fail(`no traffic in ${arm}`);
  return { summary, of, reproduce };
}

const SMALL = ['network.relays=60', 'network.degree=8'];

describe('scenarios of traffic', () => {
  it('full and fast fidelity, one thread or as many as there are: the same trace and the same figures', async () => {
    const tiny = [
      'network.relays=30',
      'network.degree=6',
      'duration=60s',
      'updates[0].at=20s',
      'updates[1].at=25s',
      'traffic.clients={count: 15, to: 8s, web: {size: 20KiB, think: 3s}}',
      'arms.manual.lag={lognormal: {median: 10s, sigma: 0.5}}',
      'arms.manual.restart=10s',
      'arms.manual.drain=5s',
    ];
    const { summary: reference, of } = await run('no-downtime', ...tiny, 'fidelity=full', 'threads=1');
    assert.ok(of('manual').circuits.after.broken > 0, 'something happens');
    for (const variant of [['threads=2'], ['fidelity=fast', 'threads=auto']]) {
      const { summary } = await run('no-downtime', ...tiny, ...variant);
      assert.deepEqual(summary, reference, variant.join(' '));
    }
  });

  it('no-downtime: a swap and a rollback in mid-stream break nothing, restarts do', async () => {
    const { summary, of, reproduce } = await run(
      'no-downtime',
      ...SMALL,
      'duration=4min',
      'updates[0].at=30s',
      'updates[1].at=50s',
      'traffic.clients={count: 40, bulkShare: 10%, web: {size: 20KiB, think: 3s}, bulk: {size: 500KiB, think: 5s}}',
      'arms.manual.lag={lognormal: {median: 45s, sigma: 0.5}}',
    );
    const [live, manual] = [of('live'), of('manual')];
    assert.equal(summary.arms.live?.rolledBack, 60, `every relay rolls the bad module back; ${reproduce}`);
    const { circuits } = live;
    assert.deepEqual(
      [circuits.after.broken, circuits.after.closed, circuits.after.failed],
      [0, 0, 0],
      reproduce,
    );
    assert.equal(live.delayedBytes, 0, reproduce);
    assert.equal(live.largestDownShare, 0);
    assert.equal(live.cells.refused, 0, reproduce);
    const { asked, fetched, interrupted } = live.web.after;
    assert.ok(asked > 800 && asked - fetched <= 40 && interrupted === 0, reproduce);
    assert.ok(manual.circuits.after.broken > 40, `${manual.circuits.after.broken} broken; ${reproduce}`);
    assert.equal(manual.circuits.after.closed, 0, reproduce);
    assert.ok(manual.largestDownShare > 0.05 && manual.delayedBytes > 0, reproduce);
    assert.ok(manual.web.after.fetched > 800, 'clients go on');
  });

  it('strict-cells: marks are read before and by hand, and none once middle relays have the fix', async () => {
    const { of, reproduce } = await run(
      'strict-cells',
      ...SMALL,
      'duration=150s',
      'updates[0].at=90s',
      'traffic.clients={count: 60, bulkShare: 0, circuitLife: 30s, web: {size: 20KiB, think: 2s}}',
      'traffic.marking.share=40%',
      'arms={live: {channel: gossip}, manual: {channel: manual, lag: tor-2016-17}}',
    );
    const [live, manual] = [of('live').marks, of('manual').marks];
    assert.ok(live && manual);
    assert.ok(live.before.made >= 10, `${live.before.made} made; ${reproduce}`);
    assert.ok(
      live.before.read >= 0.8 * live.before.made,
      `${live.before.read} of ${live.before.made}; ${reproduce}`,
    );
    assert.ok(live.after.made > 0 && live.after.read === 0, `${live.after.read} read after; ${reproduce}`);
    assert.ok(manual.after.read >= 0.8 * manual.after.made, reproduce);
    assert.deepEqual([live.falseMarks, manual.falseMarks], [0, 0], reproduce);
    const [hours, byHand] = [live.vulnerableCircuitHours, manual.vulnerableCircuitHours];
    assert.ok(
      hours !== null && byHand !== null && byHand > 1e5 * hours,
      `${hours} and ${byHand}; ${reproduce}`,
    );
    assert.ok(of('live').circuits.after.closed > 0, 'marked circuits are closed');
  });

  it('strict-cells: a mark of dropped cells lives until clients have the fix', async () => {
    const { of, reproduce } = await run(
      'strict-cells',
      ...SMALL,
      'duration=150s',
      'updates[0].at=30s',
      'traffic.clients={count: 60, bulkShare: 0, circuitLife: 20s, web: {size: 2KiB, think: 2s}}',
      'traffic.marking={mark: drop, share: 40%}',
      'arms={live: {channel: gossip}}',
    );
    const { marks } = of('live');
    assert.ok(marks && marks.after.read > 0 && marks.after.read < 0.7 * marks.after.made, reproduce);
    assert.ok((marks.vulnerableCircuitHours ?? 0) > 0.001, 'clients take it from circuits that they build');
  });

  it('flood: with the limit honest circuits are built again', async () => {
    const { of, reproduce } = await run(
      'flood',
      ...SMALL,
      'duration=2min',
      'updates[0].at=70s',
      'traffic.clients={count: 40, bulkShare: 0, scale: 1%, circuitLife: 10s, web: {size: 2KiB, think: 5s}}',
      'traffic.flood={from: 30s, circuitsPerSecond: 12000, guards: 4, addresses: 8}',
    );
    const [live, manual] = [of('live'), of('manual')];
    assert.ok(live.circuits.before.failed >= 5, `${live.circuits.before.failed} failed before; ${reproduce}`);
    assert.ok(manual.circuits.after.failed >= 5, reproduce);
    assert.ok(live.circuits.after.failed * 4 < manual.circuits.after.failed, reproduce);
    assert.ok((live.flood?.answered ?? 0) < 0.9 * (manual.flood?.answered ?? 0), reproduce);
  });

  it('congestion: the window that follows the round trip shortens queues', async () => {
    const { of, reproduce } = await run(
      'congestion',
      ...SMALL,
      'duration=3min',
      'updates[0].at=80s',
      'traffic.clients={count: 30, bulkShare: 40%, scale: 0.3%, flow: congestion, bulk: {size: 2MiB, think: 2s}}',
    );
    const [live, manual] = [of('live').circuits, of('manual').circuits];
    assert.equal(live.before.meanQueueSeconds, manual.before.meanQueueSeconds, 'the same before the release');
    const [withModule, without] = [live.after.meanQueueSeconds ?? 0, manual.after.meanQueueSeconds ?? 0];
    assert.ok(withModule < 0.8 * without, `${withModule} s and ${without} s; ${reproduce}`);
  });
});
