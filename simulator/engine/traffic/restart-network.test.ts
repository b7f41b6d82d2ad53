import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { buildUpdate } from '../../../updates/build.ts';
import type { TrafficResult } from '../../measure/traffic-result.ts';
import { runTraffic, smallTraffic } from '../../testing/small-traffic.ts';
import type { CarriedModule } from './client-crowd.ts';
import type { RestartJob } from './restart-job.ts';

async function moduleOf(name: string): Promise<CarriedModule> {
  const { hook, wasm } = await buildUpdate(name);
  return { hook, binary: wasm, sha256: createHash('sha256').update(wasm).digest('hex') };
}

/** Every byte of a result, as far as a hash can tell. */
function bytesOf(result: unknown): string {
  const spell = (_key: string, value: unknown) =>
    ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
      : value;
  return createHash('sha256').update(JSON.stringify(result, spell)).digest('hex');
}

function assertConserved({ cells }: TrafficResult): void {
  assert.equal(cells.sent, cells.delivered + cells.dropped + cells.underWay);
  assert.ok(cells.sent > 1000, `${cells.sent} cells`);
}

/** Marks need a guard and an exit of the party, which few circuits have. */
const MORE_CLIENTS = { count: 60, from: '1s', to: '5s', bulkShare: 0, web: { size: '20 KiB', think: '5s' } };

const done = ({ exchanges }: TrafficResult): number =>
  exchanges.lastByteSeconds.filter((seconds) => !Number.isNaN(seconds)).length;

/** All relays install the module, one after the other, from 30 s on. */
function wave(module: CarriedModule, changes: Partial<RestartJob> = {}, traffic: object = {}): RestartJob {
  const job = smallTraffic(traffic, changes);
  const { relays } = job.population;
  return {
    ...job,
    modules: [module],
    installSeconds: [Float64Array.from({ length: relays }, (_unused, relay) => 30 + relay)],
    clientSeconds: [new Float64Array(job.traffic.clients!.count).fill(Number.NaN)],
  };
}

describe('traffic while operators restart', () => {
  it('the same seed gives the same bytes, again and again; another seed gives others', () => {
    const first = runTraffic(smallTraffic());
    const { traffic } = first;
    assert.ok(done(traffic) > 200, `${done(traffic)} fetched`);
    assert.equal(bytesOf(runTraffic(smallTraffic())), bytesOf(first));
    assert.notEqual(runTraffic(smallTraffic({}, { seed: 2 })).traceHash, first.traceHash);
  });

  it('without restarts nothing breaks, nothing is lost, nobody cheats, and all that was asked for comes', () => {
    const { traffic } = runTraffic(smallTraffic());
    const { cells, circuits, exchanges, gauges, corrupt } = traffic;
    assertConserved(traffic);
    assert.deepEqual([cells.dropped, cells.violations, cells.refused, corrupt], [0, 0, 0, 0]);
    assert.deepEqual([circuits.brokenSeconds.length, circuits.failedSeconds.length], [0, 0]);
    assert.ok(exchanges.interruptions.every((count) => count === 0));
    // A client waits for one thing at a time.
    assert.ok(exchanges.kind.length - done(traffic) <= 20);
    assert.equal(Math.max(...gauges.downShare), 0);
    assert.equal(Math.max(...gauges.openCircuits), 40, 'two of each client');
    const sampledSeconds = gauges.atSeconds.at(-1)!;
    const bytes = exchanges.bytes.filter((_size, row) => exchanges.lastByteSeconds[row] <= sampledSeconds);
    const received = gauges.receivedBytes.at(-1)!;
    const wanted = bytes.reduce((sum, size) => sum + size, 0);
    // Each answer has a verdict and a digest of 33 bytes, and some are under way.
    assert.ok(received >= wanted + 33 * bytes.length && received < wanted + 33 * bytes.length + 20 * 200_000);
  });

  it('a wave of restarts: circuits break, what they carried is asked for again, and the books balance', async () => {
    const { traffic } = runTraffic(wave(await moduleOf('strict-cells')));
    const { cells, circuits, exchanges, gauges, corrupt } = traffic;
    assertConserved(traffic);
    assert.ok(circuits.brokenSeconds.length > 20, `${circuits.brokenSeconds.length} circuits broke`);
    assert.ok(
      circuits.brokenSeconds.every((seconds) => seconds >= 40),
      'none before the first is down',
    );
    assert.ok(cells.dropped > 0, 'what was under way to a relay that went down is lost');
    assert.deepEqual([cells.violations, corrupt], [0, 0]);
    assert.ok(exchanges.interruptions.some((count) => count > 0));
    // One goes down each second, for ten.
    assert.ok(Math.abs(Math.max(...gauges.downShare) - 10 / 60) < 0.02);
    assert.equal(gauges.downShare.at(-1), 0);
    assert.ok(Math.abs(gauges.downWeightShare.at(-1)!) < 1e-9);
    assert.ok(done(traffic) > 150);
  });

  it('a relay that stays down gets no cell and no circuit', async () => {
    const module = await moduleOf('strict-cells');
    const job = smallTraffic({}, { downSeconds: 1000, drainSeconds: 0 });
    const { relays } = job.population;
    // All but the heaviest half go down at 60 s: then there is hardly a path, and what goes on goes by the others.
    const order = [...job.population.consensusWeight.keys()].sort(
      (a, b) => job.population.consensusWeight[b] - job.population.consensusWeight[a],
    );
    const stays = new Set(order.slice(0, relays / 2));
    const { traffic } = runTraffic({
      ...job,
      modules: [module],
      installSeconds: [
        Float64Array.from({ length: relays }, (_unused, relay) => (stays.has(relay) ? Number.NaN : 60)),
      ],
      clientSeconds: [new Float64Array(20).fill(Number.NaN)],
    });
    assertConserved(traffic);
    assert.equal(traffic.gauges.downShare.at(-1), 0.5);
    const failed = traffic.circuits.failedSeconds.filter((seconds) => seconds > 60).length;
    const opened = traffic.circuits.openedSeconds.filter((seconds) => seconds > 61).length;
    assert.ok(failed > 0 && opened > 0, `${failed} failed and ${opened} opened`);
    assert.equal(traffic.cells.violations, 0);
  });

  it('marks of unknown cells are read until clients run the module that ends them', async () => {
    const module = await moduleOf('strict-cells');
    const marking = { mark: 'unknown', share: '60%', cells: 16 };
    const job = smallTraffic({ marking, clients: MORE_CLIENTS });
    const { traffic } = runTraffic({
      ...job,
      modules: [module],
      installSeconds: [new Float64Array(60).fill(Number.NaN)],
      clientSeconds: [new Float64Array(60).fill(60)],
    });
    const { atSeconds, read } = traffic.marks;
    const readShare = (from: number, to: number): number => {
      const rows = [...atSeconds.keys()].filter((row) => atSeconds[row] >= from && atSeconds[row] < to);
      assert.ok(rows.length > 8, `${rows.length} marks from ${from} to ${to} s`);
      return rows.filter((row) => read[row] === 1).length / rows.length;
    };
    assert.ok(readShare(0, 55) > 0.8, `${readShare(0, 55)} were read while clients tolerated them`);
    assert.ok(readShare(61, 115) < 0.05, `${readShare(61, 115)} were read once clients were strict`);
    assertConserved(traffic);
  });

  it('RELAY_EARLY marks need a middle that tolerates them', async () => {
    const module = await moduleOf('strict-cells');
    const marking = { mark: 'relay-early', share: '60%', cells: 16 };
    const job = smallTraffic({ marking, clients: MORE_CLIENTS }, { durationSeconds: 90 });
    const share = (installs: boolean): number => {
      const { marks } = runTraffic({
        ...job,
        modules: installs ? [module] : [],
        installSeconds: installs ? [new Float64Array(60).fill(0)] : [],
        clientSeconds: installs ? [new Float64Array(60).fill(Number.NaN)] : [],
        drainSeconds: 0,
        downSeconds: 0,
      }).traffic;
      assert.ok(marks.read.length > 10, `${marks.read.length} marks`);
      return marks.read.filter((read) => read === 1).length / marks.read.length;
    };
    const tolerated = share(false);
    const strict = share(true);
    assert.ok(tolerated > 0.5, `${tolerated} read`);
    assert.equal(strict, 0, 'an honest middle closes the circuit');
  });

  it('a flood is answered circuit by circuit, unless the guards run a limit', async () => {
    const module = await moduleOf('token-bucket');
    const flood = { from: '20s', to: '30s', guards: 2, circuitsPerSecond: 300, addresses: 5 };
    const job = smallTraffic({ flood }, { durationSeconds: 40 });
    const plain = runTraffic(job).traffic;
    const limited = runTraffic({
      ...job,
      modules: [module],
      installSeconds: [new Float64Array(60).fill(1)],
      clientSeconds: [new Float64Array(20).fill(Number.NaN)],
      drainSeconds: 0,
      downSeconds: 0,
    }).traffic;
    for (const { flood: counts } of [plain, limited]) {
      assert.ok(counts.asked > 1000, `${counts.asked} asked`);
      assert.ok(counts.answered + counts.refused <= counts.asked);
    }
    assert.ok(
      limited.flood.answered < 0.5 * plain.flood.answered,
      JSON.stringify([plain.flood, limited.flood]),
    );
    assertConserved(plain);
    assertConserved(limited);
  });
});
